// Tests of examples/, each installed from the packed file.
import path from "node:path";
import { assemblePackage, pack } from "../pack.mjs";
import { sum, verdict } from "./count.mjs";
import { chosenFiles, nodeTests, skip } from "./node-tests.mjs";
import { explain } from "./run.mjs";

/** Each of these installs hundreds of packages and takes as long as the others together. */
const LARGE = ["astro", "nuxt", "sveltekit"];

/** Packs the package, then runs the tests. */
export async function examples(t) {
  try {
    await pack(await assemblePackage(t.toolchain));
  } catch (error) {
    explain(error);
    return verdict(t.note, "examples: not run, for the npm package could not be packed", false);
  }
  const { now, otherwise } = sorted(chosenFiles(t), t);
  return sum([await nodeTests(t, now), skip(otherwise, "EDGEGATE_EXAMPLES=all, or by its name: npm test -- examples/astro")]);
}

/** Which files are run: all, where some are named or the variable says so; otherwise the small ones. */
export function sorted(files, { only, env }) {
  const waits = (file) => !only && env.EDGEGATE_EXAMPLES !== "all" && LARGE.includes(path.basename(file, ".test.mjs"));
  return { now: files.filter((file) => !waits(file)), otherwise: files.filter(waits) };
}
