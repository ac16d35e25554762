// Apache with PHP as a module, for a folder that Debian's www-data may read.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { program } from "../../origins/lib/debian.mjs";
import { startProcess } from "../../origins/lib/process.mjs";
import { modules, php } from "../../origins/origins/apache.mjs";

/** `root`: the site's files; `folder`: where the server's own are; `lines`: lines of docs/origins.md. */
export function startApache({ port, folder, root, lines = "" }) {
  const file = path.join(folder, "apache.conf");
  writeFileSync(file, configuration({ port, folder, root, lines }));
  return startProcess(program("apache2"), ["-DFOREGROUND", "-f", file], { port, folder });
}

const loaded = ["mpm_prefork", "authz_core", "dir", "mime", "env", "setenvif", "remoteip", "rewrite"];

const configuration = ({ port, folder, root, lines }) => `
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
DocumentRoot ${root}
php_admin_value opcache.revalidate_freq 0
php_admin_value session.save_path ${folder}/sessions
<Directory ${root}>
  Require all granted
  DirectoryIndex index.php index.html
  FallbackResource /index.php
</Directory>
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
${lines}
`;
