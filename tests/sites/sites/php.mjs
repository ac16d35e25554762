// PHP's own server. `settings.prepend`: whether prepended.php stands beside the site.
import { copyFileSync } from "node:fs";
import path from "node:path";
import { lacking, program } from "../../origins/lib/debian.mjs";
import { startProcess } from "../../origins/lib/process.mjs";
import { app } from "../lib/app.mjs";

const packages = ["php-cli"];

/** Copies the site and, if the operator did so, what is put before it. */
export function writePhp(folder, { prepend }) {
  for (const name of prepend ? ["index.php", "prepended.php"] : ["index.php"]) copyFileSync(app(`php/${name}`), path.join(folder, name));
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
