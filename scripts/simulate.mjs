// `npm run simulate`: plays stories of the simulator, tells one again, or shows that it notices when a rule is switched off.
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { inRoot, locked, root } from "./lib/paths.mjs";
import { Failure, main, run, step } from "./lib/run.mjs";
import { switchedOff } from "./lib/switched-off.mjs";

const help = `npm run simulate [-- OPTIONS]: the gate under a scheduler that decides who goes on, what fails and who leaves.

  --stories N    how many stories, each with an interleaving of its own (10,000,000; npm test plays 1,000,000)
  --from SEED    the first seed (1); the same seeds always play the same stories
  --seed SEED    tells the story of one seed step by step, and plays nothing else
  --exhaustive   every order and every single fault of a few requests at two isolates, nothing drawn
  --rules        switches one rule after the other off in a copy of the sources, and says how many stories it took to notice
  --help         this text

A story that ends as it must not is printed with the command that tells it again. What may be observed is in
tests/simulator/model.rs.`;

const options = {
  stories: { type: "string", default: "10000000" },
  from: { type: "string", default: "1" },
  seed: { type: "string" },
  exhaustive: { type: "boolean", default: false },
  rules: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
};

/** Runs the test program's tests whose names hold a word. */
export function simulator(test, { stories, seed, cwd = root, env = process.env, ...how }) {
  // A copy of the sources has a folder of its own for what it compiles: its packages have the same names.
  const said = { ...env, EDGEGATE_STORIES: String(stories), EDGEGATE_SEED: String(seed), CARGO_TARGET_DIR: inRoot(cwd === root ? "target" : "target/rules-compiled"), RUST_BACKTRACE: "0" };
  // Not by its package: what it shares with the native tests would be compiled again, with fewer features.
  const args = ["test", ...locked, "--test", "simulator", "--", "--include-ignored", "--nocapture", test];
  return run("cargo", args, { env: said, cwd, ...how });
}

export const STORIES = "no_story_is_observed_that_must_not_be";
export const EXHAUSTIVE = "no_order_and_no_single_fault_is_observed_that_must_not_be";
const TOLD = "a_story_is_told";

async function start(args) {
  const { values } = parseArgs({ args, options });
  if (values.help) return void console.log(help);
  const [stories, from, seed] = ["stories", "from", "seed"].map((name) => number(name, values[name]));
  if (values.rules) return rules();
  const [test, first] = values.exhaustive ? [EXHAUSTIVE, 1] : seed === undefined ? [STORIES, from] : [TOLD, seed];
  return (await simulator(test, { stories, seed: first, inherit: true })).code === 0 ? 0 : 1;
}

function number(name, text) {
  if (text !== undefined && !/^\d{1,18}$/.test(text)) throw new Failure(`--${name} takes a number, not ${text}`, { todo: `\n${help}` });
  return text;
}

/** A row for each rule: after how many stories, or by which scene, it was noticed that it is off. */
async function rules() {
  const most = 200_000;
  let unnoticed = 0;
  console.log("| rule that is switched off | stories until it is noticed | exhaustive |\n|---|---|---|");
  await switchedOff(async ({ rule, cwd }) => {
    const drawn = await simulator(STORIES, { stories: most, seed: 1, cwd });
    if (/^error(\[|:)/m.test(drawn.output) && !drawn.output.includes("panicked")) throw new Failure(`with "${rule}" it does not compile`, { output: drawn.output });
    const seed = drawn.output.match(/seed (\d+): /)?.[1];
    const searched = drawn.code === 0 || seed ? await simulator(EXHAUSTIVE, { stories: most, seed: 1, cwd }) : drawn;
    const noticed = searched.code !== 0;
    if (!seed && !noticed) unnoticed++;
    console.log(`| ${rule} | ${seed ?? `more than ${most}`} | ${noticed ? "noticed" : "not noticed"} |`);
  });
  return unnoticed > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(start);
