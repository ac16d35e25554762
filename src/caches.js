// What a credential opened lies in no cache of the runtime. The request that the gateway hands to an application says so (`no-store`),
// which `fetch` heeds. The Cache API only gets an error from it, and frameworks ask it for every request before they answer.

/** Such a request is found in no cache, and its answer is put into none. */
export function keepOutOfCaches() {
  const { prototype } = Cache;
  const { match, put, delete: remove } = prototype;
  Object.assign(prototype, {
    async match(asked, ...rest) {
      return isKeptOut(asked) ? undefined : match.call(this, asked, ...rest);
    },
    async put(asked, response, ...rest) {
      // A framework puts one of two branches of the body there: the other one must not wait for it.
      return isKeptOut(asked) ? response.body?.cancel() : put.call(this, asked, response, ...rest);
    },
    async delete(asked, ...rest) {
      return isKeptOut(asked) ? false : remove.call(this, asked, ...rest);
    },
  });
}

const isKeptOut = (asked) => asked instanceof Request && asked.cache === "no-store";
