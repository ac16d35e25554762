// Express with sessions, a CSRF token, an upload and a WebSocket.
import { node22 } from "../../../scripts/lib/paths.mjs";
import { startProcess } from "../../origins/lib/process.mjs";
import { app } from "../lib/app.mjs";

export default {
  name: "express",
  missing: () => undefined,
  start: ({ port, folder, settings }) => startProcess(node22, [app("express.mjs")], { port, folder, env: { SITE_SETTINGS: JSON.stringify(settings), NODE_ENV: "production" } }),
};
