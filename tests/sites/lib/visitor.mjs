// A person's browser in few lines: it keeps cookies as RFC 6265 says, follows redirects, says where it comes from, and
// fills in forms that it finds. A redirect that leads to another address than the gateway's fails the test.
import assert from "node:assert/strict";
import { after } from "node:test";
import { Cookies } from "./cookies.mjs";
import { startGate } from "./gate.mjs";
import { formIn } from "./html.mjs";

const MOST_REDIRECTS = 10;

/** Where visitors come from: the platform says so, and not they. */
export const ADDRESS = "203.0.113.7";
const FORGED = { "x-forwarded-for": "192.0.2.66", "x-real-ip": "192.0.2.66", forwarded: "for=192.0.2.66;host=evil.example", "x-forwarded-host": "evil.example", "client-ip": "192.0.2.66" };

const gates = new Map();
after(async () => {
  for (const gate of gates.values()) await (await gate).stop();
});

/** Somebody who comes to the site through a gateway, which stops when the tests of the file have ended. */
export async function visit(url, options = {}) {
  const which = JSON.stringify([url, options]);
  if (!gates.has(which)) gates.set(which, startGate(url, options));
  return new Visitor(await gates.get(which), { headers: { "cf-connecting-ip": ADDRESS, ...FORGED } });
}

export class Visitor {
  #cookies = new Cookies();

  /** `gate`: what startGate answers with. `headers`: sent with every request. */
  constructor(gate, { headers = {} } = {}) {
    Object.assign(this, { gate, headers });
  }

  /** A page by its address or path, after its redirects. */
  open(url, options) {
    return this.#follow(new URL(url, this.gate.address), { method: "GET", ...options });
  }

  /** Fills in a page's form and sends it, as a click does. `fields`: by name; a Blob with a name is a file. `form`: the text of its action or button. */
  async submit(page, fields, { form = "" } = {}) {
    const found = formIn(page.text, form);
    assert.ok(found, `the page has no form ${form}: ${page.status} ${page.text.slice(0, 500)}`);
    const url = new URL(found.action || page.url, page.url);
    const entries = Object.entries({ ...found.fields, ...fields });
    const sent = { origin: new URL(page.url).origin, referer: page.url };
    if (found.method === "get") return this.open(Object.assign(url, { search: new URLSearchParams(entries) }), { headers: { referer: page.url } });
    if (!found.isMultipart) return this.post(url, new URLSearchParams(entries).toString(), { "content-type": "application/x-www-form-urlencoded", ...sent });
    const data = new FormData();
    for (const [name, value] of entries) value instanceof Blob ? data.append(name, value, value.name) : data.append(name, value);
    const encoded = new Response(data);
    return this.post(url, Buffer.from(await encoded.arrayBuffer()), { "content-type": encoded.headers.get("content-type"), ...sent });
  }

  post(url, body, headers) {
    return this.#follow(new URL(url, this.gate.address), { method: "POST", body, headers });
  }

  /** What a WebSocket needs to be this person's. */
  cookieFor(url) {
    return this.#cookies.header(new URL(url, this.gate.address));
  }

  /** The value of a cookie. */
  cookie(name) {
    return this.#cookies.value(name);
  }

  async #follow(from, { method, body, headers = {} }) {
    const came = [];
    for (let url = from, site = headers.origin ? "same-origin" : "none"; ; ) {
      const answer = await this.gate.send(method, url, { body, headers: { ...browser(site), ...this.headers, ...headers, cookie: this.#cookies.header(url) } });
      this.#cookies.take(url, answer.cookies);
      const location = answer.header("location");
      if (!location || answer.status < 300 || answer.status > 399) return Object.assign(answer, { url: url.href, came });
      came.push(`${answer.status} ${location}`);
      const next = URL.canParse(location, url) ? new URL(location, url) : undefined;
      assert.equal(next?.origin, this.gate.address, `led around the gateway by ${method} ${url}: ${came.join(", ")}`);
      assert.ok(came.length <= MOST_REDIRECTS, `a loop: ${came.join(", ")}`);
      if (answer.status === 303 || (method === "POST" && answer.status <= 302)) {
        [method, body] = ["GET", undefined];
        headers = { referer: headers.referer };
        site = "same-origin";
      }
      url = next;
    }
  }
}

const browser = (site) => ({
  accept: "text/html,application/xhtml+xml,*/*;q=0.8",
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "sec-fetch-site": site,
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
});
