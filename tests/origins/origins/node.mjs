// Node's own server.
import { node22 } from "../../../scripts/lib/paths.mjs";
import { app, startProcess } from "../lib/process.mjs";

export default {
  name: "node",
  missing: () => undefined,
  start: ({ port, folder }) => startProcess(node22, [app("node.mjs")], { port, folder }),
};
