//! `/.edgegate/explain?url=...`: why is this link refused? Only on loopback, and only if the policy asks for it.

use crate::exchange::Exchange;
use crate::explain::{Explainer, Explanation};
use crate::http::accept;
use crate::http::answer::Answer;
use crate::http::query::value;
use crate::page::{escape, page};

/// The explanation of `url` (and `method`, GET by default), as a page or as JSON.
pub fn answer<P>(x: &Exchange<'_, P>) -> Answer {
    let Exchange { state, request, target, .. } = *x;
    let query = target.query.unwrap_or_default();
    let url = value(query, "url").unwrap_or_default();
    let method = value(query, "method").ok().filter(|method| !method.is_empty()).unwrap_or_else(|| "GET".to_owned());
    let explainer = Explainer::new(&state.policy, &state.secrets, x.now);
    let explanation = (!url.is_empty()).then(|| explainer.explain(&method, &url));
    if !accept::prefers_html(request.headers.get("accept")) {
        let value = serde_json::to_value(explanation.unwrap_or_default()).unwrap_or_default();
        return Answer::json(200, &value);
    }
    let form = format!(
        "<form><label for=\"url\">The whole address that was refused</label>\
         <textarea id=\"url\" name=\"url\" rows=\"4\" required>{}</textarea><button>Explain</button></form>",
        escape(&url)
    );
    page(
        200,
        "Why was this link refused?",
        &format!("{}{form}", explanation.map_or(String::new(), |told| told_html(&told))),
    )
}

fn told_html(told: &Explanation) -> String {
    let row = |name: &str, value: &Option<String>| {
        value.as_ref().map_or(String::new(), |value| format!("<dt>{name}</dt><dd><pre>{}</pre></dd>", escape(value)))
    };
    let causes: String = told.causes.iter().map(|cause| format!("<li>{}</li>", escape(cause))).collect();
    format!(
        "<p>Verdict: <code>{}</code></p><h2>Likely cause</h2><ul>{causes}</ul><dl>{}{}{}{}{}</dl>",
        escape(&told.verdict),
        row("Route", &told.route),
        row("Format", &told.format),
        row("Key id", &told.key_id),
        row("Exact text that is hashed (the secret is no part of it)", &told.hashed_text),
        row("Signature in the address", &told.presented),
    )
}
