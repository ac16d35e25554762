// The tree of files that origins with files serve: each file says which page it is.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { site } from "./process.mjs";

/** Writes it below `folder`; answers with its root. Readable by whomever a server runs as. */
export function writeFiles(folder) {
  const root = path.join(folder, "files");
  for (const name of JSON.parse(readFileSync(site, "utf8")).files) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ understood: true, resource: name })}\n`);
  }
  chmodSync(folder, 0o755);
  return root;
}
