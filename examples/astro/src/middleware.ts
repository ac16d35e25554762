// From "edgegate/identity": Astro's build runs this outside of the gateway as well, to prerender pages.
import { defineMiddleware } from "astro:middleware";
import { identityOf } from "edgegate/identity";

export const onRequest = defineMiddleware((context, next) => {
  context.locals.edgegate = identityOf(context.request);
  return next();
});
