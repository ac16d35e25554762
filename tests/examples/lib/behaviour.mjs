// What every example does, whatever its framework: the same requests, the same answers.

import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { HOST } from "../../e2e/lib/client.mjs";

/** Of the headers that a client may try: none of them arrives. */
const FORGED = { "edgegate-subject": "root", Edgegate_Subject: "root", "edgegate-proof": "guessed", "edgegate-jwt": "a.e30.c", "edgegate-route": "admin" };

/**
 * Registers the tests, of what `started` answered. `link`: the invitation for jo; `files`: guarded files under /members/; `open`: the
 * folder of what pages load, which is open; `streams`: whether the framework hands over a body before it is there.
 */
export function behaves({ gate, called }, { link, files = [], open = "/echo/", streams = true }) {
  test("an open page is there for everybody, and knows nobody", async () => {
    const answer = await gate.get("/", { accept: "text/html", ...FORGED });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /Anybody can read this/);
    assert.doesNotMatch(answer.text, /root/);
    for (const { fields } of await called()) assert.deepEqual([fields["edgegate-subject"], fields["edgegate-route"]], [undefined, "home"]);
  });

  test("a guarded page is refused without an invitation, and the application is not called", async () => {
    await called();
    const other = link.replace("user=jo", "user=sam");
    for (const target of ["/members/", "/members/?user=jo", other, "/members/..%2f", "/%6dembers/", "//members/", "/members", "/nowhere"]) {
      const answer = await gate.get(target, FORGED);
      assert.ok([400, 403, 404].includes(answer.status), `${target}: ${answer.status} ${answer.text}`);
      assert.match(answer.header("content-type"), /problem\+json/, `${target}: ${answer.text}`);
      assert.ok(answer.json.request_id, "it was the gateway that refused");
    }
    assert.deepEqual(await called(), []);
    await gate.get(link);
    assert.equal((await called()).length > 0, true, "a call would have been seen");
  });

  test("the invitation opens it, and the page says whose it is", async () => {
    await called();
    const answer = await gate.get(link, { accept: "text/html", ...FORGED });
    assert.equal(answer.status, 200, answer.text);
    assert.match(said(answer), /Hello, jo\./);
    assert.match(answer.header("cache-control"), /private|no-store/);
    for (const { url, fields } of await called()) {
      assert.equal(fields["edgegate-subject"], "jo", url);
      for (const [name, value] of Object.entries(fields)) assert.doesNotMatch(value, /^root$|guessed|a\.e30\.c|^admin$/, name);
    }
    const [cookie] = answer.cookies.map((one) => one.split(";")[0]);
    const again = await gate.get("/members/", { accept: "text/html", cookie });
    assert.match(said(again), /Hello, jo\./);
  });

  test(streams ? "a form's body streams: it is answered while it is sent" : "a form's body arrives", async () => {
    const pieces = ["first=1&", "second=2"];
    const answer = await echoed(gate.port, streams ? pieces : [pieces.join("")]);
    assert.deepEqual([answer.status, answer.text], [200, "first=1&second=2"]);
  });

  for (const file of files) {
    test(`${file} is served to whoever is invited, and to nobody else`, async () => {
      await called();
      for (const target of spellings(file, open)) {
        const answer = await gate.get(target);
        assert.ok([400, 403, 404].includes(answer.status), `${target}: ${answer.status} ${answer.text}`);
        assert.doesNotMatch(answer.text, /for members alone/, target);
        assert.match(answer.header("content-type"), /problem\+json/, target);
      }
      assert.deepEqual(await called(), []);
      const answer = await followed(gate, file, { cookie: await invited(gate, link) });
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.text, /for members alone/);
      assert.match(answer.header("cache-control"), /private|no-store/);
    });
  }
}

/** The cookie of whoever followed the invitation. */
export async function invited(gate, link) {
  const [cookie] = (await gate.get(link)).cookies;
  return cookie.split(";")[0];
}

/** The text of a page: frameworks put comments between its pieces. */
const said = (answer) => answer.text.replaceAll(/<!--.*?-->|<[^>]*>/gs, "");

/** Other ways to ask for the same file. */
function spellings(file, open) {
  const html = file.replace(/(\.html)?$/, ".html");
  return [file, html, html.replace(/\.html$/, ""), html.replace(/\.html$/, "/"), html.replace(/\.html$/, "/index.html"), `/${file}`, file.replace("/m", "/%6d"), file.replace("/members/", "/members%2f"), `/echo/..${file}`, ...climbing(open, file), file.toUpperCase(), `${file}?x=1`];
}

/** Out of a folder that is open. */
function climbing(open, file) {
  const depth = open.split("/").length - 2;
  return ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..\\", "..%5c"].map((up) => `${open}${up.repeat(depth)}${file.slice(1)}`);
}

/** The platform redirects from one spelling of a file's name to another. */
async function followed(gate, file, headers) {
  const answer = await gate.get(file, headers);
  const place = [301, 302, 307, 308].includes(answer.status) && answer.header("location");
  return place ? gate.get(new URL(place, `http://${HOST}${file}`).pathname, headers) : answer;
}

/** Sends the next piece once all before it came back. */
function echoed(port, pieces) {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method: "POST", path: "/echo", headers: { host: HOST, origin: `http://${HOST}`, "content-type": "application/x-www-form-urlencoded", "content-length": pieces.join("").length } };
    let text = "";
    let sent = 0;
    const next = () => (sent === pieces.length ? request.end() : request.write(pieces[sent++]));
    const request = http.request(options, (response) => {
      response.on("data", (data) => {
        text += data;
        if (text.length >= pieces.slice(0, sent).join("").length) next();
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    request.setTimeout(10_000, () => request.destroy(new Error(`nothing came back of "${pieces[sent - 1]}" while the rest was not sent`)));
    request.on("error", reject);
    next();
  });
}
