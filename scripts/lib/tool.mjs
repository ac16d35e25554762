// The command-line tool (crates/cli), compiled where it has to be.
import path from "node:path";
import { inRoot, locked, root } from "./paths.mjs";
import { Failure, must } from "./run.mjs";

/** The path of the program. */
export const tool = (env = process.env) => path.resolve(root, env.CARGO_TARGET_DIR || "target", "debug", "edgegate");

/** Compiles what has changed. */
export const compileTool = (env = process.env) =>
  must("cargo", ["build", ...locked, "--bin", "edgegate"], { cwd: root, env, todo: "The compiler's words are above." });

/** Compiles a policy, beside the Worker in the folder `worker`, into the folder `out`. Answers with what the tool said. */
export async function compilePolicy({ policy, worker, out }, env = process.env) {
  const todo = `Each line names the place and the reason. \`npm run -s edgegate -- check ${path.relative(root, inRoot(policy))}\` says more about a policy.`;
  const { output, stdout } = await must(tool(env), ["build", "--policy", policy, "--worker", worker, "--out", out], {
    cwd: root,
    env,
    todo,
  });
  // Under `wrangler dev` the tool itself does not fail where an older policy can go on serving.
  if (stdout.startsWith("Until that is mended")) throw new Failure(`${policy} was not built`, { output: output.replace(stdout, ""), todo });
  return output.trim();
}
