// The Worker that stands alone, as the runtime sees it: its handler and the Ledger's class.
import { WorkerEntrypoint } from "cloudflare:workers";
import { answer, begin, Ledger } from "./gate.js";
import pages from "./pages.bin";
import policy from "./policy.bin";

begin({ policy, pages });

export default class extends WorkerEntrypoint {
  fetch(request) {
    return answer(request, this.env, this.ctx);
  }
}

export { Ledger };
