// Rack with ruby-jwt, under puma. `settings`: { lines } of docs/identity.md.
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { lacking, program } from "../../origins/lib/debian.mjs";
import { startProcess } from "../../origins/lib/process.mjs";

const packages = ["ruby", "puma", "ruby-jwt"];

export default {
  name: "Ruby",
  fence: "ruby",
  packages,
  missing: () => lacking(packages, "ruby", "puma") ?? (existsSync("/usr/share/doc/ruby-jwt") ? undefined : `apt-get install ${packages.join(" ")}`),
  start({ port, folder, settings: { lines } }) {
    const file = path.join(folder, "config.ru");
    writeFileSync(file, lines + serving);
    return startProcess(program("puma"), ["-b", `tcp://127.0.0.1:${port}`, "-t", "4:4", "-e", "production", "-q", file], { port, folder });
  },
};

const serving = `
use Edgegate
run ->(env) { [200, { "served" => "yes" }, [JSON.generate(env["edgegate"])]] }
`;
