// The package's types, as TypeScript reads them in somebody's project: what is meant compiles, and what is not does not.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { node22, npmBin } from "../../../scripts/lib/paths.mjs";
import { ownProject } from "../../../scripts/lib/own-worker.mjs";

const SETTINGS = { strict: true, noEmit: true, target: "es2022", module: "esnext", moduleResolution: "bundler", lib: ["es2022", "webworker"], types: [] };

/** What tsc says of such a file; nothing if it is right. `without`: a package that is not there. */
function said(source, { without } = {}) {
  const folder = ownProject({ "use.ts": source, "tsconfig.json": JSON.stringify({ compilerOptions: SETTINGS, files: ["use.ts"] }) });
  if (without) rmSync(path.join(folder, "node_modules", without));
  return spawnSync(node22, [npmBin("tsc"), "--project", folder], { cwd: folder, encoding: "utf8" }).stdout;
}

const worker = `
import { edgegate, identityOf, Ledger, type Identity } from "edgegate";
import policy from "edgegate/policy";
interface Env { KEY: string }
const app = { async fetch(request: Request, env: Env): Promise<Response> {
  const who: Identity | null = identityOf(request);
  const words: string[] = who?.scope ?? [];
  return new Response(env.KEY + (who?.subject ?? "nobody") + words + who?.claims["email"]);
} };
export { Ledger };
export const others = [edgegate((request: Request) => new Response(request.url)), edgegate(app, policy), edgegate(class { fetch() { return new Response(); } })];
export default edgegate(app);`;

const inHono = `
import { Hono } from "hono";
import { edgegate } from "edgegate";
import { hono } from "edgegate/hono";
const app = new Hono().use(edgegate.hono()).get("/", (c) => { const subject: string | null = c.var.edgegate.subject; return c.text(subject ?? c.var.edgegate.kind); });
export const other = new Hono().use(hono()).get("/", (c) => c.json(c.var.edgegate.claims));
export default edgegate(app);`;

const elsewhere = `
import { IdentityError, identityOf, verifyIdentity } from "edgegate/identity";
import { pages } from "edgegate/pages";
export const subject: string | null | undefined = identityOf(new Request("https://a.example"))?.subject;
export const onRequest = pages({ policy: new ArrayBuffer(1), pages: new Uint8Array(1) });
export async function who(request: Request, node: { headers: Record<string, string | string[] | undefined> }): Promise<string> {
  try {
    await verifyIdentity(node, { issuer: "https://gate.example", audience: "a", jwks: { keys: [] } });
    return (await verifyIdentity(request, { issuer: "https://gate.example", audience: "a" })).subject;
  } catch (error) {
    return error instanceof IdentityError && error.code === "expired" ? "again" : "no";
  }
}`;

test("a Worker, a Hono application, Pages Functions and an origin elsewhere compile", () => {
  for (const source of [worker, inHono, elsewhere]) assert.equal(said(source), "");
});

test("who has no Hono needs none", () => {
  assert.equal(said(worker, { without: "hono" }), "");
});

test("what cannot be meant does not compile", () => {
  for (const [source, expected] of [
    ['import { edgegate } from "edgegate"; export default edgegate(42);', /TS2345|TS2769/],
    ['import { edgegate } from "edgegate"; export default edgegate(() => new Response(), { policy: "text" });', /TS2345|TS2769|TS2739|TS2322|TS2741/],
    ['import { identityOf } from "edgegate"; export const subject: string = identityOf(new Request("")).subject;', /TS2531|TS2322|TS18047/],
    ['import { verifyIdentity } from "edgegate/identity"; verifyIdentity(new Request(""), { issuer: "https://a.example" });', /TS2345|TS2741/],
    [inHono.replace("const subject: string | null", "const subject: number"), /TS2322/],
  ]) {
    assert.match(said(source), expected, source);
  }
});
