// PHP's built-in server, without a router script: it finds files itself, and gives what it does not find to index.php.
import { copyFileSync } from "node:fs";
import path from "node:path";
import { app, startProcess } from "../lib/process.mjs";
import { lacking, program } from "../lib/debian.mjs";
import { writeFiles } from "../lib/files.mjs";

const packages = ["php-cli"];

export default {
  name: "php",
  packages,
  missing: () => lacking(packages, "php"),
  start({ port, folder }) {
    const root = writeFiles(folder);
    copyFileSync(app("index.php"), path.join(root, "index.php"));
    return startProcess(program("php"), ["-d", "display_errors=0", "-S", `127.0.0.1:${port}`, "-t", root], { port, folder });
  },
};
