// Apache with PHP as a module: files under their names, MultiViews, and index.php for what is no file.
import { copyFileSync } from "node:fs";
import path from "node:path";
import { php, startApache } from "../lib/apache.mjs";
import { lacking } from "../lib/debian.mjs";
import { writeFiles } from "../lib/files.mjs";
import { app, site } from "../lib/process.mjs";

const packages = ["apache2", "libapache2-mod-php"];

export default {
  name: "apache",
  packages,
  missing() {
    return lacking(packages, "apache2") ?? (php() ? undefined : `apt-get install ${packages.join(" ")}`);
  },
  start({ port, folder }) {
    const root = writeFiles(folder);
    copyFileSync(app("index.php"), path.join(root, "index.php"));
    return startApache({ port, folder, root, loaded: ["negotiation", "headers"], lines, options: "Options +FollowSymLinks +MultiViews" });
  },
};

const lines = `
ServerName 127.0.0.1
StartServers 8
MinSpareServers 8
MaxSpareServers 16
MaxRequestWorkers 64
MaxConnectionsPerChild 0
MaxKeepAliveRequests 0
KeepAliveTimeout 60
SetEnv ORIGINS_SITE ${site}
PassEnv ORIGINS_SITE
Header always set Understood-Route "expr=%{req:Edgegate-Route}"
`;
