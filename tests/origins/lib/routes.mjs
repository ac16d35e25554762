// The suite's policy as this suite itself reads it: which route a path belongs to, and what that route asks for. Written
// from docs/policy.md and not from the gate's code.
import { readFileSync } from "node:fs";

const text = readFileSync(new URL("../policy.toml", import.meta.url), "utf8");

/** The policy for an origin at this address. */
export const policyFor = (origin) => text.replaceAll(/^#.*\n/gm, "").replaceAll("ORIGIN", origin);

export const routes = text.split("[[routes]]").slice(1).map((part) => {
  const value = (key) => new RegExp(`^${key} = (.*)$`, "m").exec(part)?.[1];
  const list = (written) => JSON.parse(written ?? "[]");
  return {
    name: JSON.parse(value("name")),
    path: JSON.parse(value("path")),
    methods: list(value("methods") ?? '["GET", "HEAD"]'),
    accept: list(value("accept")),
    scope: list(/scope = (\[.*?\])/.exec(part)?.[1]),
    takesForm: /\bform = true/.test(part),
    xsrf: value("xsrf") !== undefined,
    forwardedTo: /forward = .* path = "(.*?)"/.exec(part)?.[1],
  };
});

export const isOpen = (route) => route.accept.includes("none");

/** The first route that fits: the policy's own rule. */
export const routeOf = (path) => routes.find((route) => covers(route.path, path));
export const routeNamed = (name) => routes.find((route) => route.name === name);

/** Where a path on this route arrives at the origin. */
export function forwarded(route, path) {
  if (!route.forwardedTo) return path;
  return route.forwardedTo.slice(0, -2) + path.slice(route.path.length - 2) || "/";
}

/** The route that this path at the origin belongs to, for somebody who came by `taken`. */
export function owed(taken, path) {
  const isWithin = taken?.forwardedTo && covers(taken.forwardedTo, path);
  return isWithin ? taken : routeOf(path);
}

function covers(pattern, path) {
  if (!pattern.endsWith("/*")) return path === pattern;
  const base = pattern.slice(0, -2);
  return path === base || path.startsWith(`${base}/`);
}
