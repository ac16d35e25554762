// PHP's own server. `settings`: { before }, what is put before the site.
import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { lacking, program } from "../../origins/lib/debian.mjs";
import { startProcess } from "../../origins/lib/process.mjs";
import { app } from "../lib/app.mjs";

const packages = ["php-cli"];

/** The site, and what is put before it. */
export function writePhp(folder, { before = "" }) {
  copyFileSync(app("php/index.php"), path.join(folder, "index.php"));
  writeFileSync(path.join(folder, "before.php"), `<?php\n${before}`);
}

export default {
  name: "php",
  packages,
  missing: () => lacking(packages, "php"),
  start({ port, folder, settings }) {
    writePhp(folder, settings);
    const options = ["-d", "display_errors=0", "-d", `session.save_path=${folder}`];
    return startProcess(program("php"), [...options, "-S", `127.0.0.1:${port}`, "-t", folder, path.join(folder, "index.php")], { port, folder });
  },
};
