// Debian's Apache with PHP as a module, for a folder that its www-data may read.
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { program } from "./debian.mjs";
import { startProcess } from "./process.mjs";

/** Where Debian has them; the one of PHP is named by its version. */
const modules = "/usr/lib/apache2/modules";
export const php = () => readdirSync(modules).find((name) => /^libphp[\d.]*\.so$/.test(name));

const LOADED = ["mpm_prefork", "authz_core", "dir", "mime", "env"];

/**
 * `root`: the files; `folder`: where the server's own are. `loaded`: more modules; `lines`: of the server's configuration;
 * `options`: of the files' folder.
 */
export function startApache({ port, folder, root, loaded, lines, options = "" }) {
  const file = path.join(folder, "apache.conf");
  writeFileSync(file, `
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
LogLevel crit
User www-data
Group www-data
${[...LOADED, ...loaded].map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join("\n")}
LoadModule php_module ${modules}/${php()}
TypesConfig /etc/mime.types
DocumentRoot ${root}
<Directory ${root}>
  Require all granted
  DirectoryIndex index.php index.html
  FallbackResource /index.php
  ${options}
</Directory>
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
${lines}
`);
  return startProcess(program("apache2"), ["-DFOREGROUND", "-f", file], { port, folder });
}
