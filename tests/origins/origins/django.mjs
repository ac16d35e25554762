// Django under gunicorn, which is told to read header names with `_` as older versions did.
import { missing, startGunicorn } from "../lib/gunicorn.mjs";

export default {
  name: "django",
  missing,
  start: (at) => startGunicorn("django_app:application", at, "--header-map", "dangerous"),
};
