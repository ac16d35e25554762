// Who edits the page in tags.mjs.
//
//   name      what the table prints; `--only TEXT` picks rows by it
//   worker    a file in workers/, or "edgegate"
//   bindings  (by hand only) more variables for the Worker
//   edits     what the preflight must see: "exactly" (the bytes that Edgegate sends), "everywhere" (also where a tag must stay),
//             undefined (nothing: the page as it is)
//   share     the part of the pages that it gets, where one costs as much as dozens of the others' (1)
//   role      "floor", "rewriter", "gateway": the rows that the ratios and the goal are about

export const CONTENDERS = [
  { name: "bare passthrough (JS)", worker: "passthrough.js", role: "floor" },
  { name: "Edgegate", worker: "edgegate", edits: "exactly", role: "gateway" },
  { name: "HTMLRewriter (JS)", worker: "tags-rewriter.js", edits: "exactly", share: 0.08, role: "rewriter" },
  {
    name: "HTMLRewriter, two attributes only (JS)",
    worker: "tags-rewriter.js",
    bindings: { ATTRIBUTES: ["title", "data-token"] },
    edits: "exactly",
    share: 0.08,
  },
  { name: "text replaced, context ignored (JS)", worker: "tags-replace.js", edits: "everywhere" },
];
