// firebase/php-jwt under PHP's own server. `settings`: { lines } of docs/identity.md.
import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inRoot } from "../../../scripts/lib/paths.mjs";
import { lacking, program } from "../../origins/lib/debian.mjs";
import { startProcess } from "../../origins/lib/process.mjs";

// Debian has no package of the library; Composer's go where `git status` does not see them.
const home = inRoot("target/php");
const hasApcu = () => /^apcu$/m.test(execFileSync(program("php"), ["-m"], { encoding: "utf8" }));

export default {
  name: "PHP",
  fence: "php",
  isOptional: true,
  missing() {
    if (lacking([], "php") !== undefined || !hasApcu()) return "apt-get install php-cli php-apcu";
    return existsSync(path.join(home, "vendor/autoload.php")) ? undefined : "no target/php/vendor: composer require --working-dir=target/php firebase/php-jwt";
  },
  start({ port, folder, settings: { lines } }) {
    symlinkSync(path.join(home, "vendor"), path.join(folder, "vendor"));
    writeFileSync(path.join(folder, "edgegate.php"), lines);
    writeFileSync(path.join(folder, "index.php"), "<?php\nrequire __DIR__ . '/edgegate.php';\nheader('Served: yes');\necho json_encode($identity);\n");
    return startProcess(program("php"), ["-d", "display_errors=0", "-S", `127.0.0.1:${port}`, path.join(folder, "index.php")], { port, folder });
  },
};
