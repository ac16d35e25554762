// One command of the package in a process of its own: node run-command.mjs NAME ARGUMENTS.
const [name, ...args] = process.argv.slice(2);
const { run } = await import(`../../../package/commands/${name}.mjs`);
process.exitCode = await run(args);
