// Keys of every kind are changed while isolates of the deployment before and of the next one answer side by side, over the same
// KV and Ledger: step by step nothing is refused or lost; a step that is skipped loses some, and takes no cookie back.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sent } from "../lib/broker.mjs";
import { forwarded, status } from "../lib/expect.mjs";
import { startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { call, login } from "../lib/luminate.mjs";
import { refresh } from "../lib/oauth.mjs";
import { KINDS, people, policy, published, secrets } from "../lib/rotation.mjs";
import { signIn } from "../lib/schemes.mjs";

const STEPS = ["old", "next", "last", "new"];
const EACH = 4; // of every kind, at every step, made half at one gate and half at the other
const gateway = await startGateway(Object.fromEntries(STEPS.map((step) => [step, { policy: policy(step), secrets, ...(step !== "old" && { sharing: "old" }) }])));
after(() => (people.stop(), gateway.stop()));
for (const secret of Object.values(secrets)) gateway.seen.add(secret);

/** What is in somebody's hands: of each kind the things that are still good. */
const held = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, []]));

/** Makes and uses everything at both gates at once. Gives what was refused, and how often something was used. */
async function load(gates, isNew, keys) {
  const told = { used: 0, refused: [] };
  const attempt = async (kind, work) => {
    try {
      told.used++;
      return await work();
    } catch (error) {
      told.refused.push(`${kind}: ${error.message}`);
      return undefined;
    }
  };
  const ofKind = async ([kind, { make, use, once }]) => {
    const fresh = await Promise.all(Array.from({ length: EACH }, (_, at) => attempt(kind, () => make(gates[at % 2], isNew))));
    const things = [...held[kind], ...fresh].filter((thing) => thing !== undefined);
    held[kind] = await Promise.all(
      things.map(async (thing, at) => {
        // What was made at one gate is used at the other, and then where it was made.
        const first = await attempt(kind, () => use(gates[(at + 1) % 2], thing, isNew, keys));
        if (once || first === undefined) return undefined;
        return attempt(kind, () => use(gates[at % 2], first, isNew, keys));
      }),
    );
    held[kind] = held[kind].filter((thing) => thing !== undefined);
  };
  // A few kinds at once: a machine that is busy must not be too slow for the gate's own patience.
  const left = Object.entries(KINDS);
  while (left.length > 0) await Promise.all(left.splice(0, 4).map(ofKind));
  return told;
}

/** The old keys' things are over: what was made with them is forgotten, except what moves over by itself. */
async function outlive(gate, isNew) {
  for (const kind of Object.keys(held)) if (kind !== "grant") held[kind] = [];
  held.grant = await Promise.all(held.grant.map((tokens) => KINDS.grant.use(gate, tokens, isNew)));
}

for (const [at, step] of STEPS.slice(1).entries()) {
  const [before, next] = [gateway[STEPS[at]], gateway[step]];
  test(`isolates of the step "${STEPS[at]}" beside those of "${step}": nothing is refused and nothing lost`, { timeout: 300_000 }, async () => {
    const keys = await published(before); // and kept by the origin until the deployment is everywhere
    const mixed = await load([before, next], step !== "next", keys);
    // The deployment is everywhere.
    const alone = await load([next, next], step !== "next", await published(next));
    if (step === "last") await outlive(next, true);
    assert.deepEqual([...mixed.refused, ...alone.refused], []);
    assert.ok(mixed.used >= Object.keys(KINDS).length * EACH * 2, `${mixed.used} uses`);
  });
}

test("a new key first at once: some is refused, but nothing is used up, revoked or taken back, and no cookie either", async () => {
  const [old, last] = [gateway.old, gateway.last];
  const keys = await published(old);
  const refused = [];
  for (const [kind, { make, use }] of Object.entries(KINDS)) {
    if (["client", "token that is asked about"].includes(kind)) continue;
    const isNew = kind !== "identity JWT";
    const made = await make(last, isNew);
    await use(kind === "identity JWT" ? last : old, made, isNew, keys).then(() => assert.fail(`${kind}: the old isolate let it in`), (error) => {
      if (/let it in/.test(error.message)) throw error;
    });
    refused.push(kind);
    await use(last, made, isNew, await published(last)); // it is as good as before
  }
  assert.equal(refused.length, Object.keys(KINDS).length - 2);
});

/** Cookies as a browser keeps them: a Cookie field that follows what answers set. */
function browser(cookies) {
  const jar = new Map(cookies.split("; ").map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
  return {
    field: () => [...jar].map((pair) => pair.join("=")).join("; "),
    take(answer) {
      for (const cookie of answer.cookies) {
        const [name, value] = cookie.split(";")[0].split(/=(.*)/s);
        if (/; Max-Age=0(;|$)/.test(cookie)) jar.delete(name);
        else jar.set(name, value);
      }
    },
    has: (name) => jar.get(name),
  };
}

test("a visitor whose cookies a gate does not know is not signed in there, keeps them, and is signed in where they are known", async () => {
  const [old, last] = [gateway.old, gateway.last];
  const person = await signIn(last);
  const jo = await login(last, { user_name: "jo", password: "x" });
  const pending = await sent(last, "/inside/");
  const it = browser(`${person.cookies}; JSESSIONID=${jo.JSESSIONID}; ${pending.cookie}`);
  for (let visit = 0; visit < 5; visit++) {
    for (const [target, expected] of [["/account/", 401], ["/SuperOffice/panel", 401], ["/inside/", 401], ["/site/page", visit === 0 ? 403 : 200]]) {
      const answer = await old.get(target, { cookie: it.field() });
      it.take(answer);
      status(answer, expected);
    }
    it.take(await old.get("/inside/", { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", cookie: it.field() }));
    it.take(await call(old, "getLoginUrl", {}, { cookie: it.field() }));
    assert.deepEqual([it.has("edgegate"), it.has("JSESSIONID"), it.has("edgegate-broker")], [person.session, jo.JSESSIONID, pending.cookie.split("=")[1]]);
    forwarded(await last.get("/account/", { cookie: it.field() }));
    const page = forwarded(await last.get("/site/page", { cookie: it.field() }));
    assert.equal(page.fields.get("edgegate-subject"), "1001002");
  }
  // A sign-in replaces it, and counts everywhere.
  const answer = await old.form("/.edgegate/sign-in", "account=jo&password=x", { cookie: it.field() });
  status(answer, 303);
  it.take(answer);
  for (const gate of [old, last]) forwarded(await gate.get("/account/", { cookie: it.field() }));
});

test("a refresh token of an unknown key is no theft", async () => {
  const tokens = await KINDS.grant.make(gateway.last, true);
  for (let tries = 0; tries < 30; tries++) status(await refresh(gateway.old, tokens.refresh_token), 400);
  await KINDS.grant.use(gateway.last, tokens);
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002"] });
