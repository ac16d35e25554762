// From "edgegate/identity": SvelteKit's build runs this in Node as well.
import { identityOf } from "edgegate/identity";
import type { Handle } from "@sveltejs/kit";

export const handle: Handle = ({ event, resolve }) => {
  event.locals.edgegate = identityOf(event.request);
  return resolve(event);
};
