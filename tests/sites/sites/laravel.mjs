// Laravel of Debian's package, under PHP's own server. `settings`: { lines } for the middleware TrustProxies.
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { lacking, program } from "../../origins/lib/debian.mjs";
import { startProcess } from "../../origins/lib/process.mjs";
import { app } from "../lib/app.mjs";

const packages = ["php-cli", "php-laravel-framework"];

export default {
  name: "laravel",
  packages,
  missing: () => lacking(packages, "php") ?? (existsSync("/usr/share/php/Illuminate/Foundation") ? undefined : `apt-get install ${packages.join(" ")}`),
  start({ port, folder, settings: { lines = "" } }) {
    for (const name of ["bootstrap/cache", "config", "storage/framework/sessions", "storage/logs", "public"]) mkdirSync(path.join(folder, name), { recursive: true });
    for (const [name, value] of Object.entries(configuration)) writeFileSync(path.join(folder, `config/${name}.php`), `<?php return ${value};\n`);
    copyFileSync(app("laravel/index.php"), path.join(folder, "public/index.php"));
    writeFileSync(path.join(folder, "public/before.php"), `<?php\nclass TrustProxies extends Illuminate\\Http\\Middleware\\TrustProxies\n{\n${lines}}\n`);
    const args = ["-d", "display_errors=0", "-d", "error_reporting=0", "-S", `127.0.0.1:${port}`, "-t", path.join(folder, "public"), path.join(folder, "public/index.php")];
    return startProcess(program("php"), args, { port, folder, env: { SITE_FOLDER: folder } });
  },
};

const providers = ["Cookie", "Database\\Database", "Encryption", "Filesystem", "Session", "View"].map((name) => {
  const [space, own = space] = name.split("\\");
  return `Illuminate\\${space}\\${own}ServiceProvider::class`;
});

const configuration = {
  app: `['env' => 'production', 'debug' => false, 'url' => 'http://localhost', 'timezone' => 'UTC', 'locale' => 'en', 'cipher' => 'AES-256-CBC',
    'key' => str_repeat('k', 32), 'providers' => [${providers.join(", ")}, SiteProvider::class], 'aliases' => []]`,
  session: `['driver' => 'file', 'lifetime' => 120, 'expire_on_close' => false, 'encrypt' => false, 'files' => storage_path('framework/sessions'),
    'lottery' => [0, 100], 'cookie' => 'site_session', 'path' => '/', 'domain' => null, 'secure' => null, 'http_only' => true, 'same_site' => 'lax']`,
  filesystems: `['default' => 'local', 'disks' => []]`,
  view: `['paths' => [], 'compiled' => storage_path('framework')]`,
  database: `['default' => 'none', 'connections' => []]`,
  logging: `['default' => 'null', 'channels' => ['null' => ['driver' => 'monolog', 'handler' => Monolog\\Handler\\NullHandler::class], 'emergency' => ['path' => storage_path('logs/log')]]]`,
};
