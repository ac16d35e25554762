// Every tag, in text and in attributes, and in the places where tags stay as they are. `data-place` names each for a
// test.

export function tags() {
  return {
    title: "Every tag",
    main: MAIN,
    protections: { formAction: "'self' http://127.0.0.1:8788", styles: [STYLE] },
  };
}

const STYLE = `.kept { overflow-wrap: anywhere; } .kept::after { content: " [[S86:true]] [[S1112:http://127.0.0.1:8788/landing]]"; }`;

const MAIN = `
<h2>In text</h2>
<dl>
<dt>Hidden field</dt><dd data-place="field">[[S86]]</dd>
<dt>Hidden field, said outright</dt><dd data-place="field-false">[[S86:false]]</dd>
<dt>Hidden field, in XML</dt><dd data-place="field-xml"><convio:session name="86"/></dd>
<dt>Token</dt><dd data-place="token">[[S86:true]]</dd>
<dt>Token with session</dt><dd data-place="rewrite">[[S86:true:rewrite]]</dd>
<dt>Address with nonce</dt><dd data-place="nonce">[[S1112:http://127.0.0.1:8788/landing]]</dd>
<dt>Address for a form</dt><dd data-place="form-address">[[T2:http://127.0.0.1:8787/site/CRConsAPI]]</dd>
<dt>Not a tag</dt><dd data-place="not">[[S86x]] [[S86:maybe]] [[S1:first_name]] [S86] [[S86] ]</dd>
</dl>
<h2>In attributes</h2>
<p data-place="attributes" title="[[S86:true]]" data-single='[[S86:true]]' data-bare=[[S86:true]] data-field="[[S86]]">A paragraph.</p>
<p><label for="token">Token</label> <input id="token" value="[[S86:true]]" readonly></p>
<p><label for="both">Token with session</label> <input id="both" value="[[S86:true:rewrite]]" readonly></p>
<p><a data-place="link" href="[[S1112:http://127.0.0.1:8788/landing]]">To the partner, signed in</a></p>
<p><a data-place="link-query" href="[[S1112:http://127.0.0.1:8788/landing?a=1&amp;b=2#here]]">To the partner, with a query and a fragment</a></p>
<form data-place="form" action="[[T2:http://127.0.0.1:8787/site/CRConsAPI]]" method="post">
[[S86]]
<input type="hidden" name="method" value="getUser">
<input type="hidden" name="v" value="1.0">
<input type="hidden" name="api_key" value="demo-api-key">
<button type="submit">Show my record</button>
</form>
<h2>Where tags stay</h2>
<p class="kept">Below, in a comment, a script and a style: all stay as they are.</p>
<!-- [[S86]] [[S86:true]] [[S86:true:rewrite]] <convio:session name="86"/> [[S1112:http://127.0.0.1:8788/landing]] [[T2:http://127.0.0.1:8787/site/CRConsAPI]] -->
<script type="application/json" id="kept">["[[S86]]", "[[S86:true]]", "[[S86:true:rewrite]]", "[[S1112:http://127.0.0.1:8788/landing]]"]</script>
<style>${STYLE}</style>`;
