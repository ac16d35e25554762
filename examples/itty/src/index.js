// The gateway around an itty-router. Behind it `request.identity` says who it is.
import { edgegate, identityOf } from "edgegate";
import { AutoRouter, text } from "itty-router";

export { Ledger } from "edgegate";

const withIdentity = (request) => {
  request.identity = identityOf(request);
};

const router = AutoRouter({ before: [withIdentity], format: text })
  .get("/", () => "Anybody can read this.\n")
  .get("/members/", ({ identity }) => `Hello, ${identity.subject}.\n`)
  .post("/echo", ({ body }) => new Response(body)); // what is sent, while it comes

export default edgegate(router);
