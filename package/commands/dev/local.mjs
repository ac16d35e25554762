// The policy as it is served on a developer's machine: a copy in which the gateway's address is one on loopback, and an origin
// may be another one, and administrators may be on this machine. Every line stays where it is, so that a message about the copy names a line of the policy.
import { Failure } from "../lib/failure.mjs";
import { edited, readToml } from "../lib/toml.mjs";

/**
 * `address`: where the gateway is served, as { host, url }; `origins`: what stands in place of origins, as [[name, url]], of which
 * a name that is undefined means the one that routes forward to.
 * Answers with { text, issuer, hosts, bound }: the copy, the policy's own address, what other hosts are called on this machine,
 * and what origins and routes are bound to, as { elsewhere, buckets, limiters }; `elsewhere` are origins that do not run here.
 */
export function localised(policy, { address, origins = [] }) {
  const { tree, values, headers } = readToml(policy);
  const issuer = values.find(({ path }) => path.join() === "gateway,issuer");
  if (!issuer) throw new Failure("the policy has no `issuer` under [gateway]");
  const put = ({ start, end }, value) => ({ start, end, text: JSON.stringify(value) });
  const names = hostNames(values, issuer.value, address);
  const admins = values.filter(({ path }) => path.length === 3 && path[0] === "admin" && path[1] === "allow");
  const last = admins.some(({ value }) => value === HERE) ? undefined : admins.at(-1);
  const edits = [put(issuer, address.url), ...(last ? [{ start: last.end, end: last.end, text: `, "${HERE}"` }] : []), ...names.edits.map(([value, host]) => put(value, host))];
  const replaced = new Map(origins.map(([name, url]) => [name ?? onlyOrigin(tree), url]));
  for (const [name, url] of replaced) {
    const place = values.find(({ path }) => path.length === 3 && path[0] === "origins" && path[1] === name && ["url", "service", "r2", "handler"].includes(path[2]));
    if (!place) throw new Failure(`the policy has no origin ${name}`, { todo: `It has ${Object.keys(tree.origins ?? {}).join(", ")}.`, code: 2 });
    edits.push({ start: place.from, end: place.end, text: `url = ${JSON.stringify(url)}` });
  }
  const text = withoutTests(edited(policy, edits), policy, headers, values, edits);
  return { text, issuer: issuer.value, hosts: names.hosts, bound: bindings(tree, replaced) };
}

/** Who reaches the gateway on this machine is on it, and so administers from here. */
const HERE = "127.0.0.0/8";

/** The origin that routes forward to, if there is only one. */
function onlyOrigin(tree) {
  const named = new Set((tree.routes ?? []).map(({ forward }) => forward?.origin).filter(Boolean));
  const [only, another] = named.size > 0 ? named : Object.keys(tree.origins ?? {});
  if (another) throw new Failure("the policy has several origins, and --origin says of none which it is", { todo: `Name it: ${[...named].map((name) => `--origin ${name}=URL`).join(" or ")}.`, code: 2 });
  return only;
}

/** Hosts of routes and sessions: that of the gateway becomes the local one, and others names below localhost, which every browser takes for this machine. */
function hostNames(values, issuer, address) {
  const own = issuer.replace(/^https?:\/\//, "");
  const isHost = ({ path: [table, second, third] }) => (table === "routes" && third === "host") || (table === "session" && second === "hosts" && third !== undefined);
  const local = (host) => (host === own ? address.host : `${host.replace(/:\d+$/, "")}.localhost`);
  const edits = values.filter(isHost).map((value) => [value, local(value.value)]);
  return { edits, hosts: new Map(edits.map(([{ value }, host]) => [value, host])) };
}

/** Tests were run on the policy itself. In the copy they would speak of addresses that it does not have, so they are comments there. */
function withoutTests(text, original, headers, values, edits) {
  const shift = (at) => at + edits.filter(({ end }) => end <= at).reduce((sum, edit) => sum + edit.text.length - (edit.end - edit.start), 0);
  const ranges = headers.flatMap(({ path, start }, at) => (path[0] === "tests" ? [[shift(start), shift(headers[at + 1]?.start ?? original.length)]] : []));
  const inline = values.filter(({ path }) => path.length === 1 && path[0] === "tests").map(({ from, end }) => [shift(from), shift(end)]);
  let result = text;
  for (const [start, end] of [...ranges, ...inline].sort(([a], [b]) => b - a)) result = result.slice(0, start) + result.slice(start, end).replace(/^(?=.)/gm, "# ") + result.slice(end);
  return result;
}

/** What a policy is bound to. */
function bindings(tree, replaced) {
  const left = Object.entries(tree.origins ?? {}).filter(([name]) => !replaced.has(name)).map(([name, origin]) => ({ name, ...origin }));
  const limiters = (tree.routes ?? []).map(({ rate }) => rate).filter((rate) => rate && !rate.exact).map(({ limit, period }) => ({ limit, seconds: seconds(period) }));
  const elsewhere = left.filter(({ service, handler }) => service || handler).map(({ name }) => name);
  return { elsewhere, buckets: left.flatMap(({ r2 }) => r2 ?? []), limiters };
}

/** "1m" in seconds. */
export const seconds = (text) => Number.parseInt(text, 10) * { s: 1, m: 60, h: 3600, d: 86400 }[text.at(-1)];
