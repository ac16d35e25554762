// Flask under gunicorn as it comes.
import { missing, startGunicorn } from "../lib/gunicorn.mjs";

export default {
  name: "flask",
  missing,
  start: (at) => startGunicorn("flask_app:app", at),
};
