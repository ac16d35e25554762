import type { ServerLoad } from "@sveltejs/kit";

export const trailingSlash = "always"; // the invitation is for a folder

export const load: ServerLoad = ({ locals }) => ({ name: locals.edgegate?.subject });
