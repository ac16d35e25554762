// Apache with PHP as a module, and a folder of files. `settings`: { lines } for the server, { before } for PHP.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import apache from "../../origins/origins/apache.mjs";
import { startApache } from "../lib/apache.mjs";
import { writePhp } from "./php.mjs";

export default {
  name: "apache",
  packages: apache.packages,
  missing: apache.missing,
  start({ port, folder, settings }) {
    chmodSync(folder, 0o755);
    for (const name of ["sessions", "docs"]) mkdirSync(path.join(folder, name));
    chmodSync(path.join(folder, "sessions"), 0o777);
    writeFileSync(path.join(folder, "docs/index.html"), "<!doctype html><h1>The manual</h1>");
    writePhp(folder, settings);
    return startApache({ port, folder, root: folder, lines: settings.lines });
  },
};
