// What the provider remembers: sign-ins, codes and tokens, in memory. oidc-provider asks for one store for each kind of record.

const LIMIT = 10_000;

/** A class of stores that share what they remember. */
export function memory() {
  const records = new Map();

  return class Store {
    /** What there is of a kind, by id; of tokens that is the token. */
    static ids = (kind) => [...records.keys()].filter((key) => key.startsWith(`${kind}:`)).map((key) => key.slice(kind.length + 1));

    constructor(kind) {
      this.kind = kind;
    }

    async upsert(id, payload, expiresIn) {
      const key = `${this.kind}:${id}`;
      records.delete(key); // the oldest stands first
      records.set(key, { payload, until: expiresIn ? Date.now() + expiresIn * 1000 : Infinity });
      if (records.size > LIMIT) records.delete(records.keys().next().value);
    }

    async find(id) {
      const record = records.get(`${this.kind}:${id}`);
      return record && record.until > Date.now() ? record.payload : undefined;
    }

    async findByUid(uid) {
      return this.#first((payload) => payload.uid === uid);
    }

    async findByUserCode(userCode) {
      return this.#first((payload) => payload.userCode === userCode);
    }

    async consume(id) {
      const payload = await this.find(id);
      if (payload) payload.consumed = Math.floor(Date.now() / 1000);
    }

    async destroy(id) {
      records.delete(`${this.kind}:${id}`);
    }

    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of records) if (payload.grantId === grantId) records.delete(key);
    }

    #first(fits) {
      const mine = [...records].filter(([key]) => key.startsWith(`${this.kind}:`)).map(([, { payload }]) => payload);
      return mine.find(fits);
    }
  };
}
