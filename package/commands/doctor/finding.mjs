// One line of what `edgegate doctor` found. `todo`: what to do about it.

export const ok = (check, text) => ({ check, state: "ok", text });
export const warn = (check, text, todo) => ({ check, state: "warn", text, todo });
export const fail = (check, text, todo) => ({ check, state: "fail", text, todo });
