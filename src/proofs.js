// What tells the gateway's requests from others', for `identityOf` in package/middleware/identity-of.js. What a request says of
// itself is never believed: its proof leads to what the gateway said in this very request.

const NAME = "edgegate-proof";

/** Both are global, since frameworks bundle the part that reads identities apart from the one that wraps them. */
const SAID = Symbol.for("edgegate.said");
const byProof = (globalThis[Symbol.for("edgegate.proofs")] ??= new Map());

/**
 * Puts a proof into a request. `edit` writes the gateway's own header fields into what has `set` and `delete`. Answers with what
 * makes the proof worthless: copies are known by it until then, and whoever was shown it must have no use for it afterwards.
 */
export function prove(request, edit) {
  const said = { fields: fieldsOf(edit), since: Date.now() };
  const proof = crypto.randomUUID();
  forget(said.since);
  request[SAID] = said;
  byProof.set(proof, said);
  request.headers.set(NAME, proof);
  return () => byProof.delete(proof);
}

/** Read only if somebody asks. */
function fieldsOf(edit) {
  let fields;
  return (name) => {
    if (!fields) {
      fields = new Map();
      edit?.(fields);
    }
    return fields.get(name) ?? null;
  };
}

/** An application whose client left may never end. */
function forget(now) {
  for (const [proof, { since }] of byProof) {
    if (now - since < LONGEST_MS) return;
    byProof.delete(proof);
  }
}

const LONGEST_MS = 15 * 60 * 1000;
