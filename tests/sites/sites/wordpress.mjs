// WordPress of Debian's package, under Apache, with MariaDB. `settings`: { lines } for wp-config.php.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { lacking, program } from "../../origins/lib/debian.mjs";
import { freePort, startProcess } from "../../origins/lib/process.mjs";
import { startApache } from "../lib/apache.mjs";
import { app } from "../lib/app.mjs";

const source = "/usr/share/wordpress";
const packages = ["wordpress", "mariadb-server", "apache2", "libapache2-mod-php", "php-cli", "php-mysql"];

export default {
  name: "wordpress",
  packages,
  missing: () => lacking(packages, "apache2", "php", "mariadbd") ?? (existsSync(`${source}/wp-load.php`) ? undefined : `apt-get install ${packages.join(" ")}`),
  async start({ port, folder, settings: { lines = "" } }) {
    const root = path.join(folder, "site");
    writeSite(root);
    chmodSync(folder, 0o755);
    const database = await startDatabase(path.join(folder, "database"));
    try {
      writeFileSync(path.join(root, "wp-config.php"), configuration(database.port, lines));
      execFileSync(program("php"), [app("wordpress/install.php")], { env: { ...process.env, SITE_FOLDER: root } });
      const { stop } = await startApache({ port, folder, root });
      return { stop: () => (stop(), database.stop()) };
    } catch (error) {
      database.stop();
      throw error;
    }
  },
};

/** Debian's files are links into other packages, and look for their configuration below /etc. */
function writeSite(root) {
  cpSync(source, root, { recursive: true, dereference: true, filter: (name) => !/\/(?:\.htaccess|languages|wp-config\.php)$/.test(name) });
  cpSync(app("wordpress/theme"), path.join(root, "wp-content/themes/plain"), { recursive: true });
  const uploads = path.join(root, "wp-content/uploads");
  mkdirSync(uploads);
  chmodSync(uploads, 0o777);
}

async function startDatabase(folder) {
  mkdirSync(folder);
  const data = path.join(folder, "data");
  const own = process.getuid() === 0 ? ["--user=root"] : [];
  const quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=8M", "--innodb-buffer-pool-size=16M"];
  execFileSync(program("mariadb-install-db"), ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db", ...own, ...quick], { stdio: "ignore" });
  const port = await freePort();
  const { stop } = await startProcess(program("mariadbd"), ["--no-defaults", `--datadir=${data}`, `--socket=${folder}/socket`, `--pid-file=${folder}/pid`, "--bind-address=127.0.0.1", `--port=${port}`, ...own, ...quick], { port, folder });
  execFileSync(program("mariadb"), ["--no-defaults", `--socket=${folder}/socket`, "-u", "root", "-e", "CREATE DATABASE site; CREATE USER site@'%' IDENTIFIED BY 'site'; GRANT ALL ON site.* TO site@'%'"]);
  return { port, stop };
}

const configuration = (port, lines) => `<?php
define('DB_NAME', 'site');
define('DB_USER', 'site');
define('DB_PASSWORD', 'site');
define('DB_HOST', '127.0.0.1:${port}');
define('AUTH_KEY', 'only for this test');
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_DEFAULT_THEME', 'plain');
$table_prefix = 'wp_';
${lines}
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require ABSPATH . 'wp-settings.php';
`;
