export const prerender = true; // a file, which the gateway guards as it does the rest
