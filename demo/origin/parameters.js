// The parameters of a behaviour: read strictly, and a mistake is told to whoever made it.

import { json } from "./page.js";

// A whole number between two bounds, or undefined.
export function whole(text, low, high) {
  if (!/^\d{1,15}$/.test(text ?? "")) return undefined;
  const number = Number(text);
  return number >= low && number <= high ? number : undefined;
}

export function badRequest(detail) {
  return json(`${JSON.stringify({ error: detail })}\n`, { status: 400 });
}
