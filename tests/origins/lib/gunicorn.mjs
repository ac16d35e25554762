// gunicorn with an application of apps/. It trusts headers of a proxy on this machine, which is its default.
import { existsSync } from "node:fs";
import { inRoot } from "../../../scripts/lib/paths.mjs";
import { app, startProcess } from "./process.mjs";

export const python = process.env.EDGEGATE_PYTHON || inRoot("target/python/bin/python");

export const missing = () => (existsSync(python) ? undefined : "no target/python: node scripts/lib/python.mjs");

export function startGunicorn(application, { port, folder, cwd = app(""), env = {} }, ...more) {
  const args = ["-m", "gunicorn", "-b", `127.0.0.1:${port}`, "-w", "1", "-k", "gthread", "--threads", "8", "--keep-alive", "60", "--log-level", "critical"];
  return startProcess(python, [...args, ...more, application], { port, folder, cwd, env: { PYTHONDONTWRITEBYTECODE: "1", ...env } });
}
