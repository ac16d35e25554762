// Your application behind the gateway, in one Worker. What reaches it has passed; who it is, `identityOf(request)` says.
import { edgegate, identityOf } from "edgegate";

export { Ledger } from "edgegate";

export default edgegate({
  fetch(request) {
    return Response.json({ path: new URL(request.url).pathname, identity: identityOf(request) });
  },
});
