// From "edgegate/identity": Nuxt's build runs this in Node as well, to prerender pages.
import { identityOf, type Identity } from "edgegate/identity";

declare module "h3" {
  interface H3EventContext {
    edgegate: Identity | null;
  }
}

export default defineEventHandler((event) => {
  event.context.edgegate = identityOf(event);
});
