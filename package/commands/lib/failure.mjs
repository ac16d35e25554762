// What goes wrong in a command, told so that it can be acted on.

/** Something went wrong, and this is what to do about it. `code`: the exit code, 2 where the command was used wrongly. */
export class Failure extends Error {
  constructor(message, { todo = "", output = "", code = 1 } = {}) {
    super(message);
    Object.assign(this, { todo, output, code });
  }
}

/** Runs the work of a command. Answers with its exit code; a Failure is printed, anything else is a fault of ours and thrown. */
export async function guarded(work, { error = console.error } = {}) {
  try {
    return (await work()) ?? 0;
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    if (failure.output) error(failure.output.trimEnd());
    error(`edgegate: ${failure.message}`);
    if (failure.todo) error(failure.todo.replace(/^/gm, "  "));
    return failure.code;
  }
}
