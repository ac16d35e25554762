// A browser's NTLM against the tests' own web server: what every test with a broker stands on. It authenticates the
// connection, not the request.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startBrowser } from "./lib/browser.mjs";
import { startNtlm, users, whoIs } from "./lib/ntlm.mjs";

const server = await startNtlm();
const { visit, stop } = await startBrowser();
after(() => (server.stop(), stop()));

const read = async (page) => JSON.parse(await page.locator("body").innerText());

test("a person who signed in on a connection is known on it, and in another profile somebody else", async () => {
  const [jo, sam] = await Promise.all([visit(whoIs(users.jo, server)), visit(whoIs(users.sam, server))]);
  await jo.page.goto(`${server.url}/one`);
  const { connection: _one, ...first } = await read(jo.page);
  assert.deepEqual(first, { user: users.jo.name, authorization: true, path: "/one" });
  await sam.page.goto(`${server.url}/one`);
  assert.equal((await read(sam.page)).user, users.sam.name);
  await jo.page.goto(`${server.url}/two`);
  const { connection: _two, ...second } = await read(jo.page);
  assert.deepEqual(second, { user: users.jo.name, authorization: false, path: "/two" });
});

test("a wrong password is refused, as is none", async () => {
  const wrong = await visit(whoIs({ ...users.jo, password: "wrong" }, server));
  assert.equal((await wrong.page.goto(server.url)).status(), 401);
  const without = await visit();
  const answer = await without.page.goto(server.url).catch((error) => error.message); // newer versions show none
  assert.match(typeof answer === "string" ? answer : `${answer.status()}`, /^401$|ERR_INVALID_AUTH_CREDENTIALS/);
});
