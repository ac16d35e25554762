// The data files of this suite.
import { readFileSync } from "node:fs";

const text = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const lines = (name) => text(`corpus/${name}.txt`).split("\n").filter((line) => line !== "" && !line.startsWith("# "));
const field = (line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()];

export const site = JSON.parse(text("site.json"));
export const paths = lines("paths");
export const pieces = lines("pieces");
export const parameters = lines("parameters");
export const cookies = lines("cookies");
export const hosts = lines("hosts");
export const harmless = lines("harmless").map(field);
/** [name, value] of what no client may send; a name may end with `*`. */
export const reserved = lines("headers").map(field);

/** A name of a header as the most forgiving origin folds it. */
export const fold = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, "-");

const exact = new Set(reserved.filter(([name]) => !name.endsWith("*")).map(([name]) => fold(name)));
const families = reserved.filter(([name]) => name.endsWith("*")).map(([name]) => fold(name.slice(0, -1)));

/** Whether a header, in any alias, is one that no client may send. */
export const isReserved = (name) => exact.has(fold(name)) || families.some((family) => fold(name).startsWith(family));
