// A link for a folder, in the address and in the cookie that it sets; and what makes links that work once fit for people: the page
// that asks, and the same client's second request.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { folderLink, link, now } from "../lib/sign.mjs";

const policy = demoPolicy(
  ["[links.folders]", '[links.folders]\nsubject = "user"'],
  `
[links.graced]
keys = ["demo"]
single_use = true
grace = "30s"
[[routes]]
name = "graced"
path = "/graced/*"
accept = ["link:graced"]
forward = { origin = "demo" }
[[routes]]
name = "asked"
path = "/asked/*"
methods = ["GET", "HEAD", "POST"]
accept = ["link:once"]
confirm = true
forward = { origin = "demo" }`,
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => gateway.stop());

test("a folder's link opens what lies in it, and the origin gets the request's own parameters", async () => {
  const query = folderLink("/video/42/", { own: "user=anna" });
  const echo = forwarded(await gate.get(`/video/42/notes/a.txt?_HLS_msn=3&${query}&_HLS_part=1`));
  assert.equal(echo.path, "/video/42/notes/a.txt?_HLS_msn=3&user=anna&_HLS_part=1");
  assert.equal(echo.fields.get("edgegate-subject"), "anna");
  status(await gate.request("HEAD", `/video/42/0.m4s?${query}`), 200);
  for (const path of ["/video/43/a", "/video/42", "/video/421/a", "/video/"]) await refused(await gate.get(`${path}?${query}`), 403, "link_path_mismatch");
  for (const path of ["/video/42/../43/a", "/video/42/%2e%2e/43/a", "/video/42//a", "/video/42/..%2f43/a"]) await refused(await gate.get(`${path}?${query}`), 400, "path_ambiguous");
  await refused(await gate.get(`/video/42/a?quality=hd&${query}`), 403, "link_parameter_after_signature");
  await refused(await gate.get(`/video/42/a?${query.replace("/42/", "/")}`), 403, "link_signature_mismatch");
});

test("its cookie opens the same, until the same second, and reaches no origin", async () => {
  const exp = now() + 3;
  const first = await gate.get(`/video/42/a?${folderLink("/video/42/", { exp })}`);
  const [cookie] = first.cookies;
  assert.match(cookie, /^edgegate-link=[\w-]+; Path=\/video\/42\/; Max-Age=[123]; HttpOnly; SameSite=Lax$/);
  const headers = { cookie: `other=1; ${cookie.split(";")[0]}` };
  const echo = forwarded(await gate.get("/video/42/b", headers));
  assert.equal(echo.fields.get("cookie"), "other=1");
  await refused(await gate.get("/video/43/b", headers), 403, "link_path_mismatch");
  await refused(await gate.get("/files/b", headers), 403, "credential_missing");
  await new Promise((later) => setTimeout(later, (exp - now()) * 1000 + 200));
  await refused(await gate.get("/video/42/b", headers), 403, "link_expired");
});

test("a link that works once is used up by the button alone", async () => {
  const good = link("/asked/a", "v=1");
  for (let looks = 0; looks < 3; looks++) {
    const page = await gate.get(good);
    status(page, 200);
    assert.match(page.text, /<form method="post" action="\/asked\/a\?v=1&amp;eg_kid=demo[^"]*&amp;eg_confirm=1">/);
  }
  await refused(await gate.post(`${good}&eg_confirm=1`, "", { "sec-fetch-site": "cross-site" }), 403, "cross_site");
  const pressed = await gate.post(`${good}&eg_confirm=1`, "", { "sec-fetch-site": "same-origin" });
  status(pressed, 303);
  const back = pressed.header("location");
  assert.equal(forwarded(await gate.get(back)).path, "/asked/a?v=1");
  await refused(await gate.get(back), 403, "link_replayed");
});

test("in its grace the same client gets the rest, another one nothing", async () => {
  const good = link("/graced/a", "demo=bytes&n=1000");
  const ask = (range, agent, address = "192.0.2.7") => gate.get(good, { range, "user-agent": agent, "cf-connecting-ip": address });
  status(await ask("bytes=0-1", "Phone/1"), 206);
  status(await ask("bytes=2-", "Phone/1"), 206);
  await refused(await ask("bytes=2-", "Phone/2"), 403, "link_replayed");
  await refused(await ask("bytes=2-", "Phone/1", "192.0.2.8"), 403, "link_replayed");
});

theLogHoldsNoCredential(gateway);
