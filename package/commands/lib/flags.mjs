// Reads the flags of a command.
import { parseArgs } from "node:util";
import { Failure } from "./failure.mjs";

/**
 * `options`: as node:util's parseArgs has them; `positionals`: how many arguments without a name there may be.
 * Answers with { values, positionals }.
 */
export function flags(args, options, { command, positionals: most = 0 }) {
  const todo = `\`npx edgegate ${command} --help\` explains the flags.`;
  try {
    const read = parseArgs({ args, options: { help: { type: "boolean", short: "h" }, ...options }, allowPositionals: true, strict: true });
    if (read.positionals.length > most) throw new Failure(`${command} does not know ${read.positionals[most]}`, { todo, code: 2 });
    return read;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(error.message.split(". ")[0], { todo, code: 2 });
  }
}
