// `.edgegate/`, where `edgegate dev` keeps sessions, what was used once and a copy of the policy.
import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "../lib/failure.mjs";

/** Makes the folder, which is this user's alone. One that is there already is, too, and nothing is written through a symbolic link in it. */
export function privateFolder(state) {
  const there = lstatSync(state, { throwIfNoEntry: false });
  if (there && !there.isDirectory()) throw wrong(state, there.isSymbolicLink() ? "is a symbolic link" : "is no folder");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  try {
    if (process.platform !== "win32") chmodSync(state, 0o700);
  } catch (error) {
    throw wrong(state, `cannot be closed to other users (${error.code})`);
  }
  const link = linkBelow(state);
  if (link) throw wrong(link, "is a symbolic link");
  writeFileSync(path.join(state, ".gitignore"), "*\n"); // sessions and what was used once are nobody else's
}

function linkBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isSymbolicLink()) return file;
    const found = entry.isDirectory() ? linkBelow(file) : undefined;
    if (found) return found;
  }
  return undefined;
}

const wrong = (file, what) => new Failure(`${path.relative(process.cwd(), file)} ${what}, and nothing was written`, { todo: "Remove it: `edgegate dev` makes the folder .edgegate itself, and its files." });
