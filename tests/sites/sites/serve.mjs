// The npm package `serve`: its handler, in a folder of files.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { node22 } from "../../../scripts/lib/paths.mjs";
import { startProcess } from "../../origins/lib/process.mjs";
import { app } from "../lib/app.mjs";

export default {
  name: "serve",
  missing: () => undefined,
  start({ port, folder }) {
    mkdirSync(path.join(folder, "docs"));
    writeFileSync(path.join(folder, "docs/index.html"), "<!doctype html><h1>The manual</h1>");
    return startProcess(node22, [app("serve.mjs")], { port, folder });
  },
};
