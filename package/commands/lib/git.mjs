// What git would take of a folder.
import { spawnSync } from "node:child_process";

/** Whether git would take a file of a folder: it is in a repository that does not ignore it. False where there is no repository or no git. */
export const isSeenByGit = (folder, name) => spawnSync("git", ["check-ignore", "--quiet", name], { cwd: folder }).status === 1;
