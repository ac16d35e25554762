// What an answer to a question of `edgegate init` has to be. A reader answers with the value, or throws what is wrong with it.

class Wrong extends Error {}
export const isWrong = (error) => error instanceof Wrong;
const wrong = (text) => {
  throw new Wrong(text);
};

/** Words between commas. */
export const list = (text) => {
  const words = text.split(",").map((word) => word.trim()).filter(Boolean);
  for (const word of words) if (/["\\\p{Cc}]/u.test(word)) wrong(`${word} has a character that no policy takes`);
  return words.length > 0 ? words : wrong("that is empty");
};

export const reads = {
  text: (text) => (/^[^"\\\p{Cc}]+$/u.test(text) ? text : wrong("that is empty, or has a quotation mark or a backslash")),
  word: (text) => (/^[\w.-]+$/.test(text) ? text : wrong(`${text} is more than letters, digits, - and _`)),
  path: (text) => (/^\/[^\s"\\*?#]*$/.test(text) ? text : wrong(`${text} is no path: /members`)),
  oneOf: (text, words) => (words.includes(text) ? text : wrong(`${text} is none of ${words.join(", ")}`)),
  host: (text) => {
    const host = text.replace(/^https?:\/\//, "").replace(/\/$/, "");
    return /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d+)?$/i.test(host) ? host.toLowerCase() : wrong(`${text} is no host: gate.example.org`);
  },
  address: (text) => (address(text) ? text : wrong(`${text} is no address: https://login.example.org`)),
  origin: (text) => {
    const url = address(text);
    if (!url || url.search || url.hash || url.username) wrong(`${text} is no address of a site: https://origin.example.org`);
    return text.replace(/\/+$/, "");
  },
  paths: (text) => list(text).map(route),
  openPaths: (text) => (text === "-" ? [] : list(text).map(route)),
};

function address(text) {
  const url = URL.canParse(text) && new URL(text);
  return url && /^https?:$/.test(url.protocol) && !/["\\\s]/.test(text) ? url : undefined;
}

/** A path of a route, as what a route and a test need: its name and an address that it takes. */
function route(path) {
  if (!/^\/[^\s"\\*?#]*\*?$/.test(path) || /[^/]\*$/.test(path)) wrong(`${path} is no path of a route: /members/* or /about`);
  const name = path.toLowerCase().replace(/\*$/, "").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || (path === "/" ? "home" : "site");
  return { name, path, sample: path.replace(/\*$/, "page") };
}
