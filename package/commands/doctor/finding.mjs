// One line of what `edgegate doctor` found. `todo`: what to do about it.

export const ok = (check, text) => ({ check, state: "ok", text: line(text) });
export const warn = (check, text, todo) => ({ check, state: "warn", text: line(text), todo: lines(todo) });
export const fail = (check, text, todo) => ({ check, state: "fail", text: line(text), todo: lines(todo) });

/** What others wrote, as a name, a document or a certificate, is among it: no control character of theirs reaches a terminal. */
const line = (text) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (char) => `\\u{${char.codePointAt(0).toString(16)}}`);
const lines = (text) => text?.split("\n").map(line).join("\n");

/** A value out of somebody's document, as far as a line has room for it. */
export const quoted = (value) => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};
