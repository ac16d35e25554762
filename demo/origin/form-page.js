// A form that needs the token of the session: `[[S86]]` becomes its hidden field. It works without script.

export function form() {
  return { title: "Your record", main: MAIN, protections: { formAction: "'self'" } };
}

const MAIN = `
<p class="lead">The gateway puts an authentication token into this form as it passes. Without it the call would be
refused. <a href="/.edgegate/sign-in">Sign in</a> first: the record shown is yours.</p>
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
