// Rack under puma.
import { app, startProcess } from "../lib/process.mjs";
import { lacking, program } from "../lib/debian.mjs";

const packages = ["ruby", "puma", "ruby-rack"];

export default {
  name: "rack",
  packages,
  missing: () => lacking(packages, "ruby", "puma"),
  start: ({ port, folder }) =>
    startProcess(program("puma"), ["-b", `tcp://127.0.0.1:${port}`, "-t", "8:8", "-e", "production", "-q", app("config.ru")], { port, folder }),
};
