// Where this package came from, in the words of a package.json: a packed file, a version of the registry, or a folder.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../lib/failure.mjs";

const own = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** `given`: a packed file that somebody named; `folder`: that of the project, to which `file:` is relative. */
export function packageSource(given, folder, from = own) {
  if (given) {
    if (!existsSync(given)) throw new Failure(`there is no ${given}`, { todo: "--package names the packed file: edgegate-0.1.0.tgz.", code: 2 });
    return fileReference(path.resolve(given), folder);
  }
  const modules = path.dirname(from);
  if (path.basename(modules) !== "node_modules") return fileReference(from, folder);
  const { resolved = "", version } = lockedAs(modules, path.basename(from));
  // npm writes such a reference relative to the folder above node_modules.
  if (resolved.startsWith("file:")) return fileReference(path.resolve(path.dirname(modules), resolved.slice("file:".length)), folder);
  return version ?? JSON.parse(readFileSync(path.join(from, "package.json"), "utf8")).version;
}

function fileReference(file, folder) {
  const relative = path.relative(folder, file).split(path.sep).join("/");
  return `file:${relative.startsWith(".") ? relative : `./${relative}`}`;
}

/** What npm noted of a package when it installed it. */
function lockedAs(modules, name) {
  try {
    return JSON.parse(readFileSync(path.join(modules, ".package-lock.json"), "utf8")).packages[`node_modules/${name}`] ?? {};
  } catch {
    return {};
  }
}
