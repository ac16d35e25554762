// The origin behind every contender: it answers next to nothing, at the same cost for all of them. With `Bench-Echo` it
// tells what it got, for the preflight.

export default {
  fetch(request) {
    if (request.headers.has("bench-echo")) {
      return Response.json({ url: request.url, headers: [...request.headers] });
    }
    return new Response("ok");
  },
};
