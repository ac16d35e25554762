#!/usr/bin/env node
// What `npm create edgegate` runs: `npx edgegate init`, before there is a package to run it from.
import { run } from "edgegate/init";

process.exitCode = await run(process.argv.slice(2));
