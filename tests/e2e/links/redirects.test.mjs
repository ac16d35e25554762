// Signed redirects, the Luminate way: hex(digest(query + secret)), five seconds, nothing after the signature.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, secrets, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { now, redirect } from "../lib/sign.mjs";

const boundary = (name, ...more) => ({ policy: demoPolicy(['boundary = "inclusive"', `boundary = "${name}"`], ...more) });
const gateway = await startGateway({
  gate: {},
  exclusive: boundary("exclusive"),
  either: boundary("either"),
  sha1Only: { policy: demoPolicy(['digests = ["md5", "sha1"]', 'digests = ["sha1"]'], ['window = "5s"', 'window = "1h"\nsignature = "sig"']) },
  twoKeys: {
    policy: demoPolicy('[keys.luminate-old]\nsecret = "OLD_CONVIO_KEY"\nuse = "digest"', ['keys = ["luminate"]', 'keys = ["luminate", "luminate-old"]']),
    secrets: { OLD_CONVIO_KEY: "old-convio-secret-key-0001" },
  },
});
const { gate } = gateway;
after(() => gateway.stop());

let visits = 0;
const unique = () => `cons_id=1001002&visit=${++visits}`;
const sign = (options, query = unique()) => redirect("/landing/welcome", query, options);

// The vectors' texts with the time of now: the queries of S1, S2 and S3. That the digests themselves are right is
// checked on the fixed vectors below, through the explainer, which is not bound to a time.
for (const digest of ["md5", "sha1"]) {
  for (const query of ["cons_id=1001002", "", "cons_id=1001002&msg=a%20b%26c"]) {
    test(`${digest} over "${query}" opens the route, and the pair is cut`, async () => {
      const good = sign({ digest }, query);
      const echo = forwarded(await gate.get(good));
      assert.equal(echo.path, query ? `/landing/welcome?${query}` : "/landing/welcome");
      assert.equal(echo.fields.get("edgegate-subject"), query ? "1001002" : undefined);
    });
  }
}

const vectors = [
  ["cons_id=1001002&ts=1287763970", "62fd92b44a113f205f4cd67576acbc61", "e59ac1712e187965c630250188ced6722d3c4430"],
  ["ts=1287763970", "7d8cceb6753c0997e1741739fc80aff4", "9c1eec20df89ef31648ab7bcedeee01c9d360598"],
  ["cons_id=1001002&msg=a%20b%26c&ts=1287763970", "e2d9078d76380eabdef4b212966c115e", "0c2ebcf48bf639e021184508f51fd8ad25f46896"],
];
const exclusiveVectors = [
  ["cons_id=1001002&ts=1287763970", "bfd799bf7139bd71d78035f5cea9503f", "92677f799625897644e6c48f336b186ab933d586"],
  ["ts=1287763970", "dc66a25c9bdc10ced8a32edbff46ebe5", "1018ba219231e39b3d0db926d2a2fe0c5aa4d8f9"],
  ["cons_id=1001002&msg=a%20b%26c&ts=1287763970", "780246863ff941ccac2e2ceb502fa46a", "23a39c0bce227ac436a3113bd5530bb068e9b5e6"],
];

test("the published vectors are authentic, and only too old", async () => {
  const right = { gate: vectors, exclusive: exclusiveVectors, either: [...vectors, ...exclusiveVectors] };
  for (const [name, rows] of Object.entries(right)) {
    for (const [covered, ...signatures] of rows) {
      for (const signature of signatures) {
        await refused(await gateway[name].get(`/landing/a?${covered}&signature=${signature}`), 403, "redirect_expired");
      }
    }
  }
});

test("the other boundary's vectors are no signatures at all", async () => {
  for (const [name, rows] of Object.entries({ gate: exclusiveVectors, exclusive: vectors })) {
    for (const [covered, ...signatures] of rows) {
      for (const signature of signatures) {
        await refused(await gateway[name].get(`/landing/a?${covered}&signature=${signature}`), 403, "redirect_signature_mismatch");
      }
    }
  }
});

test("exclusive and either open with the boundary they name", async () => {
  forwarded(await gateway.exclusive.get(sign({ boundary: "exclusive" })));
  await refused(await gateway.exclusive.get(sign()), 403, "redirect_signature_mismatch");
  for (const name of ["inclusive", "exclusive"]) forwarded(await gateway.either.get(sign({ boundary: name })));
});

