// One line on standard error that says what is going on: rewritten in place on a terminal, a line each elsewhere.

export function progress(text) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\x1b[2K${text}`);
  } else if (text) {
    process.stderr.write(`${text}\n`);
  }
}
