// examples/itty: the gateway around an itty-router.

import { after } from "node:test";
import { behaves } from "./lib/behaviour.mjs";
import { bundled, installed } from "./lib/example.mjs";
import { started, trace } from "./lib/running.mjs";

const example = installed("itty", { traced: { "src/index.js": ["(request) => {", `(request) => {\n${trace("request")}`] } });
const running = await started({ ...example, out: bundled(example), entry: "index.js" });
after(() => running.stop());

behaves(running, example);