test("one digest only, another parameter name, a longer window", async () => {
  const { sha1Only } = gateway;
  forwarded(await sha1Only.get(sign({ digest: "sha1", name: "sig", ts: now() - 600 })));
  await refused(await sha1Only.get(sign({ digest: "md5", name: "sig" })), 403, "redirect_malformed");
  await refused(await sha1Only.get(sign({ digest: "sha1" })), 400, "parameter_shadowed");
});

test("two secrets live side by side", async () => {
  for (const secret of [secrets.CONVIO_API_SECRET_KEY, "old-convio-secret-key-0001"]) forwarded(await gateway.twoKeys.get(sign({ secret })));
  await refused(await gateway.twoKeys.get(sign({ secret: "another" })), 403, "redirect_signature_mismatch");
});

test("six seconds early or late is refused, within the window is not", async () => {
  await refused(await gate.get(sign({ ts: now() - 7 })), 403, "redirect_expired");
  await refused(await gate.get(sign({ ts: now() + 7 })), 403, "redirect_not_yet_valid");
  forwarded(await gate.get(sign({ ts: now() - 3 })));
  forwarded(await gate.get(sign({ ts: now() + 4 })));
});

test("the window ends after the fifth second, to the second", async () => {
  // The gateway's clock and this one are the same; a request near the turn of a second is sent again.
  for (const [offset, works] of [[-5, true], [5, true], [-6, false], [6, false]]) {
    let answer;
    let before;
    do {
      before = now();
      answer = await gate.get(sign({ ts: before + offset }));
    } while (now() !== before);
    status(answer, works ? 200 : 403);
  }
});

test("nothing may follow the signature", async () => {
  for (const more of ["&utm_source=x", "&", "&x", "&ts=1", ";x=1", "%26x=1"]) {
    const answer = await gate.get(sign() + more);
    assert.ok([400, 403].includes(answer.status), `${more}: ${answer.status}`);
    assert.equal(answer.echo, undefined);
  }
  await refused(await gate.get(`${sign()}&utm_source=x`), 403, "redirect_parameter_after_signature");
});

test("a planted pair, a second or a shadowed parameter is refused", async () => {
  const planted = [
    "a=1&signature=zzz&ts=1", "ts=1", "signature=62fd92b44a113f205f4cd67576acbc61", "sig=1", "SIGNATURE=1", "Ts=1", "%74s=1", "signature[]=1", "a=1;signature=2", "a=1;ts=2",
  ];
  for (const query of planted) {
    const answer = await gate.get(sign({}, query));
    assert.equal(answer.status, 400, `${query}: ${answer.text}`);
    assert.ok(["parameter_duplicate", "parameter_shadowed"].includes((await gate.decision(answer.requestId)).reason), query);
  }
  // S9: the text that a verifier hashes which cuts at the first signature.
  await refused(await gate.get("/landing/a?a=1&signature=e41b9258e248528a5bd000903cd13672&ts=1&signature=yyy"), 400, "parameter_duplicate");
});

test("malformed and missing parts are refused", async () => {
  await refused(await gate.get("/landing/a"), 403, "credential_missing");
  await refused(await gate.get(`/landing/a?ts=${now()}`), 403, "credential_missing");
  await refused(await gate.get("/landing/a?signature=62fd92b44a113f205f4cd67576acbc61"), 403, "redirect_malformed");
  for (const spoilt of [(good) => good.slice(0, -1), (good) => `${good}0`, (good) => good.replace(/.$/, "g"), (good) => good.replace(/=[0-9a-f]+$/, "="), (good) => good.replace("ts=", "ts=0"), (good) => good.replace(/ts=\d+/, "ts=1e9"), (good) => good.replace(/ts=\d+/, "ts=")]) {
    await refused(await gate.get(spoilt(sign())), 403, "redirect_malformed");
  }
});

test("each changed byte of query and signature is refused", async () => {
  const good = sign({ digest: "sha1" }, "cons_id=1001002&msg=a%20b");
  for (let at = good.indexOf("?") + 1; at < good.length; at++) {
    const changed = good.slice(0, at) + (good[at] === "7" ? "8" : "7") + good.slice(at + 1);
    const answer = await gate.get(changed);
    assert.ok([400, 403].includes(answer.status), `byte ${at}: ${answer.status} for ${changed}`);
  }
  forwarded(await gate.get(good)); // none of that used it up
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002"] });
