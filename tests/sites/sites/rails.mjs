// Rails under puma. `settings`: { lines } for config/application.rb.
import { existsSync } from "node:fs";
import { lacking, program } from "../../origins/lib/debian.mjs";
import { startProcess } from "../../origins/lib/process.mjs";
import { app } from "../lib/app.mjs";

const packages = ["ruby", "puma", "ruby-railties", "ruby-actionpack", "ruby-actioncable"];
// Libraries have no program of their own.
const isThere = () => packages.slice(2).every((name) => existsSync(`/usr/share/doc/${name}`));

export default {
  name: "rails",
  packages,
  missing: () => lacking(packages, "ruby", "puma") ?? (isThere() ? undefined : `apt-get install ${packages.join(" ")}`),
  start: ({ port, folder, settings: { lines = "" } }) =>
    startProcess(program("puma"), ["-b", `tcp://127.0.0.1:${port}`, "-t", "4:4", "-e", "production", "-q", app("rails.ru")], {
      port,
      folder,
      env: { SITE_LINES: lines, RAILS_ENV: "production" },
    }),
};
