// The origin that the gateway of schemes.mjs asks whose a password is. It is asked so rarely that it costs nothing: the gateway
// remembers passwords that were right.

export default {
  async fetch(request, { PASSWORD, SUBJECT }) {
    const { password } = await request.json();
    return password === PASSWORD ? Response.json({ subject: SUBJECT }) : Response.json({}, { status: 401 });
  },
};
