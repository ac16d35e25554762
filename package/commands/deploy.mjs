// `edgegate deploy`: puts the gateway of this folder on the Cloudflare account, by the project's own wrangler.
import { existsSync } from "node:fs";
import path from "node:path";
import { tool } from "../tool/run.mjs";
import { deployment } from "./deploy/deployment.mjs";
import { Failure, guarded } from "./lib/failure.mjs";
import { ownWrangler, quietEnv, workerFolder } from "./lib/own.mjs";
import { run as runProgram } from "./lib/run.mjs";

export const help = `npx edgegate deploy [OPTIONS]: builds the gateway of this folder, deploys it, and names what is still open.

  --dry-run        all of it but the upload; needs no account
  --keys-at-once   deploys a policy whose keys skip a step
  --env NAME       an environment of wrangler.toml
  --help           this text

Other options go to \`wrangler deploy\`. The policy that was deployed is kept in edgegate.deployed.toml: commit it. The next
deployment first says what changes, and stops if the policy's tests fail or its keys skip a step.

Example: npx edgegate deploy --dry-run`;

export function run(args, { print = console.log } = {}) {
  return guarded(async () => {
    if (args.some((arg) => ["--help", "-h", "--version", "-v"].includes(arg))) return void print(help);
    const folder = process.cwd();
    const policy = process.env.EDGEGATE_POLICY || "edgegate.toml";
    for (const name of [policy, "wrangler.toml"]) {
      if (!existsSync(path.resolve(folder, name))) throw new Failure(`there is no ${name} here`, { todo: "`npx edgegate init` writes a project; this command is for its folder.", code: 2 });
    }
    const program = ownWrangler(folder);
    await deployment({
      args: args.filter((arg) => arg !== "--"),
      folder,
      policy,
      words: { deploy: "npx edgegate deploy", option: "", tool: "npx edgegate", place: "this folder", manual: "operations.md" },
      tool: (given) => said(tool(given, { cwd: folder })),
      wrangler: (given, { inherit }) => runProgram(process.execPath, [program, ...given], { cwd: folder, env: quietEnv(), inherit }),
      build: () => built(said(tool(["build", "--policy", policy, "--worker", workerFolder()], { cwd: folder })), policy, print),
      print,
    });
  });
}

const said = ({ code, stdout, stderr }) => ({ code, stdout, output: stderr + stdout });

function built({ code, output }, policy, print) {
  if (code !== 0) throw new Failure(`${policy} was not built`, { output, todo: `\`npx edgegate check ${policy}\` says more.` });
  print(output.trimEnd());
}
