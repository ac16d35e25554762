// Express with sessions, a CSRF token, an upload and a WebSocket. `settings`: { lines }, the host that it wants to be called by,
// and whether its cookie is secure.
import { node22 } from "../../../scripts/lib/paths.mjs";
import { startProcess } from "../../origins/lib/process.mjs";
import { app } from "../lib/app.mjs";

export default {
  name: "express",
  missing: () => undefined,
  start: ({ port, folder, settings: { lines = "", canonical = "", secure } }) =>
    startProcess(node22, [app("express.mjs")], { port, folder, env: { SITE_LINES: lines, SITE_CANONICAL: canonical, SITE_SECURE: secure ? "yes" : "", NODE_ENV: "production" } }),
};
