// A form that needs the token of the session: `[[S86]]` becomes its hidden field. It works without script.

export function form() {
  return { title: "Your record", main: MAIN, protections: { formAction: "'self'" } };
}

const MAIN = `
<p class="lead">The gateway puts an authentication token into this form as it passes. Without it the call would be
refused. The record shown is that of whoever is logged in.</p>
<h2>Log in</h2>
<form action="/site/CRConsAPI" method="post">
<input type="hidden" name="method" value="login">
<input type="hidden" name="v" value="1.0">
<input type="hidden" name="api_key" value="demo-api-key">
<input type="hidden" name="response_format" value="json">
<label for="user_name">User name (jo or sam; the passwords stand on the <a href="/">first page</a>)</label>
<input type="text" id="user_name" name="user_name" value="jo" autocomplete="username">
<label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password" required>
<button type="submit">Log in</button>
</form>
<p class="note">The answer is the API's. Come back with the browser's button and load this page again: the token is then
that of the new session.</p>
<h2>Show the record</h2>
<form action="/site/CRConsAPI" method="post">
[[S86]]
<input type="hidden" name="method" value="getUser">
<input type="hidden" name="v" value="1.0">
<input type="hidden" name="api_key" value="demo-api-key">
<input type="hidden" name="response_format" value="json">
<label for="fields">Fields to show, separated by commas</label>
<input type="text" id="fields" name="fields" value="cons_id,email.primary_address" autocomplete="off">
<button type="submit">Show my record</button>
</form>`;
