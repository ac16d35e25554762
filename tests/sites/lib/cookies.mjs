// What a browser keeps of Set-Cookie (RFC 6265, section 5.3), and what it sends.

export class Cookies {
  #kept = new Map();

  /** Takes what an answer from this address sets. A cookie of another domain is dropped, and so is a secure one from http. */
  take(url, lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(";").map((part) => part.trim());
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      const said = new Map(attributes.map((text) => text.split("=")).map(([key, ...rest]) => [key.toLowerCase(), rest.join("=")]));
      const domain = said.get("domain")?.replace(/^\./, "").toLowerCase();
      if (domain && domain !== url.hostname && !url.hostname.endsWith(`.${domain}`)) continue;
      if (said.has("secure") && url.protocol !== "https:") continue;
      const path = said.get("path")?.startsWith("/") ? said.get("path") : url.pathname.replace(/\/[^/]*$/, "") || "/";
      const isOver = said.has("max-age") ? Number(said.get("max-age")) <= 0 : said.has("expires") && Date.parse(said.get("expires")) < Date.now();
      const key = `${name} ${path}`;
      isOver ? this.#kept.delete(key) : this.#kept.set(key, { name, value, path, isSecure: said.has("secure") });
    }
  }

  /** The Cookie field for this address; undefined where there is nothing to send. */
  header(url) {
    const fit = [...this.#kept.values()].filter(({ path, isSecure }) => isWithin(url.pathname, path) && (!isSecure || url.protocol === "https:"));
    return fit.length > 0 ? fit.map(({ name, value }) => `${name}=${value}`).join("; ") : undefined;
  }

  value(name) {
    return [...this.#kept.values()].find((one) => one.name === name)?.value;
  }
}

const isWithin = (pathname, path) => pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
