// The Python that has what the NTLM tests need. A test that imports this, or what starts something in Python, is left out
// by `npm test` where there is none (scripts/lib/python.mjs).

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const python = process.env.EDGEGATE_PYTHON || fileURLToPath(new URL("../../../target/python/bin/python", import.meta.url));
assert.ok(existsSync(python), "there is no target/python: node scripts/lib/python.mjs");

/** A script that lies beside this file. */
export const script = (name) => path.join(import.meta.dirname, name);

/** This machine's proxies are not for what runs on it. */
export const pythonEnv = { ...process.env, NO_PROXY: "127.0.0.1,localhost", no_proxy: "127.0.0.1,localhost" };
