// The demo origin: what stands behind the gateway in `npm start` and `npm test`.
//
// It tells every caller what reached it, so that a person or a test can see with their own eyes what the
// gateway forwarded, added and took away. It is bound to the gateway as a service and has no address of its
// own on a network; nothing here is meant to be deployed.
//
//   /                  the landing page: what the demo serves and how to try it       landing.js, routes.js, rows-….js
//                     (what it lists of the bucket is stored then)                    bucket.js
//   /check-password    the gateway asks whether a name and a password belong together  password.js
//   /find-person       the gateway asks which person a number means                    lookup.js
//   /site/…API         the Luminate methods                                            luminate.js
//   /site/…Page…       pages that hold Luminate's tags                                 tagged-pages.js
//   /api/3.0/ping      Checkfront's sample answer                                      checkfront.js
//   /api/v1/Contact/2  a contact, as SuperOffice shows one                            superoffice.js
//   /SuperOffice/panel a page with a form that needs the session's token              superoffice.js
//   /video/…           a playlist and its segments                                    video.js
//   anything else      the echo                                                        echo.js
//   anything?demo=…    the echo's behaviour changed for a test                         behaviours.js

import { behave } from "./behaviours.js";
import { fill } from "./bucket.js";
import { isPing, ping } from "./checkfront.js";
import { echo } from "./echo.js";
import { landing } from "./landing.js";
import { findPerson } from "./lookup.js";
import { isServlet, servlet } from "./luminate.js";
import { checkPassword } from "./password.js";
import { contact, isContact, isPanel, panel } from "./superoffice.js";
import { isTaggedPage, taggedPage } from "./tagged-pages.js";
import { isVideo, video } from "./video.js";

export default {
  async fetch(request, env) {
    // Parsed for routing only. What is shown to the caller is `request.url` as it came, since parsing rewrites
    // some bytes (`'` becomes `%27`, for one) and the point of the echo is the bytes.
    const url = new URL(request.url);

    if (url.pathname === "/check-password") return checkPassword(request, env);
    if (url.pathname === "/find-person") return findPerson(request, env);

    const behaviour = url.searchParams.get("demo");
    if (behaviour !== null) return behave(behaviour, request, url.searchParams);
    if (url.pathname === "/") {
      await fill(env.FILES);
      return landing(request);
    }
    if (isServlet(url.pathname)) return servlet(request, url);
    if (isPing(url.pathname)) return ping(request);
    if (isContact(url.pathname)) return contact(request);
    if (isPanel(request, url.pathname)) return panel(request);
    if (isTaggedPage(url.pathname)) return taggedPage(request, url);
    if (isVideo(url.pathname)) return video(request, url.pathname);
    return echo(request);
  },
};
