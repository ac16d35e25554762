// The edit as it is often written: the body as text through a TransformStream, and the tag replaced wherever it stands. It
// does not know where a tag is: it also puts the token into scripts, comments and links to other sites.

const TAG = "[[S86:true]]";

export default {
  async fetch(request, env) {
    const response = await env.ORIGIN.fetch(request);
    const body = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(replaced(TAG, env.TOKEN))
      .pipeThrough(new TextEncoderStream());
    return new Response(body, response);
  },
};

function replaced(tag, token) {
  let held = "";
  return new TransformStream({
    transform(chunk, controller) {
      const text = (held + chunk).replaceAll(tag, token);
      const ready = beginningOfTag(text, tag);
      held = text.slice(ready);
      if (ready > 0) controller.enqueue(text.slice(0, ready));
    },
    flush(controller) {
      if (held !== "") controller.enqueue(held);
    },
  });
}

// Where a text ends in what may be the beginning of a tag, or just ends.
function beginningOfTag(text, tag) {
  let at = text.lastIndexOf("[");
  if (at > 0 && text[at - 1] === "[") at--;
  return at >= 0 && tag.startsWith(text.slice(at)) ? at : text.length;
}
