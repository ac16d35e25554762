// KV, the Ledger and the limiter. Each call settles in time: a Durable Object that panicked never answers at all.

export async function kvGet(env, binding, key, cacheTtl, milliseconds) {
  return inTime(env[binding].get(key, { type: "text", cacheTtl }), milliseconds);
}

// KV takes one write a second for a key: what is written twice at once, such as a revocation right after the
// minting, is written again a moment later. An expiry has to fit into 32 bits; what lies beyond is kept.
export async function kvPut(env, binding, key, value, expiration, milliseconds) {
  const put = () => env[binding].put(key, value, expiring(expiration));
  return inTime(put().catch(() => pause(1100).then(put)), milliseconds);
}

export const expiring = (expiration) => (expiration < 2 ** 31 ? { expiration } : {});

// The cursor of the next page, empty after the last, and the keys of this one.
export async function kvList(env, binding, prefix, cursor, limit, milliseconds) {
  const page = await inTime(env[binding].list({ prefix, limit, cursor: cursor || undefined }), milliseconds);
  return [page.list_complete ? "" : page.cursor, ...page.keys.map(({ name }) => name)];
}

// `address`: the object's name, a location hint and a jurisdiction, a line each; the last two can be missing. The URL says
// them again, for what the object asks another one, and what the clock shows here.
export async function ledgerAsk(env, binding, address, question, milliseconds) {
  const [name, locationHint = "", jurisdiction = ""] = address.split("\n");
  const objects = jurisdiction ? env[binding].jurisdiction(jurisdiction) : env[binding];
  const stub = objects.get(objects.idFromName(name), locationHint ? { locationHint } : {});
  const url = `https://ledger/${Math.floor(Date.now() / 1000)}/${locationHint}/${jurisdiction}`;
  const ask = async () => {
    const response = await stub.fetch(url, { method: "POST", body: question });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    return text;
  };
  return inTime(ask(), milliseconds);
}

export async function withinLimit(env, binding, key, milliseconds) {
  return (await inTime(env[binding].limit({ key }), milliseconds)).success === true;
}

export function pause(milliseconds) {
  return new Promise((due) => setTimeout(due, milliseconds));
}

export function inTime(work, milliseconds) {
  let timer;
  const late = new Promise((_, refuse) => (timer = setTimeout(refuse, milliseconds, new Error("no answer in time"))));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
