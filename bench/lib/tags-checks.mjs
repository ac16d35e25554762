// Who of tags.mjs makes the edit that its row claims. All the contenders write the token of one visitor, so what they send
// can be compared byte for byte.

import { demand } from "./demand.mjs";
import { fetchPage } from "./page-client.mjs";
import { TAG } from "../workers/html-page.js";

// A visitor who comes back: the session's cookie, and the token that stands for it on pages.
export async function visit(port) {
  const target = "/site/Page?size=3000&tags=1&chunk=500";
  const first = await fetchPage(port, target);
  const cookie = /^JSESSIONID=[^;]+/.exec(first.headers["set-cookie"]?.[0] ?? "")?.[0];
  if (!cookie) throw new Error(`the gateway gave no session: ${first.status} ${first.body.toString().slice(0, 300)}`);
  const again = await fetchPage(port, target, { cookie });
  const token = /Your token is ([^,<]+),/.exec(again.body.toString())?.[1];
  if (!token || token === TAG) throw new Error(`the gateway expanded no tag: ${again.status} ${again.body.toString().slice(-900)}`);
  return { cookie, token };
}

// The page as the gateway sends it, after a look at what it changed.
export async function expandedBy(gateway, target, { cookie, token }, original, tags) {
  const kept = tags > 0 ? 2 : 0;
  const edgegate = { ...gateway, name: "Edgegate" };
  const exact = await pageOf(edgegate, target, cookie);
  demand(edgegate, pieces(exact, TAG) === kept, `${pieces(exact, TAG)} tags stayed, not ${kept}`);
  demand(edgegate, pieces(exact, token) === tags, `${pieces(exact, token)} tokens are there, not ${tags}`);
  const back = exact.toString("latin1").replaceAll(token, TAG);
  demand(edgegate, back === original.toString("latin1"), "something else than the tags was changed");
  return exact;
}

// Whether a contender makes the edit that its row claims.
export async function check(running, { target, visitor: { cookie, token }, original, exact }) {
  const everywhere = () => Buffer.from(original.toString("latin1").replaceAll(TAG, token), "latin1");
  const due = running.edits === "exactly" ? exact : running.edits === "everywhere" ? everywhere() : original;
  const sent = await pageOf(running, target, cookie);
  demand(running, sent.equals(due), `sends other bytes, from ${firstDifference(sent, due)} on`);
}

async function pageOf(running, target, cookie) {
  const answer = await fetchPage(running.port, target, { cookie });
  demand(running, answer.status === 200, `answered ${answer.status}: ${answer.body.toString().slice(0, 300)}`);
  return answer.body;
}

function pieces(bytes, text) {
  return bytes.toString("latin1").split(text).length - 1;
}

function firstDifference(one, other) {
  const at = one.findIndex((byte, index) => byte !== other[index]);
  const around = (bytes) => JSON.stringify(bytes.toString("latin1", Math.max(0, at - 20), at + 60));
  return at < 0 ? `${one.length} bytes (of ${other.length})` : `byte ${at}: ${around(one)}, not ${around(other)}`;
}
