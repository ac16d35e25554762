// The gateway as the first middleware of a Hono application. Behind it `c.var.edgegate` says who it is.
import { edgegate } from "edgegate";
import { Hono } from "hono";
import { html } from "hono/html";

export { Ledger } from "edgegate";

interface Bindings {
  ASSETS: { fetch(request: Request): Promise<Response> };
}

export default new Hono<{ Bindings: Bindings }>()
  .use(edgegate.hono())
  .get("/", (c) => c.text("Anybody can read this.\n"))
  .get("/members/", (c) => c.html(html`<p>Hello, ${c.var.edgegate.subject}.</p>\n<p><a href="handbook">The handbook</a></p>\n`))
  .post("/echo", (c) => new Response(c.req.raw.body)) // what is sent, while it comes
  .get("*", (c) => c.env.ASSETS.fetch(c.req.raw)); // the files of public/
