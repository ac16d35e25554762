// What is sent, while it comes.
export const onRequestPost = ({ request }) => new Response(request.body);
