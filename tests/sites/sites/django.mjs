// Django with its admin, under gunicorn. `settings`: { lines } for settings.py, and the folder that gunicorn is told.
import { execFileSync } from "node:child_process";
import { missing, python, startGunicorn } from "../../origins/lib/gunicorn.mjs";
import { app } from "../lib/app.mjs";

export default {
  name: "django",
  missing,
  start({ port, folder, settings: { lines = "", folder: SCRIPT_NAME = "" } }) {
    const env = { SCRIPT_NAME, PYTHONDONTWRITEBYTECODE: "1", SITE_FOLDER: folder, SITE_LINES: lines };
    execFileSync(python, [app("django/prepare.py")], { env: { ...process.env, ...env }, cwd: app("django") });
    // By default gunicorn itself believes a proxy on the same machine, which the gateway never is.
    return startGunicorn("wsgi:application", { port, folder, cwd: app("django"), env }, "--forwarded-allow-ips", "192.0.2.1");
  },
};
