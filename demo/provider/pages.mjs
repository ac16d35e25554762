// The pages of the demo's provider, in the demo's own frame and without script.

import { contentSecurityPolicy, escape, frame, HTML } from "../origin/page.js";

/** The sign-in form. `problem`: what was wrong with the last try; `account`: what is filled in. */
export function signInPage({ client, account = "", problem, signIns }) {
  const described = problem ? ' aria-describedby="problem" aria-invalid="true"' : "";
  const [user, password] = account ? ["", " autofocus"] : [" autofocus", ""];
  return page("Sign in at the demo provider", `
<p class="lead">${escape(client)} wants to know who you are.</p>
${problem ? `<p id="problem" role="alert"><strong>${escape(problem)}</strong></p>` : ""}
<form method="post">
<label for="account">User name or e-mail</label>
<input id="account" name="account" value="${escape(account)}" autocomplete="username" autocapitalize="none" spellcheck="false" required${described}${user}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described}${password}>
<button name="decision" value="sign-in">Sign in</button>
<button name="decision" value="cancel" formnovalidate>Cancel</button>
</form>
<p class="note">The people of the demo: ${escape(signIns)}.</p>`);
}

/** `form`: an empty form with the id op.logoutForm, as oidc-provider makes it. */
export const signOutPage = (form) => page("Sign out of the demo provider?", `
<p class="lead">Sites that you have signed in to with it are signed out too.</p>
${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
<button type="submit" form="op.logoutForm">Stay signed in</button>`);

export const signedOutPage = () => page("Signed out", '<p class="lead">You are signed out of the demo provider.</p>');

/** `out`: error and error_description of OAuth. */
export const errorPage = ({ error, error_description: why }) => page("That is not possible", `
<p class="lead">The demo provider cannot go on with this request. Go back to where you came from, and begin again.</p>
<dl><dt>Error</dt><dd><code>${escape(error)}</code></dd><dt>Why</dt><dd>${escape(why ?? "")}</dd></dl>`);

/** { body, headers }. A sent form may end at another site, so where it may lead is not restricted. */
async function page(title, main) {
  const policy = await contentSecurityPolicy({ formAction: "*" });
  const headers = { "Content-Type": HTML, "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store" };
  return { body: frame(title, main, "Demo provider"), headers };
}
