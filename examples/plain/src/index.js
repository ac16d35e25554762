// The application and the gateway before it, in one Worker.
import { edgegate, identityOf } from "edgegate";

export { Ledger } from "edgegate";

export default edgegate({
  fetch(request) {
    const { pathname } = new URL(request.url);
    const who = identityOf(request);
    if (pathname === "/") return new Response("Anybody can read this.\n");
    if (pathname === "/members/") return new Response(`Hello, ${who.subject}.\n`);
    if (pathname === "/echo") return new Response(request.body); // what is sent, while it comes
    return new Response("There is no such page.\n", { status: 404 });
  },
});
