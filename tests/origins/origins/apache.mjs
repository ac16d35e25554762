// Apache with PHP as a module: files under their names, MultiViews, and index.php for what is no file.
import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { app, site, startProcess } from "../lib/process.mjs";
import { lacking, program } from "../lib/debian.mjs";
import { writeFiles } from "../lib/files.mjs";

const packages = ["apache2", "libapache2-mod-php"];
/** Where Debian has them; the one of PHP is named by its version. */
export const modules = "/usr/lib/apache2/modules";
export const php = () => readdirSync(modules).find((name) => /^libphp[\d.]*\.so$/.test(name));

export default {
  name: "apache",
  packages,
  missing() {
    return lacking(packages, "apache2") ?? (php() ? undefined : `apt-get install ${packages.join(" ")}`);
  },
  start({ port, folder }) {
    const root = writeFiles(folder);
    copyFileSync(app("index.php"), path.join(root, "index.php"));
    const file = path.join(folder, "apache.conf");
    writeFileSync(file, configuration({ port, folder, root }));
    return startProcess(program("apache2"), ["-DFOREGROUND", "-f", file], { port, folder });
  },
};

const loaded = ["mpm_prefork", "authz_core", "dir", "mime", "negotiation", "env", "headers"];

const configuration = ({ port, folder, root }) => `
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
LogLevel crit
User www-data
Group www-data
${loaded.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join("\n")}
LoadModule php_module ${modules}/${php()}
StartServers 8
MinSpareServers 8
MaxSpareServers 16
MaxRequestWorkers 64
MaxConnectionsPerChild 0
MaxKeepAliveRequests 0
KeepAliveTimeout 60
TypesConfig /etc/mime.types
DocumentRoot ${root}
SetEnv ORIGINS_SITE ${site}
PassEnv ORIGINS_SITE
Header always set Understood-Route "expr=%{req:Edgegate-Route}"
<Directory ${root}>
  Options +FollowSymLinks +MultiViews
  Require all granted
  DirectoryIndex index.php index.html
  FallbackResource /index.php
</Directory>
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
`;
