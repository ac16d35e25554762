// What `npm start` serves beside the gate: the site at an address of its own, the OpenID provider, and the OAuth client's page.
// Each ends with this process.
import { fork } from "node:child_process";
import { CLIENT_PORT, startClient } from "../../demo/client/server.mjs";
import { PROVIDER_PORT } from "../../demo/provider/configuration.mjs";
import { SITE_PORT, startSite } from "../../demo/site/server.mjs";
import { inRoot, node22 } from "./paths.mjs";
import { Failure } from "./run.mjs";

/** `gate`: its address; `isDemo`: whether that is the demo's own, so that the others have theirs; `refuseBusyPort(port)` throws if it is. */
export async function startNeighbours({ gate, isDemo, refuseBusyPort }) {
  const ports = isDemo ? [SITE_PORT, PROVIDER_PORT, CLIENT_PORT] : [0, 0, 0];
  if (isDemo) for (const port of ports) await refuseBusyPort(port);
  const [site, provider, client] = ports;
  const [served, page] = await Promise.all([startSite(site), startClient({ port: client, gate }), startProvider(provider, gate)]);
  served.unref();
  page.unref();
}

/** In a process of its own: the provider needs Node 22, which this one may not be. */
function startProvider(port, gate) {
  const child = fork(inRoot("demo/provider/main.mjs"), [String(port), gate], { execPath: node22, stdio: ["ignore", "inherit", "pipe", "ipc"] });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (words += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Failure(`the demo's provider ended with ${code} before it served anything`, { output: words, todo: "Its words are above." })));
    child.once("message", () => {
      child.stderr.removeAllListeners("data").on("data", (text) => process.stderr.write(text));
      for (const one of [child, child.channel, child.stderr]) one.unref();
      resolve();
    });
  });
}
