// Apache with PHP as a module, and a folder of files. `settings.lines`: lines of docs/origins.md for the server.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { program } from "../../origins/lib/debian.mjs";
import apache, { modules, php } from "../../origins/origins/apache.mjs";
import { startProcess } from "../../origins/lib/process.mjs";
import { writePhp } from "./php.mjs";

export default {
  name: "apache",
  packages: apache.packages,
  missing: apache.missing,
  start({ port, folder, settings }) {
    chmodSync(folder, 0o755);
    for (const name of ["sessions", "docs"]) mkdirSync(path.join(folder, name), { mode: 0o777 });
    chmodSync(path.join(folder, "sessions"), 0o777);
    writeFileSync(path.join(folder, "docs/index.html"), "<!doctype html><h1>The manual</h1>");
    writePhp(folder, settings);
    const file = path.join(folder, "apache.conf");
    writeFileSync(file, configuration({ port, folder, lines: settings.lines ?? "" }));
    return startProcess(program("apache2"), ["-DFOREGROUND", "-f", file], { port, folder });
  },
};

const loaded = ["mpm_prefork", "authz_core", "dir", "mime", "env", "setenvif", "remoteip", "rewrite"];

const configuration = ({ port, folder, lines }) => `
ServerName origin.example.net
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
LogLevel crit
User www-data
Group www-data
${loaded.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join("\n")}
LoadModule php_module ${modules}/${php()}
StartServers 2
MinSpareServers 1
MaxSpareServers 4
TypesConfig /etc/mime.types
DocumentRoot ${folder}
php_admin_value session.save_path ${folder}/sessions
<Directory ${folder}>
  Require all granted
  DirectoryIndex index.php index.html
  FallbackResource /index.php
</Directory>
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
${lines}
`;
