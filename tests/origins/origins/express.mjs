// Express.
import { node22 } from "../../../scripts/lib/paths.mjs";
import { app, startProcess } from "../lib/process.mjs";

export default {
  name: "express",
  missing: () => undefined,
  start: ({ port, folder }) => startProcess(node22, [app("express.mjs")], { port, folder }),
};
