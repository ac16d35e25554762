// Sends garbage by the hundred and checks each answer: it has to be a refusal, in the words of the endpoint that gives it.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { Garbage } from "./garbage.mjs";
import { REDIRECT } from "./oauth.mjs";

const seed = Number(process.env.EDGEGATE_SEED ?? randomInt(2 ** 31));
const AT_ONCE = 32;

/** The codes that each kind of endpoint may give. */
const CODES = {
  // RFC 6749 section 5.2, RFC 7009 section 2.2.1, RFC 8707 section 2, RFC 9449 section 5
  oauth: [
    ...["invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope"],
    ...["unsupported_token_type", "invalid_target", "invalid_dpop_proof"],
  ],
  // RFC 6749 section 4.1.2.1, RFC 8707 section 2
  page: ["invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope", "invalid_target"],
  // Checkfront's
  api: ["invalid_request", "invalid_client", "invalid_grant", "insufficient_scope", "access_denied"],
};
/** Of a generic refusal: what is checked before it is known whose endpoint it is. */
const SHAPE = ["ambiguous_request", "bad_request", "method_not_allowed", "url_too_long", "headers_too_large", "body_too_large"];

/**
 * Makes tests that send what chance makes. Each test says what should hold, where (`oauth`, `page`, `api` or `other`),
 * how many requests it sends, and the kinds of them: functions that make { method = POST, target, headers, body, may };
 * `may` says of an answer that it will do although it is no refusal.
 */
export function attacks(gate) {
  return (name, at, count, kinds) =>
    test(name, async (t) => {
      t.diagnostic(`EDGEGATE_SEED=${seed}`);
      const requests = Array.from({ length: count }, made(new Garbage(seed), at, kinds)).values();
      const failures = [];
      const work = async () => {
        for (const { may, ...request } of requests) {
          const fault = await faultOf(gate, at, request, may);
          if (fault) failures.push(`${fault}\n  ${shown(request)}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      const said = `${failures.length} of ${count} with EDGEGATE_SEED=${seed}, the first:\n${failures.slice(0, 3).join("\n")}`;
      assert.equal(failures.length, 0, said);
    });
}

function made(chance, at, kinds) {
  const network = at === "other" ? "127.1" : "198.18";
  return () => {
    const { method = "POST", target, headers, body, may } = chance.pick(kinds)(chance);
    return { method, target, headers: { "cf-connecting-ip": chance.address(network), ...headers }, body, may };
  };
}

async function faultOf(gate, at, { method, target, headers, body }, may) {
  let answer;
  try {
    answer = await gate.request(method, target, { headers, body: body === undefined ? undefined : Buffer.from(body, "latin1") });
    const fault = may?.(answer) ? undefined : complaint(at, method, answer);
    return fault && `${fault}: ${answer.status} ${answer.text.slice(0, 300)}`;
  } catch (error) {
    return `${error.message}: ${answer?.status ?? "no answer"} ${answer?.text.slice(0, 300) ?? ""}`;
  }
}

/** What is wrong with a refusal, if anything is. */
function complaint(at, method, answer) {
  const { status } = answer;
  if (at === "page" && [302, 303].includes(status)) return misled(answer.header("location"));
  if (status < 400 || status > 499) return "not refused";
  if (status === 401 && !answer.header("www-authenticate")) return "401 without a challenge";
  if (answer.header("cache-control") !== "no-store") return "it may be kept";
  if (method === "HEAD") return answer.body.length === 0 ? undefined : "a body for HEAD";
  const [type] = (answer.header("content-type") ?? "none").split(";");
  if (type === "text/html") return at === "page" ? undefined : "a page for a program";
  if (type === "application/problem+json") {
    if (answer.json.status !== status || !/^\w+$/.test(answer.json.code)) return "no document of a problem";
    return ["other", "page"].includes(at) || SHAPE.includes(answer.json.code) ? undefined : "in the generic words";
  }
  if (type !== "application/json" || at === "other") return "of another type";
  const { error, error_description = "none", ...more } = answer.json;
  if (!CODES[at].includes(error) || Object.keys(more).length > 0) return "no error of this endpoint";
  return /^[\x20-\x7e]+$/.test(error_description) ? undefined : "a description that is no plain text";
}

/** A browser is sent back with an error, and to the registered address alone. */
function misled(location = "") {
  if (!location.startsWith(`${REDIRECT}?`)) return `sent to ${location}`;
  const { error, code } = Object.fromEntries(new URL(location).searchParams);
  return CODES.page.includes(error) && code === undefined ? undefined : `sent to ${location}`;
}

/** The request itself; a long run of one thing is counted. */
const shown = (request) => JSON.stringify(request).replace(/(.{1,3}?)\1{99,}/g, (run, one) => `${one}{${run.length / one.length}}`);
