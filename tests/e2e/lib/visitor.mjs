// A person's browser without script: a cookie jar of its own, redirects followed, forms sent, and the header fields by which
// sites tell a page's visitor from a program. It finds the gate under the name that the policy gives it.

import assert from "node:assert/strict";
import http from "node:http";
import { Answer } from "./client.mjs";

const MOST_HOPS = 12;
const ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/** `gate`: a Client. `cookies: false`: they are off; `seen`: where credentials are noted for the test of the log. */
export class Visitor {
  constructor(gate, { cookies = true, hosts = [], seen = gate.seen } = {}) {
    Object.assign(this, { gate, hasCookies: cookies, hosts, seen, jar: [], trail: [], passed: 0 });
  }

  /** Time passes for its cookies. */
  wait(seconds) {
    this.passed += 1000 * seconds;
    this.jar = this.jar.filter(({ until }) => until === undefined || until > this.#now());
  }

  /** Opens an address, or a path of the gate, and follows. `follow: false`: the first answer; `until`: stops before such an address. */
  async go(address, { method = "GET", form, headers = {}, from, follow = true, until } = {}) {
    let step = { url: new URL(address, `http://${this.gate.host}`), method, form, from };
    for (let hops = 0; hops <= MOST_HOPS; hops++) {
      const answer = await this.#ask(step, headers);
      const to = answer.status >= 300 && answer.status < 400 ? answer.header("location") : undefined;
      if (to === undefined || !follow) return this.#page(answer, step);
      const url = new URL(to, step.url);
      if (until?.(url)) return Object.assign(this.#page(answer, step), { to: url });
      const isKept = answer.status === 307 || answer.status === 308;
      step = { url, method: isKept ? step.method : "GET", form: isKept ? step.form : undefined, from: step.from };
    }
    return assert.fail(`${MOST_HOPS} redirects and no end:\n${this.trail.slice(-MOST_HOPS - 1).map(({ url }) => url).join("\n")}`);
  }

  /** Sends a form of a page as a browser does. `fields`: what is typed, and the button that is pressed. */
  submit(page, fields = {}, { at = 0, ...options } = {}) {
    const form = page.forms[at] ?? assert.fail(`${page.url} has no form: ${page.status} ${page.text.slice(0, 300)}`);
    const sent = new URLSearchParams({ ...form.fields, ...fields });
    const to = new URL(form.action || page.url.href, page.url);
    if (form.method === "GET") to.search = sent;
    return this.go(to, { method: form.method, form: form.method === "GET" ? undefined : sent, from: page.url, ...options });
  }

  /** At a provider's form: signs in, and follows to where that leads, through a page that sends a form by itself too. */
  async signIn(page, { user_name, password }, options) {
    const next = await this.submit(page, { account: user_name, password, decision: "sign-in" }, options);
    return this.comeBack(next, options);
  }

  /** Sends the form of a page of `response_mode=form_post`, if that is what it is. */
  comeBack(page, options) {
    return page.status === 200 && /onload="[^"]*submit\(\)|document\.forms\[0\]\.submit\(\)/.test(page.text) ? this.submit(page, {}, options) : page;
  }

  /** The whole way: to the page, to the provider's form, and back. */
  async enter(address, person, options) {
    return this.signIn(await this.go(address, options), person, options);
  }

  /** What a program in the page asks of the gate, with the cookies of the browser. */
  ask(path, headers = {}, { method = "GET", body } = {}) {
    const cookie = this.cookiesFor(new URL(path, `http://${this.gate.host}`)) || undefined;
    return this.gate.request(method, path, { headers: { cookie, ...headers }, body });
  }

  cookie(name) {
    return this.jar.find((one) => one.name === name)?.value;
  }

  /** What it would send to an address. */
  cookiesFor(url, { isCrossSite = false, method = "GET" } = {}) {
    const fits = ({ host, path, sameSite }) =>
      host === url.hostname && (url.pathname === path || url.pathname.startsWith(path.endsWith("/") ? path : `${path}/`)) &&
      (!isCrossSite || sameSite === "none" || (sameSite === "lax" && method === "GET"));
    return this.jar.filter(fits).map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  async #ask({ url, method, form, from }, more) {
    const isCrossSite = from !== undefined && from.hostname !== url.hostname;
    const site = from === undefined ? "none" : from.origin === url.origin ? "same-origin" : isCrossSite ? "cross-site" : "same-site";
    const headers = {
      accept: ACCEPT,
      "sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-user": "?1",
      cookie: this.cookiesFor(url, { isCrossSite, method }) || undefined,
      ...(form && { "content-type": "application/x-www-form-urlencoded", origin: from?.origin }),
      ...more,
    };
    this.#note(url, form);
    const target = url.pathname + url.search;
    const isGate = url.host === this.gate.host || this.hosts.includes(url.host);
    const answer = isGate ? await this.gate.request(method, target, { headers, host: url.host, body: form?.toString() }) : await fetchFrom(this.gate, url, method, headers, form?.toString());
    this.trail.push({ method, url: url.href, status: answer.status, isGate });
    if (this.hasCookies) for (const line of answer.cookies) this.#keep(line, url);
    return answer;
  }

  #keep(line, url) {
    const [pair, ...attributes] = line.split(";").map((piece) => piece.trim());
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    const said = new Map(attributes.map((one) => [one.split("=")[0].toLowerCase(), one.slice(one.indexOf("=") + 1)]));
    const path = said.get("path") ?? url.pathname.replace(/\/[^/]*$/, "") ?? "/";
    this.jar = this.jar.filter((one) => !(one.name === name && one.host === url.hostname && one.path === path));
    const until = said.has("max-age") ? this.#now() + 1000 * Number(said.get("max-age")) : said.has("expires") ? Date.parse(said.get("expires")) : undefined;
    if (until !== undefined && until <= this.#now()) return;
    this.jar.push({ name, value: pair.slice(at + 1), host: url.hostname, path: path || "/", sameSite: (said.get("samesite") ?? "lax").toLowerCase(), until });
  }

  #now() {
    return Date.now() + this.passed;
  }

