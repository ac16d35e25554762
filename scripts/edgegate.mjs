// `npm run edgegate -- …`: the command-line tool, compiled first where it has to be, and with a word about that.
import { spawn } from "node:child_process";
import { root } from "./lib/paths.mjs";

const cargo = (args, stdio) => {
  const env = { EDGEGATE_WORKER: `${root}/target/worker`, ...process.env };
  const child = spawn("cargo", args, { cwd: process.env.INIT_CWD ?? root, env, stdio });
  const ended = new Promise((resolve) => child.on("error", (error) => (console.error(`cargo: ${error.message}`), resolve(127))).on("close", resolve));
  return { child, ended };
};
const manifest = ["--manifest-path", `${root}/Cargo.toml`, "--bin", "edgegate"];

const compiling = cargo(["build", ...manifest], ["ignore", "inherit", "pipe"]);
let said = "";
compiling.child.stderr.setEncoding("utf8").on("data", (text) => {
  if (!said.includes("Compiling") && text.includes("Compiling")) process.stderr.write("Compiling the command-line tool (about half a minute the first time) …\n");
  said += text;
});
const built = await compiling.ended;
if (built !== 0) process.stderr.write(said);
process.exitCode = built || (await cargo(["run", "-q", ...manifest, "--", ...process.argv.slice(2)], "inherit").ended);
