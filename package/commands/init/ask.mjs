// Gets the answers: from flags, from a person at a terminal, or not at all, and then it says which flags are missing.
import { createInterface } from "node:readline/promises";
import { Failure } from "../lib/failure.mjs";
import { isAsked, isTaken, questions } from "./questions.mjs";
import { isWrong } from "./values.mjs";

/** `given`: flags as texts. `terminal`: { input, output } of a person, or undefined. `takeUsual`: nothing is asked that has a usual answer. */
export async function answers(given, { terminal, takeUsual }) {
  const found = {};
  const missing = [];
  const lines = terminal && createInterface(terminal);
  const closed = lines && new Promise((_, reject) => lines.once("close", () => reject(new Failure("it ended before the last question, and nothing was written", { code: 130 }))));
  closed?.catch(() => {}); // after the last question nobody waits for it
  try {
    for (const question of questions) {
      const { flag } = question;
      if (given[flag] !== undefined) {
        if (found["sign-in"] && !isTaken(question, found)) throw useless(flag, found);
        found[flag] = readFlag(question, given[flag], found);
      } else if (isAsked(question, { ...given, ...found })) {
        const usual = question.usual?.(found);
        if (usual !== undefined && (takeUsual || !terminal)) found[flag] = readFlag(question, usual, found);
        else if (terminal) Object.assign(found, await askUntilRight((prompt) => Promise.race([lines.question(prompt), closed]), terminal.output, question, usual, found));
        else missing.push(question);
      }
    }
  } finally {
    lines?.close();
  }
  if (missing.length > 0) throw lacking(missing);
  return found;
}

const useless = (flag, { "sign-in": signIn, preset }) =>
  new Failure(`--${flag} says nothing to --sign-in ${signIn}${preset ? ` --preset ${preset}` : ""}`, { todo: "`npx edgegate init --help` explains the flags.", code: 2 });

function lacking(missing) {
  const named = missing.map(({ flag, value, help, elsewise }) => `--${flag} ${value}${elsewise ? ` (or ${elsewise})` : ""}: ${help}`);
  return new Failure("there is no terminal to ask at, and these flags are missing", { todo: named.join("\n"), code: 2 });
}

function readFlag({ flag, read }, text, found) {
  try {
    return read(text, found);
  } catch (error) {
    if (!isWrong(error)) throw error;
    throw new Failure(`--${flag}: ${error.message}`, { todo: "`npx edgegate init --help` explains the flags.", code: 2 });
  }
}

/** `say(prompt)`: what a person answers; fails where the terminal is closed, as by Ctrl-C. */
async function askUntilRight(say, output, question, usual, found) {
  const options = question.choose?.(found);
  if (options) output.write(`${question.ask}?\n${options.map(([word, what], at) => `  ${at + 1}  ${word.padEnd(18)}${what}`.trimEnd()).join("\n")}\n`);
  for (;;) {
    const prompt = options ? "  number or word: " : `${question.ask}${usual ? ` [${usual}]` : ""}: `;
    const said = (await say(prompt)).trim() || usual || "";
    const text = options?.[Number(said) - 1]?.[0] ?? said;
    const [, service, handler] = (question.flag === "origin" && /^(?:service:([\w.-]+)|(handler))$/.exec(text)) || [];
    try {
      return service ? { service } : handler ? { handler: true } : { [question.flag]: question.read(text, found) };
    } catch (error) {
      if (!isWrong(error)) throw error;
      output.write(`  ${error.message}\n`);
    }
  }
}
