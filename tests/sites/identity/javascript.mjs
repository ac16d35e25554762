// Node's http with `verifyIdentity`. `settings`: { lines } of docs/identity.md.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot, node22 } from "../../../scripts/lib/paths.mjs";
import { startProcess } from "../../origins/lib/process.mjs";

const own = pathToFileURL(inRoot("package/middleware/identity.js")).href;

export default {
  name: "JavaScript",
  fence: "js",
  missing: () => undefined,
  start({ port, folder, settings: { lines } }) {
    const file = path.join(folder, "origin.mjs");
    writeFileSync(file, `import http from "node:http";\n${lines.replace('"edgegate/identity"', JSON.stringify(own))}\n${serving}`);
    return startProcess(node22, [file], { port, folder });
  },
};

const serving = `
const serve = (request, response, { subject, scope, claims }) => response.setHeader("served", "yes").end(JSON.stringify({ subject, scope, claims }));
http.createServer(guarded(serve)).listen(Number(process.env.PORT), "127.0.0.1");
`;
