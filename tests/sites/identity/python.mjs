// Flask with PyJWT, under gunicorn. `settings`: { lines } of docs/identity.md.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { missing, startGunicorn } from "../../origins/lib/gunicorn.mjs";

export default {
  name: "Python",
  fence: "python",
  missing,
  start({ port, folder, settings: { lines } }) {
    writeFileSync(path.join(folder, "origin.py"), lines + serving);
    return startGunicorn("origin:app", { port, folder, cwd: folder });
  },
};

const serving = `

@app.get("/<path:_>")
def serve(_):
    return g.identity, {"Served": "yes"}
`;
