import { edgegate, Ledger } from "edgegate";

export { Ledger };
export default edgegate(() => new Response(null, { status: 404 }));
