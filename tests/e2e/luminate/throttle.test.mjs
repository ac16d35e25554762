// Guessing at passwords: counted by the Durable Object for each pair of account and network, over all isolates, and an
// account that many guess at is slowed for strangers alone. What a guesser sees never tells a right password.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { status } from "../lib/expect.mjs";
import { startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { JO, SAM, SR, FROM, ADMINISTRATOR, call, failed, granted } from "../lib/luminate.mjs";

const gateway = await startGateway({ a: {}, b: { sharing: "a" }, many: {}, mixed: {}, burst: {}, burstToo: { sharing: "burst" } });
const { a, b } = gateway;
after(() => gateway.stop());

let count = 0;
/** An account that nothing else in this file guesses at. */
const stranger = () => ({ user_name: `somebody-${++count}`, password: "no such password" });
const from = (address) => ({ "cf-connecting-ip": address });
const guess = (gate, who, address) => call(gate, "login", { ...who, password: "a wrong password" }, from(address));
const wrong = (answer) => failed(answer, "202");
const throttled = (answer) => (failed(answer, "1", 429), assert.equal(answer.header("retry-after"), "60"));

test("twenty wrong passwords of one network on one account over two isolates; then wrong and right look the same", async () => {
  for (let tries = 0; tries < 20; tries++) wrong(await guess(tries % 2 ? a : b, SAM, "203.0.113.9"));
  await a.take();
  const answers = [];
  for (const gate of [a, b]) answers.push(await guess(gate, SAM, "203.0.113.9"), await call(gate, "login", SAM, from("203.0.113.9")), await call(gate, "authenticateUser", SAM, from("203.0.113.9")));
  for (const answer of answers) {
    throttled(answer);
    const [first] = answers;
    assert.deepEqual([answer.text, answer.rawHeaders.filter((_, at) => at % 2 === 0)], [first.text, first.rawHeaders.filter((_, at) => at % 2 === 0)]);
    assert.equal(answer.cookies.length, 0);
  }
  assert.deepEqual((await a.take()).forwarded, [], "the origin is not asked either");
});

test("another network and another account are not touched by it", async () => {
  granted(await call(a, "login", SAM, from("203.0.113.10")));
  granted(await call(a, "login", JO, from("203.0.113.9")));
});

test("other names of the account's spelling, other methods, servlets and the sign-in page are the same account", async () => {
  const { mixed } = gateway;
  const address = from("203.0.113.20");
  const spellings = ["jo", "JO", " jo ", "Jo"];
  for (let tries = 0; tries < 16; tries++) wrong(await call(mixed, tries % 2 ? "login" : "authenticateUser", { user_name: spellings[tries % 4], password: "guess" }, address));
  for (let tries = 0; tries < 4; tries++) status(await mixed.form("/.edgegate/sign-in", "account=jo&password=guess", { origin: "http://127.0.0.1:8787", ...address }), 401);
  throttled(await call(mixed, "login", JO, address));
  status(await mixed.form("/.edgegate/sign-in", "account=jo&password=correct+horse+battery+staple", { origin: "http://127.0.0.1:8787", ...address }), 429);
  for (let tries = 0; tries < 20; tries++) wrong(await call(mixed, "login", { ...SAM, password: "guess", ...ADMINISTRATOR }, { to: SR, ...FROM }));
  throttled(await call(mixed, "login", { ...SAM, ...ADMINISTRATOR }, { to: SR, ...FROM }));
});

test("one IPv6 /64 is one network", async () => {
  const who = stranger();
  for (let tries = 0; tries < 20; tries++) wrong(await guess(a, who, `2001:db8:7:7:${tries.toString(16)}::1`));
  throttled(await guess(b, who, "2001:db8:7:7:ffff::1"));
  wrong(await guess(b, who, "2001:db8:7:8::1"));
});

test("a right password starts the count anew", async () => {
  for (let round = 0; round < 3; round++) {
    for (let tries = 0; tries < 19; tries++) wrong(await guess(tries % 2 ? a : b, JO, "203.0.113.30"));
    granted(await call(round % 2 ? a : b, "login", JO, from("203.0.113.30")));
  }
});

test("who only ever logs in rightly is never throttled", async () => {
  for (let times = 0; times < 45; times++) granted(await call(times % 2 ? a : b, "login", JO, from("203.0.113.31")));
});

test("sixty guesses at once over two isolates: exactly twenty are answered", async () => {
  const { burst, burstToo } = gateway;
  const answers = await Promise.all(Array.from({ length: 60 }, (_, at) => guess(at % 2 ? burst : burstToo, SAM, "203.0.113.40")));
  const statuses = answers.map((answer) => answer.status);
  assert.deepEqual([statuses.filter((one) => one === 403).length, statuses.filter((one) => one === 429).length], [20, 40]);
  throttled(await call(burst, "login", SAM, from("203.0.113.40")));
});

test("an account that many networks guess at: strangers get two tries, a network that it knows keeps its own", async () => {
  const { many } = gateway;
  granted(await call(many, "login", SAM, from("192.0.2.200")));
  for (let network = 1; network <= 10; network++) {
    for (let tries = 0; tries < 10; tries++) wrong(await guess(many, SAM, `192.0.2.${network}`));
  }
  for (const stranger of ["198.51.100.1", "198.51.100.2"]) {
    wrong(await guess(many, SAM, stranger));
    wrong(await guess(many, SAM, stranger));
    throttled(await guess(many, SAM, stranger));
    throttled(await call(many, "login", SAM, from(stranger)));
  }
  granted(await call(many, "login", SAM, from("198.51.100.3"))); // nobody is locked out
  for (let tries = 0; tries < 19; tries++) wrong(await guess(many, SAM, "192.0.2.200"));
  granted(await call(many, "login", SAM, from("192.0.2.200")));
  granted(await call(many, "login", JO, from("198.51.100.1"))); // nor another account
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002", "1001003", "somebody-1"] });
