// Flask under gunicorn. `settings`: { lines } for the application.
import { missing, startGunicorn } from "../../origins/lib/gunicorn.mjs";
import { app } from "../lib/app.mjs";

export default {
  name: "flask",
  missing,
  start: ({ port, folder, settings: { lines = "" } }) =>
    startGunicorn("flask_site:app", { port, folder, cwd: app("flask"), env: { SITE_LINES: lines } }, "--forwarded-allow-ips", "192.0.2.1"),
};
