// The arguments of a deployment as wrangler reads them: what it deploys has to be what is checked here.
import { environmentName } from "../lib/configuration.mjs";
import { Failure } from "../lib/failure.mjs";

const SWITCHES = /^--(?:no-[\w-]+|bundle|latest|minify|upload-source-maps|node-compat|dry-run|keep-vars|legacy-env|logpush|strict|autoconfig|temporary|metafile|(?:experimental|x)-[\w-]+)$/;
const LISTS = /^--(?:compatibility-flags?|site-(?:include|exclude)|var|define|alias|triggers|schedules?|routes?|domains?|env-file)$/;

/**
 * Answers with { environment, rest, assets }: the environment ("" is that of no name), what is left for wrangler, and the folder that
 * `--assets` names. `words`: as of a deployment; `env`: that of the process.
 */
export function readArguments(given, words, env = process.env) {
  const args = given.map(dashed);
  const rest = [];
  const named = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    const [, short, long, glued] = /^(?:-(e)|--(e|env)(?==|$))=?(.*)$/s.exec(arg) ?? [];
    if (short || long) {
      const isGlued = glued !== "" || arg.endsWith("=");
      if (!isGlued && (args[at + 1] ?? "-").startsWith("-")) throw new Failure(`${arg} names no environment`, { code: 2 });
      named.push(environmentName(isGlued ? glued : args[++at], arg));
    } else {
      refuseElsewhere(arg, words);
      rest.push(arg);
      // The values of an option are its own, whatever they look like.
      if (/^--[^=]+$/.test(arg) && !SWITCHES.test(arg)) {
        for (let most = LISTS.test(arg) ? Infinity : 1; most > 0 && at + 1 < args.length && !args[at + 1].startsWith("-"); most--) rest.push(args[++at]);
      }
    }
  }
  if (new Set(named).size > 1) throw new Failure(`${named.join(" and ")} are two environments`, { code: 2 });
  return { environment: named[0] ?? environmentName(env.CLOUDFLARE_ENV ?? "", "CLOUDFLARE_ENV"), rest, assets: optionOf(rest, "--assets") };
}

/** wrangler knows `--secretsFile` as well. */
const dashed = (arg) => arg.replace(/^--[\w-]+/, (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));

/** The value of an option, which stands behind it or behind `=`. */
function optionOf(args, name) {
  const at = args.findLastIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return undefined;
  return args[at] === name ? args[at + 1] : args[at].slice(name.length + 1);
}

/** The checks are of this folder's configuration, so nothing else is deployed by this command. */
function refuseElsewhere(arg, words) {
  const what = /^(?:-c|--?(?:c|config|cwd|(?:experimental|x)-[\w-]*config)\b)/.test(arg) ? "names another configuration" : !arg.startsWith("-") || /^--(?:script|path)\b/.test(arg) ? "names another Worker" : undefined;
  if (what) {
    throw new Failure(`${arg} ${what}, and this command deploys the one at ${words.place}`, {
      todo: `Your own gate is wrangler.toml and edgegate.toml at ${words.place}: \`${words.deploy}\` without that argument.`,
    });
  }
  if (/^-[^-]/.test(arg)) throw new Failure(`${arg} is not known to ${words.deploy}`, { todo: "Write options of wrangler with their whole names: --name VALUE.", code: 2 });
}
