// The Worker that stands alone, as the runtime sees it: its handler and the Ledger's class.
import { answer, begin, Ledger } from "./gate.js";
import pages from "./pages.bin";
import policy from "./policy.bin";

begin({ policy, pages });

// An object, because the runtime makes an instance of a class for each request.
export default { fetch: answer };

export { Ledger };
