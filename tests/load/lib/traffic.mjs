// Mixed traffic by seed: what is sent, to which of the gates, and what it has to be answered with. The expectation follows
// from what is sent and from what was sent before, never from the gateway.

import { forged, kinds } from "../../faults/lib/kinds.mjs";
import { ODD } from "./odd.mjs";

const KINDS = Object.entries(kinds);
const ONCE = KINDS.filter(([, kind]) => kind.once === true);
/** Wrong passwords are counted, and a person who has had many of them waits. */
const GUESSED = new Set(["password over Basic", "sign-in"]);
const GUESSES_A_MINUTE = 5;
/** What a client that leaves sends besides, in bytes: if it were kept, the memory would show it. */
export const PADDING_BYTES = 10_000;
const PADDING = "x".repeat(PADDING_BYTES);

/** A generator of numbers in [0, 1): mulberry32. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `lanes`: the gates, which share their stores, each with what kinds of credential want. `book`: what is wrong is noted there. */
export class Traffic {
  #lanes;
  #book;
  #next;
  #networks = 0;
  #guessed = [];
  did = new Map();

  constructor({ lanes, book, seed }) {
    this.#lanes = lanes;
    this.#book = book;
    this.#next = random(seed);
  }

  /** One action, with all its requests. */
  async step() {
    const [name, act] = this.#weighted(ACTIONS);
    this.did.set(name, (this.did.get(name) ?? 0) + 1);
    const which = name === "replay" || name === "at once" ? ONCE : KINDS;
    const [kind] = this.#one(which);
    try {
      await act.call(this, kind, kinds[kind]);
    } catch (error) {
      this.#book.fail(`${name}, ${kind}: ${error.message}`);
    }
  }

  /** A good credential works, at whichever gate it is shown. */
  async good(name, kind) {
    const got = await kind.get(this.#lane());
    const answer = await this.#show(got.request);
    if (!kind.worked(answer)) return this.#wrong("good", name, answer);
    this.#book.isDue(answer, "ok");
    if (kind.holds && this.#next() < 0.3 && !(await kind.holds(this.#lane(), got, answer))) {
      if (!ENDS.has(name)) this.#wrong("what it gave", name, answer); // what was ended is known elsewhere a little later
    }
  }

  /** A forged one is refused, for that reason and no other. */
  async forged(name, kind) {
    if (GUESSED.has(name) && !this.#mayGuess()) return;
    const got = await kind.get(this.#lane());
    const answer = await this.#show(forged(got));
    const refused = kind.forgiving ? answer.status === 200 : answer.status >= 400 && answer.echo === undefined;
    if (!refused || answer.cookies.some((cookie) => /^(edgegate|JSESSIONID)=[^;]/.test(cookie))) return this.#wrong("forged", name, answer);
    this.#book.isDue(answer, kind.forgedAs);
  }

  async replay(name, kind) {
    const got = await kind.get(this.#lane());
    const first = await this.#show(got.request);
    if (!kind.worked(first)) return this.#wrong("good", name, first);
    const second = await this.#show(got.request);
    if (kind.worked(second) || second.echo !== undefined || second.status < 400) return this.#wrong("replayed", name, second);
    this.#book.isDue(second, kind.replayedAs);
  }

  /** From several sides at the same moment: one works. */
  async atOnce(name, kind) {
    const got = await kind.get(this.#lane());
    const answers = await Promise.all(Array.from({ length: 3 + Math.floor(this.#next() * 6) }, () => this.#show(got.request)));
    const worked = answers.filter((answer) => kind.worked(answer)).length;
    if (worked !== 1) this.#book.fail(`at once, ${name}: ${worked} of ${answers.length} worked: ${answers.map(({ status }) => status)}`);
    for (const answer of answers) this.#book.isDue(answer, kind.worked(answer) ? "ok" : kind.replayedAs);
  }

  /** The client leaves at some moment, with or without the end of its request. What it showed works at most once more. */
  async left(name, kind) {
    const got = await kind.get(this.#lane());
    const share = this.#next() < 0.3 ? this.#next() : 1;
    const { headers } = got.request;
    const request = { ...got.request, headers: { ...headers, "x-padding": PADDING } };
    await this.#lane().gate.leave(this.#from(request), this.#next() ** 2 * 60, share);
    if (kind.once !== true || this.#next() < 0.5) return;
    const answers = [await this.#show(got.request), await this.#show(got.request)];
    if (answers.filter((answer) => kind.worked(answer)).length > 1) this.#book.fail(`left, ${name}: worked twice afterwards`);
  }

  /** What is no credential at all, or no request that can be read. */
  async odd() {
    const [what, request, statuses] = this.#one(ODD);
    const answer = await this.#show(request);
    if (![statuses].flat().includes(answer.status) || answer.echo !== undefined) this.#wrong("odd", what, answer);
  }

  #show(request) {
    const { method, target, headers, body } = this.#from(request);
    return this.#lane().gate.request(method, target, { headers, body });
  }

  /** Each client is a network of its own, unless its request is a server's. */
  #from(request) {
    const number = this.#networks++;
    return { ...request, headers: { "cf-connecting-ip": `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`, ...request.headers } };
  }

  #mayGuess() {
    const since = performance.now() - 60_000;
    this.#guessed = this.#guessed.filter((at) => at > since);
    return this.#guessed.length < GUESSES_A_MINUTE && this.#guessed.push(performance.now()) > 0;
  }

  #wrong(what, name, { status, text }) {
    this.#book.fail(`${what}, ${name}: ${status} ${text.slice(0, 160).replace(/\s+/g, " ")}`);
  }

  #lane() {
    return this.#one(this.#lanes);
  }

  #one(list) {
    return list[Math.floor(this.#next() * list.length)];
  }

  #weighted(entries) {
    let at = this.#next() * entries.reduce((sum, [, , weight]) => sum + weight, 0);
    return entries.find(([, , weight]) => (at -= weight) < 0) ?? entries[0];
  }
}

const ENDS = new Set(["sign-out", "revocation"]);
const { good, forged: refuses, replay, atOnce, left, odd } = Traffic.prototype;
const ACTIONS = [
  ["good", good, 40],
  ["forged", refuses, 20],
  ["replay", replay, 8],
  ["at once", atOnce, 5],
  ["left", left, 15],
  ["odd", odd, 12],
];
