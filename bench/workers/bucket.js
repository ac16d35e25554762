// An object of a bucket by hand: what the platform's documentation shows, without a gateway. The site behind it fills the bucket.

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return env.ORIGIN.fetch(request);
    const object = await env.FILES.get(decodeURIComponent(pathname.slice("/bucket/".length)));
    if (object === null) return new Response("There is no such object.\n", { status: 404 });
    const headers = new Headers();
    object.writeHttpMetadata(headers);
    headers.set("etag", object.httpEtag);
    return new Response(object.body, { headers });
  },
};
