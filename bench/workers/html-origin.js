// The origin of tags.mjs: a page of `?size=BYTES&tags=COUNT` out of memory, in chunks of `&chunk=BYTES` without a length
// beforehand, as a page comes that is made while it is sent.

import { page } from "./html-page.js";

const pages = new Map();

export default {
  fetch(request) {
    const parameters = new URL(request.url).searchParams;
    const number = (name) => Number(parameters.get(name));
    const bytes = bytesOf(number("size"), number("tags"));
    const chunk = number("chunk");
    let at = 0;
    const body = new ReadableStream({
      pull(controller) {
        // What is enqueued may be taken away: the page itself stays.
        controller.enqueue(bytes.slice(at, at + chunk));
        at += chunk;
        if (at >= bytes.length) controller.close();
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/html; charset=utf-8", ETag: '"1"' } });
  },
};

function bytesOf(size, tags) {
  const key = `${size} ${tags}`;
  if (!pages.has(key)) pages.set(key, new TextEncoder().encode(page(size, tags)));
  return pages.get(key);
}
