// Functions of Rust sources and how many parameters each has, `self` included.

/** What a source says outside of comments, literals and its test modules. */
function bare(source) {
  return source
    .replace(/\/\/[^\n]*|\/\*[^]*?\*\/|b?r(#*)"[^]*?"\1|b?"(?:\\[^]|[^"\\])*"|b?'(?:\\(?:u\{\w+\}|x\w\w|.)|[^\\'\n])'/g, "")
    .replace(/^#\[cfg\((?:test|all\(test\b.*)\)\]\n(?:#\[.*\]\n)*mod \w+ \{[^]*?^\}$/gm, "");
}

/** Where the bracket that opens at this place is closed. The `>` of an arrow closes none. */
function closing(text, at) {
  let depth = 0;
  for (let place = at; place < text.length; place++) {
    if ("([{<".includes(text[place])) depth++;
    else if (")]}".includes(text[place]) || (text[place] === ">" && !"-=".includes(text[place - 1]))) depth--;
    if (depth === 0) return place;
  }
  return text.length;
}

/** The parts between commas that no bracket holds. */
function parts(text) {
  const found = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if ("([{<".includes(text[at])) at = closing(text, at);
    else if (text[at] === ",") (found.push(text.slice(from, at)), (from = at + 1));
  }
  return [...found, text.slice(from)].map((part) => part.trim()).filter((part) => part !== "");
}

/** Each function of a source that has a name: that, and its number of parameters. */
export function functions(source) {
  const text = bare(source);
  return [...text.matchAll(/\bfn\s+(\w+)\s*(?=[<(])/g)].map((match) => {
    let at = match.index + match[0].length;
    if (text[at] === "<") at = text.indexOf("(", closing(text, at));
    return { name: match[1], parameters: parts(text.slice(at + 1, closing(text, at))).length };
  });
}
