import type { RequestHandler } from "@sveltejs/kit";

export const POST: RequestHandler = ({ request }) => new Response(request.body); // what is sent, while it comes
