//! The generic dialect: problem+json for programs (RFC 9457), a page for people.

use serde_json::json;

use crate::dialect::{Refused, challenge};
use crate::http::answer::Answer;
use crate::http::{Target, accept};
use crate::page;
use crate::policy::Xsrf;
use crate::refusal::Public;

/// The answer to a refused request. What it says is [`Refused::public`], never more.
pub(crate) fn answer(refused: &Refused<'_>) -> Answer {
    let Refused { request, request_id, detail, .. } = *refused;
    let public = refused.public();
    let challenges = challenge::all(refused);
    // 401 demands a challenge (RFC 9110 section 15.5.2); where none fits, as for links, it is 403.
    let status = if public.status() == 401 && challenges.is_empty() { 403 } else { public.status() };
    let sign_in = sign_in_address(refused);
    let answer = match accept::prefers_html(request.headers.get("accept")) {
        true => {
            let way = page::Way::on(sign_in.as_deref(), request.method);
            page::refusal(&refused.setting(), status, public, request_id, way)
        }
        false => problem(status, public, detail, request_id),
    };
    let challenged =
        challenges.into_iter().fold(answer, |answer, challenge| answer.with("www-authenticate", challenge));
    challenged.varying("Accept")
}

fn problem(status: u16, public: Public, detail: Option<&str>, request_id: &str) -> Answer {
    let body = json!({
        "type": "about:blank",
        "title": public.title(),
        "status": status,
        "detail": detail.unwrap_or(public.advice()),
        "code": public.code(),
        "request_id": request_id,
    });
    Answer::new(status, "application/problem+json", format!("{body}\n"))
}

/// Where the page offers to sign in: only for a plain visit that a session would have opened.
pub(crate) fn sign_in_address(refused: &Refused<'_>) -> Option<String> {
    let Refused { state, route, request, .. } = *refused;
    let public = refused.public();
    let wants_session = route?.takes_sessions();
    let helps = matches!(public, Public::CredentialMissing | Public::SessionInvalid | Public::NonceInvalid);
    // Where every request shows the session's token, no page opens by its address alone.
    let opens_pages = wants_session && route?.xsrf != Xsrf::Always;
    if !state.policy.has_sign_in() || !opens_pages || !helps || !matches!(request.method, "GET" | "POST") {
        return None;
    }
    let target = Target::received(request.url, usize::MAX).ok()?;
    // A form is not sent again by itself; the way leads back to where it was sent, if that can be looked at.
    let is_page = request.method == "GET" || route?.methods.iter().any(|method| method == "GET");
    let back = match is_page {
        true => crate::forward::clean_address(&state.policy, route?, &target),
        false => "/".to_owned(),
    };
    let length = target.origin().len() + crate::own_paths::SIGN_IN.len() + "?next=".len();
    let fits = |back: &str| length + crate::http::query::encode_component(back).len() <= state.policy.limits.url;
    // Escaped once more it may be longer than an address can be: then its query is left out.
    let back = if fits(&back) { back } else { target.path.to_owned() };
    Some(format!("{}?next={}", crate::own_paths::SIGN_IN, crate::http::query::encode_component(&back)))
}
