// `npm run deploy`: builds your Worker, hands it to wrangler, and names what is still open afterwards.
// `npm run deploy -- --dry-run` does all of it but the upload, and needs no account.
// The policy that was deployed is kept beside it, so that the next one is known to change its keys step by step;
// `--keys-at-once` deploys one that does not. What `npx edgegate deploy` does as well is in package/commands/deploy/.
import path from "node:path";
import { deployment } from "../package/commands/deploy/deployment.mjs";
import { build, builds } from "./build.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { Failure, main, run } from "./lib/run.mjs";
import { tool } from "./lib/tool.mjs";
import { wrangler, wranglerEnv } from "./lib/wrangler.mjs";
import { setup } from "./setup.mjs";

const policy = builds.own.policy;

const help = `npm run deploy [-- OPTIONS]: builds your Worker, deploys it, and names what is still open.

  --dry-run        all of it but the upload; needs no account
  --keys-at-once   deploys a policy whose keys skip a step (docs/operations.md, "Changing a key")
  --env NAME       an environment of wrangler.toml
  --help           this text

Other options go to \`wrangler deploy\`. The policy that was deployed is kept in edgegate.deployed.toml: commit it.`;

main(async (args) => {
  if (args.some((arg) => ["--help", "-h", "--version", "-v"].includes(arg))) return void console.log(help);
  refuseDemo(args);
  await deployment({
    args,
    folder: root,
    policy,
    words: { deploy: "npm run deploy", option: " --", tool: "npm run edgegate --", place: "the root of the repository", manual: "docs/operations.md" },
    tool: (given) => run(tool(), given, { cwd: root }),
    wrangler: (given, { inherit }) => {
      const [program, rest] = wrangler(...given);
      return run(program, rest, { cwd: root, env: wranglerEnv(), inherit });
    },
    build: async () => void (await build(builds.own, await setup())),
  });
});

/** The demo's secrets are published: nothing of demo/ is ever deployed. */
function refuseDemo(args) {
  const paths = [...args.map((arg) => arg.replace(/^--[a-z-]+=/, "")), process.env.EDGEGATE_POLICY ?? ""];
  const inDemo = paths.find((name) => !path.relative(inRoot("demo"), path.resolve(root, name || ".")).startsWith(".."));
  if (inDemo) {
    throw new Failure(`${inDemo} belongs to the demo, whose secrets are published`, {
      todo: "Your own gate is wrangler.toml and edgegate.toml at the root of the repository: `npm run deploy` without that argument.",
    });
  }
}
