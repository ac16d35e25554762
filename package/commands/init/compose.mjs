// Puts the policy together from small templates, one for each answer (package/templates/policy).
//
// A template consists of sections: `%% NAME` begins one. `{{name}}` stands for a value, and a line that names a value which was
// not given is left out. The sections of all templates come in the order of SECTIONS; `route` and `test` once for each guarded
// path, `open` once for each open one.
import { readFileSync } from "node:fs";

const templates = new URL("../../templates/", import.meta.url);
const SECTIONS = ["head", "keys", "credentials", "routes", "open", "route", "tests", "test", "open-test"];
const HEADLINES = { keys: "keys: an id, the secret that holds the value, and the one purpose it serves", credentials: "credentials", routes: "routes", tests: "tests: a request, and what it must come to; `check` and `deploy` run them" };
const WIDTH = 100;

/** A template of the folder, as text. */
export const template = (name) => readFileSync(new URL(name, templates), "utf8");

/** The table of what can be answered. */
export const choices = JSON.parse(template("answers.json"));

/** `{{name}}` replaced by its value; a line that names what there is not is left out. */
export function filled(text, values) {
  const lines = text.split("\n").flatMap((line) => {
    const names = [...line.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    if (names.some((name) => values[name] === undefined)) return [];
    return [line.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name])];
  });
  return lines.join("\n");
}

/**
 * The policy. `pieces`: names of templates; `values`: what stands for `{{…}}` everywhere; `guarded`, `open`: the paths, as
 * { name, path, sample }.
 */
export function policy({ pieces, values, guarded, open }) {
  const sections = pieces.map((name) => sectionsOf(template(`policy/${name}.toml`)));
  const all = (name) => sections.flatMap((one) => one[name] ?? []);
  const under = { route: guarded, open, test: guarded.slice(0, 1), "open-test": open.slice(0, 1) };
  const parts = SECTIONS.map((name) => {
    const places = under[name]?.length > 0 ? under[name] : name === "open" ? [] : [{}];
    return headed(name, places.flatMap((place) => all(name).map((text) => filled(text, { ...values, ...place })).filter(Boolean)));
  });
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function headed(name, texts) {
  const title = HEADLINES[name];
  if (!title || (texts.length === 0 && name !== "tests")) return texts.join("\n\n");
  return [`# --- ${title} ${"-".repeat(Math.max(3, WIDTH - title.length - 7))}`, ...texts].join("\n\n");
}

function sectionsOf(text) {
  const [, ...parts] = text.split(/^%% /m);
  return Object.fromEntries(parts.map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1).trim()]));
}
