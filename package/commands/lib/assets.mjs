// Files of a Worker that the platform serves by itself (`[assets]`): without `run_worker_first = true` they go past the gateway.

const SETTING = "[assets]\nrun_worker_first = true";

/**
 * `policy`, `config`: as objects; `directory`: what `--assets` names.
 * Answers with undefined where no file goes past the gateway, else with { isWrong, text, todo }: `isWrong` where the application is in this
 * Worker, so that its pages and files are what is to be guarded.
 */
export function filesPastGateway(policy, config, directory) {
  const assets = directory === undefined ? config.assets : { ...config.assets, directory };
  if (assets === undefined || assets.run_worker_first === true) return undefined;
  const where = `the files in ${assets.directory ?? "the folder of [assets]"}`;
  const isWrong = Object.values(policy.origins ?? {}).some(({ handler }) => handler === true);
  const patterns = assets.run_worker_first;
  if (!Array.isArray(patterns)) return { isWrong, text: `${where} are served past the gateway, to everybody: [assets] lacks \`run_worker_first = true\``, todo: SETTING };
  const missed = guardedPaths(policy).filter((path) => !covers(patterns, path));
  const which = missed.length > 0 ? `guarded paths among them: ${missed.join(", ")}` : "each guarded path is covered, and what no route names is not";
  return { isWrong: false, text: `${where} are served past the gateway where no pattern of \`run_worker_first\` covers them; ${which}`, todo: SETTING };
}

const guardedPaths = ({ routes = [] }) => [...new Set(routes.filter(({ accept = [] }) => !accept.includes("none")).flatMap(({ path }) => path ?? []))];

/** Whether every address of a route's path reaches the Worker first. A pattern that takes some of them out leaves it uncovered. */
function covers(patterns, path) {
  const except = patterns.filter((one) => one.startsWith("!")).map((one) => one.slice(1));
  if (except.some((one) => overlaps(one, path))) return false;
  return patterns.some((one) => !one.startsWith("!") && glob(one).test(path));
}

/** `*` is any text there. That of a route is itself taken by such a `*` alone. */
const glob = (pattern) => new RegExp(`^${pattern.split("*").map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`, "s");

function overlaps(one, other) {
  const [a, b] = [one, other].map((text) => text.split("*")[0]);
  return (one.includes("*") && b.startsWith(a)) || (other.includes("*") && a.startsWith(b)) || a === b;
}
