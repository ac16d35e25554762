// The provider as a process of its own: `npm start` runs it by the Node that npm installed, since oidc-provider needs that one.
// Arguments: the port, and addresses of the gate. It tells its parent its address, and ends with it.

import { startProvider } from "./server.mjs";

const [port, ...gates] = process.argv.slice(2);
const { url } = await startProvider({ port: Number(port), gates });
process.on("disconnect", () => process.exit());
process.send?.(url);
