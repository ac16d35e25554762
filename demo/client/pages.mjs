// The pages of the OAuth client, in the demo's own frame and without script. Of a code or a token they show an outline.

import { contentSecurityPolicy, escape, frame, HTML } from "../origin/page.js";

const button = (action, label) => `<form method="post" action="${action}"><button>${label}</button></form>`;
const AGAIN = '<p><a href="/">Begin again</a></p>';

export const startPage = (gate) => page("A client of the gate", `
<p class="lead">This is a small application. It wants to call the API at ${escape(gate)} for you, and asks you through the gate whether it may.</p>
<section><h2>Demo shop</h2>
<p>A confidential client: a server with a secret.</p>
<p><a href="/begin?client=shop">Connect the demo shop</a></p></section>
<section><h2>Demo app</h2>
<p>A public client: an app without a secret, which uses PKCE instead.</p>
<p><a href="/begin?client=app">Connect the demo app</a></p></section>
<p class="note">Sign in as jo, with the password: correct horse battery staple</p>`);

/** `parameters`: what came back, as pairs; `problem`: why it is no use. */
export const callbackPage = ({ parameters, problem }, gate) => page(problem ? "That did not work" : "The gate said yes", `
<p class="lead">${problem ? marked(problem) : `You allowed it. What came back is a code, which holds for a minute and once; ${marked("`state`")} is the one that was sent, and ${marked("`iss`")} is ${escape(gate)}.`}</p>
${list(parameters.map(([name, value]) => [name, name === "code" ? outline(value) : value]))}
${problem ? "" : button("/exchange", "Exchange the code for tokens")}
${AGAIN}`);

export const tokensPage = ({ tokens }) => page("The tokens", `
<p class="lead">The gate gave an access token for calls, and a refresh token for the next one.</p>
${list(Object.entries(tokens).map(([name, value]) => [name, /_token$/.test(name) ? outline(String(value)) : String(value)]))}
${button("/call", "Call /api/3.0/ping with the access token")}
${button("/refresh", "Refresh the tokens")}
${AGAIN}`);

/** What the gate answered to a call. */
export const answerPage = ({ asked, status, text, problem, hasTokens }) => page(problem ? "That did not work" : "The API answers", `
<p class="lead">${problem ? escape(problem) : "The call went through the gate. Below is what the API said, and under <code>received</code> what reached it."}</p>
${asked ? list([["Asked", asked], ["Status", String(status)]]) : ""}
${text === undefined ? "" : `<pre tabindex="0" role="region" aria-label="Answer"><code>${escape(text)}</code></pre>`}
${hasTokens ? '<p><a href="/tokens">Back to the tokens</a></p>' : ""}
${AGAIN}`);

export const lostPage = () => page("Nothing here", `
<p class="lead">There is nothing to show, or this browser has not begun.</p>
${AGAIN}`);

/** The beginning of a credential, which is not enough to use it. */
const outline = (text) => `${text.slice(0, Math.min(18, text.length / 3))}… (${text.length} characters)`;

const list = (pairs) => `<dl>${pairs.map(([name, value]) => `<dt>${escape(name)}</dt><dd><code>${escape(value)}</code></dd>`).join("")}</dl>`;

/** Text with `code` in it. */
const marked = (text) => escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");

/** { body, headers }. */
async function page(title, main) {
  const policy = await contentSecurityPolicy({ formAction: "'self'" });
  const headers = { "Content-Type": HTML, "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store" };
  return { body: frame(title, main, "Demo client"), headers };
}
