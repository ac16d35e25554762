// Requests that no client sends, made by chance from a seed: parameters, header values, tokens and proofs that are wrong.
// Whatever comes out of here, the answer is a refusal.

import { createHash } from "node:crypto";
import { client, pair } from "./oauth.mjs";

/** Numbers from 0 to 1, the same for the same seed. */
function mulberry32(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values that are no name, no token and no address, encoded as they stand in a query. */
const VALUES = [
  ...["", "%00", "a%00b", "%FF%FE", "%E2%82", "%", "%zz", "%0d%0aSet-Cookie:x=1", "%22%3E%3Cscript%3E", "%F0%9F%92%A9"],
  ...["[]", "null", "-1", "0", "..%2f..%2f", "x".repeat(3000), "%41".repeat(1000), "egt_", "egr_seal-1_", "egc_seal-1_AAAA"],
  ...["javascript:alert(1)", "http://evil.example/cb", "https:%2F%2Fevil.example"],
];
/** What stands in a body only: bytes of no text. */
const BYTES = ["\xff\xfe", "a\0b", "\xc3", "\xed\xa0\x80"];

/** Other spellings, which some server takes for the name. */
const SPELLINGS = [
  (name) => name.toUpperCase(),
  (name) => name[0].toUpperCase() + name.slice(1),
  (name) => `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
  (name) => `${name.slice(0, -1)}%${name.charCodeAt(name.length - 1).toString(16).toUpperCase()}`,
  (name) => `${name}[]`,
  (name) => `${name}%5B0%5D`,
  (name) => `${name}[a]`,
  (name) => `[${name}]`,
  (name) => `${name}%00`,
  (name) => `+${name}`,
];

export class Garbage {
  constructor(seed) {
    this.random = mulberry32(seed);
  }

  number(below) {
    return Math.floor(this.random() * below);
  }

  pick(list) {
    return list[this.number(list.length)];
  }

  /** An address of a network: one guesser is throttled, many are not. */
  address(network) {
    return `${network}.${this.number(256)}.${this.number(256)}`;
  }

  /** A value; `filled`: not an empty one, which may count as left out. */
  value({ inBody = false, filled = false } = {}) {
    const value = this.pick(inBody ? [...VALUES, ...BYTES] : VALUES);
    return filled && value === "" ? "%00" : value;
  }

  /** The text with one character changed, not of its ends: those may be of no weight in base64. */
  bent(text) {
    const at = 1 + this.number(text.length - 2);
    const other = this.pick([..."ABCDEFGHabcdefgh01234567"].filter((character) => character !== text[at]));
    return text.slice(0, at) + other + text.slice(at + 1);
  }

  /**
   * A good form or query with one parameter spoiled. `needed` may be anything wrong; `optional` is never merely missing
   * or empty. `ways` restricts how.
   */
  spoiled(fields, { needed = [], optional = [], inBody = false, ways } = {}) {
    const name = this.pick([...needed, ...optional]);
    const isNeeded = needed.includes(name);
    const usual = ["twice", "second", "shadowed", "renamed", "value", "value", "value", ...(isNeeded ? ["missing"] : [])];
    const way = this.pick(ways ?? usual);
    const pairs = Object.entries(fields).map(([one, value]) => [one, encodeURIComponent(value)]);
    const at = pairs.findIndex(([one]) => one === name);
    const good = pairs[at];
    const spelled = this.pick(SPELLINGS)(name);
    const instead = {
      missing: [],
      twice: [good, good],
      second: this.pick([[good, [name, "x"]], [[name, "x"], good], [good, [name, ""]]]),
      shadowed: this.pick([[good, [spelled, "x"]], [[spelled, "x"], good], [good, [spelled, good[1]]]]),
      renamed: [[spelled, good[1]]],
      value: [[name, this.value({ inBody, filled: !isNeeded })]],
    }[way];
    return pairs.toSpliced(at, 1, ...instead).map(([one, value]) => `${one}=${value}`).join("&");
  }

  /** Authorization values with nothing good in them. `good`: one that alone would do. A list is two fields. */
  authorization(good) {
    const b64 = (text) => Buffer.from(text, "latin1").toString("base64");
    const basic = (id, secret) => b64(`${id}:${secret}`);
    const credentials = [
      ...["!!!!", "YQ", "YQ=", "====", "YWrtMdo=", "%59%51", `${basic("a", "b")} x`],
      ...["no colon", "\xff\xfe:\xff", ":", "a:", ":b", "\0:\0", "x".repeat(3000)].map(b64),
      ...[basic(client.id, this.bent(client.secret)), basic(this.bent(client.id), client.secret), basic(client.id, pair.secret)],
      ...[basic(client.id.toUpperCase(), client.secret), basic(client.id, `${client.secret}%00`)],
      ...[basic(pair.id, this.bent(pair.secret)), basic(this.bent(pair.id), pair.secret)],
    ];
    const wrong = `${this.pick(["Basic", "basic", "BASIC", "bAsIc"])}${this.pick([" ", "  ", "\t", ""])}${this.pick(credentials)}`;
    const others = ["Basic", "Bearer", "", "Bearer ,", "Bearer a b", "bearer null", 'Digest username="x"', "Negotiate YQ==", "DPoP x", "DPoP"];
    const doubled = [[good, good], [good, wrong], [good, "Bearer x"], ["Bearer x", "Bearer y"]];
    return this.pick([wrong, wrong, wrong, this.pick([...others, "\xff\xfe", "=", "é x"]), this.pick(doubled)]);
  }

  /** A proof of RFC 9449 that proves nothing. */
  proof(token = "") {
    const part = (json) => Buffer.from(typeof json === "string" ? json : JSON.stringify(json)).toString("base64url");
    const point = createHash("sha256").update(`${this.number(1e6)}`).digest("base64url");
    const jwk = this.pick([
      { kty: "EC", crv: "P-256", x: point, y: point },
      { kty: "EC", crv: "P-256", x: "", y: "" },
      { kty: "EC", crv: "P-521", x: point, y: point },
      { kty: "EC", crv: "P-256", x: point, y: point, d: point },
      { kty: "OKP", crv: "Ed25519", x: point },
      { kty: "RSA", n: "AQAB", e: "AQAB" },
      { kty: "oct", k: point },
      ...[null, "x", [], undefined],
    ]);
    const alg = this.pick(["ES256", "none", "HS256", "EdDSA", "RS256", "", null, 7]);
    const header = this.pick([{ typ: "dpop+jwt", alg, jwk }, { typ: "dpop+jwt", alg, jwk }, { alg: "ES256", jwk }, [], "{", "\xff", null]);
    const htm = this.pick(["POST", "GET", "post"]);
    const htu = this.pick(["http://127.0.0.1:8787/oauth/token/", "http://127.0.0.1:8787/api/3.0/x", "", 7]);
    const iat = this.pick([Math.floor(Date.now() / 1000), 0, -1, 1e300, "now", null]);
    const ath = createHash("sha256").update(token).digest("base64url");
    const claims = this.pick([{ jti: `${this.random()}`, htm, htu, iat, ath }, {}, [], "{", "null", "[".repeat(2000)]);
    const signature = this.pick([createHash("sha512").update(point).digest("base64url"), "", "AAAA", "!!"]);
    const whole = `${part(header)}.${part(claims)}.${signature}`;
    const broken = ["rubbish", "a.b.c", "..", `${whole}.x`, `${whole}, ${whole}`, [whole, whole], "\xff\xfe", "x".repeat(5000)];
    return this.pick([whole, this.pick(broken)]);
  }
}
