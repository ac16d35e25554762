// nginx with a folder of files. `settings`: { lines } for the server.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { lacking, program } from "../../origins/lib/debian.mjs";
import { startProcess } from "../../origins/lib/process.mjs";

const packages = ["nginx"];

export default {
  name: "nginx",
  packages,
  missing: () => lacking(packages, "nginx"),
  start({ port, folder, settings }) {
    for (const name of ["docs", "temporary"]) mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, "docs/index.html"), "<!doctype html><h1>The manual</h1>");
    const file = path.join(folder, "nginx.conf");
    writeFileSync(file, configuration({ port, folder, lines: settings.lines ?? "" }));
    return startProcess(program("nginx"), ["-c", file, "-e", path.join(folder, "error.log")], { port, folder });
  },
};

const configuration = ({ port, folder, lines }) => `
daemon off;
user root;
worker_processes 1;
pid ${folder}/pid;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${folder}/temporary;
  default_type text/html;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    location = /seen { default_type application/json; return 200 '{"address":"$remote_addr"}'; }
    ${lines}
  }
}
`;