  #note(url, form) {
    for (const parameters of [url.searchParams, form ?? []]) {
      for (const [name, value] of parameters) if (/^(?:code|state|nonce|code_challenge|id_token|id_token_hint|logout_token|password|request_uri)$/.test(name) && value.length >= 16) this.seen.add(value);
    }
  }

  #page(answer, { url }) {
    return Object.assign(answer, { url, forms: formsOf(answer.text) });
  }
}

/** An answer of somebody who is not the gate. */
function fetchFrom(gate, url, method, headers, body) {
  const fields = Object.entries({ ...headers, ...(body !== undefined && { "content-length": Buffer.byteLength(body) }) }).filter(([, value]) => value !== undefined);
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: url.port, method, path: url.pathname + url.search, headers: { ...Object.fromEntries(fields), host: url.host } };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk)).on("error", reject);
      response.on("end", () => resolve(new Answer(gate, response.statusCode, response.rawHeaders, Buffer.concat(chunks))));
    });
    request.setTimeout(15_000, () => request.destroy(new Error(`no answer to ${method} ${url} in 15 s`)));
    request.on("error", reject).end(body);
  });
}

/** The forms of a page: { method, action, fields }; the fields are the hidden ones, and those that are filled in. */
function formsOf(html) {
  return [...html.matchAll(/<form\b([^>]*)>([^]*?)<\/form>/g)].map(([, head, body]) => {
    const inputs = [...body.matchAll(/<input\b([^>]*)>/g)].map(([, text]) => text).filter((text) => attribute(text, "name") && attribute(text, "type") !== "submit");
    return {
      method: (attribute(head, "method") ?? "get").toUpperCase(),
      action: attribute(head, "action"),
      fields: Object.fromEntries(inputs.map((text) => [attribute(text, "name"), attribute(text, "value") ?? ""])),
    };
  });
}

function attribute(text, name) {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text)?.[1];
  return value?.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).replace(/&quot;/g, '"').replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}
