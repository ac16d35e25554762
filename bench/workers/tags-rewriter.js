// The same edit by the runtime's own HTMLRewriter: the tag becomes the token, in text and in attributes, but not in scripts,
// styles and comments. Text comes in chunks that may end within a tag, so what could be the beginning of one is held back.
//
// With ATTRIBUTES, a list of names, only those attributes are looked at: the rewriter's own selectors then do the search, and
// JavaScript is called for the few elements that have a tag. That is less than the job: a tag in any other attribute stays.

const TAG = "[[S86:true]]";

export default {
  async fetch(request, env) {
    const response = await env.ORIGIN.fetch(request);
    const text = new Text(env.TOKEN);
    const rewriter = new HTMLRewriter()
      .on("script, style", {
        element(element) {
          text.isCode = true;
          element.onEndTag(() => void (text.isCode = false));
        },
      })
      .onDocument({ text: (chunk) => text.take(chunk) });
    for (const [selector, element] of attributeHandlers(env)) rewriter.on(selector, { element });
    return rewriter.transform(response);
  },
};

function attributeHandlers({ TOKEN, ATTRIBUTES }) {
  const change = (element, name, value) => element.setAttribute(name, value.replaceAll(TAG, TOKEN));
  if (ATTRIBUTES) {
    return ATTRIBUTES.map((name) => [
      `[${name}*="${TAG}"]`,
      (element) => change(element, name, element.getAttribute(name)),
    ]);
  }
  const inAll = (element) => {
    // Not changed while it is gone through.
    let found;
    for (const attribute of element.attributes) if (attribute[1].includes(TAG)) (found ??= []).push(attribute);
    found?.forEach(([name, value]) => change(element, name, value));
  };
  return [["*", inAll]];
}

class Text {
  isCode = false;
  #held = "";
  #token;

  constructor(token) {
    this.#token = token;
  }

  take(chunk) {
    if (this.isCode) return;
    const fresh = chunk.text;
    if (this.#held === "" && !fresh.includes("[")) return;

    const text = (this.#held + fresh).replaceAll(TAG, this.#token);
    const ready = chunk.lastInTextNode ? text.length : beginningOfTag(text);
    this.#held = text.slice(ready);
    if (ready < text.length || text !== fresh) chunk.replace(text.slice(0, ready), { html: true });
  }
}

// Where a text ends in what may be the beginning of a tag, or just ends.
function beginningOfTag(text) {
  let at = text.lastIndexOf("[");
  if (at > 0 && text[at - 1] === "[") at--;
  return at >= 0 && TAG.startsWith(text.slice(at)) ? at : text.length;
}
