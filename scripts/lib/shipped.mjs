// What the package consists of beside our own code: every crate that is compiled into it, with its licence.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { inRoot, locked, root, versions } from "./paths.mjs";
import { Failure, must } from "./run.mjs";

/** The crates of the Worker and of the tool: [{ name, version, license, checksum, texts }], by name. */
export async function shippedCrates(env = process.env) {
  const args = ["metadata", "--format-version", "1", ...locked, "--filter-platform", versions.wasmTarget];
  const { stdout } = await must("cargo", args, { cwd: root, env });
  const { packages, resolve } = JSON.parse(stdout);
  const byId = new Map(packages.map((one) => [one.id, one]));
  const needs = new Map(resolve.nodes.map(({ id, deps }) => [id, deps]));
  const found = new Set();
  const visit = (id) => {
    if (found.has(id) || isMacro(byId.get(id))) return;
    found.add(id);
    for (const { pkg, dep_kinds: kinds } of needs.get(id)) if (kinds.some(({ kind }) => kind === null)) visit(pkg);
  };
  for (const { id, name } of packages) if (OWN.includes(name)) visit(id);
  const checksums = checksumsOf(readFileSync(inRoot("Cargo.lock"), "utf8"));
  const crates = [...found].map((id) => byId.get(id)).filter(({ source }) => source);
  return crates.map((one) => described(one, checksums)).sort((one, other) => (`${one.name} ${one.version}` < `${other.name} ${other.version}` ? -1 : 1));
}

const OWN = ["edgegate", "edgegate-cli"];

/** Runs in the compiler, and is not shipped. */
const isMacro = ({ targets }) => targets.some(({ kind }) => kind.includes("proc-macro"));

function described({ name, version, license, manifest_path: manifest }, checksums) {
  const folder = path.dirname(manifest);
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|unlicense|notice)/i.test(file)).sort();
  const known = (license ?? "").split(/\s*(?:\/|\bOR\b|\bAND\b|[()])\s*/).filter(Boolean);
  const other = known.filter((one) => !LICENSES.includes(one));
  if (known.length === 0 || other.length > 0 || texts.length === 0) {
    throw new Failure(`the crate ${name} ${version} has the licence "${license}"${texts.length === 0 ? " and no text of it" : ""}`, {
      todo: "What is shipped has a licence of the list in scripts/lib/shipped.mjs, with its text.",
    });
  }
  const checksum = checksums.get(`${name} ${version}`);
  return { name, version, license, checksum, texts: chosen(license, texts).map((file) => readFileSync(path.join(folder, file), "utf8").trim()) };
}

/** Where there is a choice, MIT is chosen, whose text is short. */
function chosen(license, texts) {
  const mit = texts.filter((file) => /mit/i.test(file));
  return /\bOR\b|\//.test(license) && !/\bAND\b/.test(license) && mit.length > 0 ? mit : texts;
}

/** Those that may be shipped beside "MIT OR Apache-2.0"; deny.toml has the same. */
export const LICENSES = ["MIT", "Apache-2.0", "BSD-3-Clause", "BSL-1.0", "Unicode-3.0", "Unlicense"];

function checksumsOf(lock) {
  const entries = lock.matchAll(/name = "([^"]+)"\nversion = "([^"]+)"\nsource = [^\n]+\nchecksum = "([^"]+)"/g);
  return new Map([...entries].map(([, name, version, checksum]) => [`${name} ${version}`, checksum]));
}

/** The licences of all of it, each text once. */
export function notice(crates) {
  const texts = new Map();
  for (const { name, version, texts: own } of crates) {
    for (const text of own) texts.set(text, [...(texts.get(text) ?? []), `${name} ${version}`]);
  }
  const list = crates.map(({ name, version, license }) => `  ${name} ${version}: ${license}`);
  const parts = [...texts].map(([text, names]) => `${"-".repeat(78)}\n${names.join(", ")}\n\n${text}\n`);
  return `Edgegate is licensed under MIT or Apache-2.0, at your choice (LICENSE-MIT, LICENSE-APACHE).
Its Worker and its tool are compiled from these crates as well:

${list.join("\n")}

Their licences:

${parts.join("\n")}`;
}

/** The software bill of materials: CycloneDX 1.6, without time and serial number, so that the same sources have the same one. */
export function bill(crates, { name, version, dependencies }) {
  const crate = (one) => ({
    type: "library",
    "bom-ref": `pkg:cargo/${one.name}@${one.version}`,
    name: one.name,
    version: one.version,
    purl: `pkg:cargo/${one.name}@${one.version}`,
    licenses: [{ expression: one.license.replaceAll("/", " OR ") }],
    hashes: [{ alg: "SHA-256", content: one.checksum }],
  });
  const npm = ([name, version]) => ({ type: "library", "bom-ref": `pkg:npm/${name}@${version}`, name, version, purl: `pkg:npm/${name}@${version}` });
  const components = [...crates.map(crate), ...Object.entries(dependencies ?? {}).map(npm)];
  const self = { type: "application", "bom-ref": `pkg:npm/${name}@${version}`, name, version, purl: `pkg:npm/${name}@${version}` };
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: self },
    components,
    dependencies: [{ ref: self["bom-ref"], dependsOn: components.map((one) => one["bom-ref"]) }],
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
