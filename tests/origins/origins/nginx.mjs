// nginx: files under their names, and a location for each page and folder. It says in headers what it understood.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { reserved } from "../lib/corpus.mjs";
import { lacking, program } from "../lib/debian.mjs";
import { writeFiles } from "../lib/files.mjs";
import { site, startProcess } from "../lib/process.mjs";

const packages = ["nginx"];
const { pages, folders, watched } = JSON.parse(readFileSync(site, "utf8"));
const headers = [...new Set(reserved.map(([name]) => name.replace("*", "User")).concat("Edgegate-Request-Id"))];

export default {
  name: "nginx",
  packages,
  missing: () => lacking(packages, "nginx"),
  start({ port, folder }) {
    const root = writeFiles(folder);
    mkdirSync(path.join(folder, "temporary"), { mode: 0o777 });
    const file = path.join(folder, "nginx.conf");
    writeFileSync(file, configuration({ port, folder, root }));
    return startProcess(program("nginx"), ["-c", file, "-e", path.join(folder, "error.log")], { port, folder });
  },
  /** The body says which page, the headers the rest. */
  read(answer) {
    const body = JSON.parse(answer.body);
    const lookup = (prefix, names) => Object.fromEntries(names.flatMap((name) => {
      const value = answer.headers.get(`understood-${prefix}-${name.toLowerCase()}`);
      return value === undefined ? [] : [[name, [value]]];
    }));
    return {
      ...body,
      script: "",
      method: answer.headers.get("understood-method"),
      target: answer.headers.get("understood-target"),
      scheme: answer.headers.get("understood-scheme"),
      query: lookup("parameter", watched.parameters),
      form: {},
      cookies: lookup("cookie", watched.cookies),
      user: answer.headers.get("understood-user"),
      headers: [...answer.headers].flatMap(([name, value]) => (name.startsWith("understood-header-") ? [[name.slice("understood-header-".length), value]] : [])),
    };
  },
};

/** Names of variables have no sign but `_`. */
const variable = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, "_");

const understood = () => [
  ["Method", "$request_method"],
  ["Target", "$request_uri"],
  ["Scheme", "$scheme"],
  ["User", "$remote_user"],
  ...headers.map((name) => [`Header-${name}`, `$http_${variable(name)}`]),
  ...watched.parameters.map((name) => [`Parameter-${name}`, `$arg_${name}`]),
  ...watched.cookies.filter((name) => !name.includes("-")).map((name) => [`Cookie-${name}`, `$cookie_${name}`]),
].map(([name, value]) => `add_header Understood-${name} "${value}" always;`).join("\n    ");

const says = (resource) => `return 200 '${JSON.stringify({ understood: true, resource })}\\n';`;

const configuration = ({ port, folder, root }) => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/temporary;
  keepalive_requests 1000000;
  ignore_invalid_headers off;
  underscores_in_headers on;
  server {
    listen 127.0.0.1:${port};
    root ${root};
    ${understood()}
    ${pages.map((page) => `location = ${page} { try_files $uri @${variable(page)}; }\n    location @${variable(page)} { ${says(page)} }`).join("\n    ")}
    ${folders.map((name) => `location ${name}/ { try_files $uri @${variable(name)}; }\n    location = ${name} { ${says(name)} }\n    location @${variable(name)} { ${says(`${name}/`)} }`).join("\n    ")}
    location / { try_files $uri @elsewhere; }
    location @elsewhere { ${says("/")} }
  }
}
`;
