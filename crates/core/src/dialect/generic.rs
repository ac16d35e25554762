//! The generic dialect: problem+json for programs (RFC 9457), a page for people.

use serde_json::json;

use crate::dialect::challenge;
use crate::exchange::{Moment, Trace};
use crate::http::answer::Answer;
use crate::http::answer::with_cookies;
use crate::http::cors;
use crate::http::{Incoming, Target, accept};
use crate::page;
use crate::policy::{Route, Xsrf};
use crate::refusal::{Public, Reason};
use crate::state::State;

/// The answer to a refused request. What it says is [`Reason::public`], never more.
pub(crate) fn refuse(
    gate: &State,
    reason: Reason,
    incoming: &Incoming<'_>,
    moment: Moment<'_>,
    trace: &Trace,
) -> Answer {
    let route = trace.route.as_deref();
    let public = reason.public();
    let challenges = challenge::all(gate, trace, reason);
    // 401 demands a challenge (RFC 9110 section 15.5.2); where none fits, as for links, it is 403.
    let status = if public.status() == 401 && challenges.is_empty() { 403 } else { public.status() };
    let sign_in = sign_in_address(gate, route, public, incoming);
    let mut answer = match accept::prefers_html(incoming.headers.get("accept")) {
        true => page::refusal(status, public, moment.request_id, page::Way::on(sign_in.as_deref(), incoming.method)),
        false => problem(status, public, trace.detail.as_deref(), moment.request_id),
    };
    answer = challenges.into_iter().fold(answer, |answer, challenge| answer.with("www-authenticate", challenge));
    answer = answer.with("vary", "Accept".to_owned());
    dress(reason, incoming, trace, answer)
}

/// What every refusal has beside its words: Allow, Retry-After, CORS, cookies.
pub(crate) fn dress(reason: Reason, incoming: &Incoming<'_>, trace: &Trace, mut answer: Answer) -> Answer {
    let route = trace.route.as_deref();
    if reason == Reason::MethodNotAllowed {
        answer = answer.with("allow", trace.allow.join(", "));
    }
    if matches!(reason.public(), Public::TooManyRequests) {
        answer = answer.with("retry-after", "60".to_owned());
    }
    if reason == Reason::Overloaded {
        answer = answer.with("retry-after", "5".to_owned());
    }
    let cors = route.and_then(|route| route.cors.as_ref());
    answer = match reason {
        Reason::PreflightDenied if cors.is_some() => answer.with("vary", "Origin".to_owned()),
        _ => cors::dress(answer, cors, &incoming.headers),
    };
    with_cookies(answer, trace.cookies.clone())
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
pub(crate) fn sign_in_address(
    gate: &State,
    route: Option<&Route>,
    public: Public,
    incoming: &Incoming<'_>,
) -> Option<String> {
    let wants_session = route?.takes_sessions();
    let helps = matches!(public, Public::CredentialMissing | Public::SessionInvalid | Public::NonceInvalid);
    // Where every request shows the session's token, no page opens by its address alone.
    let opens_pages = wants_session && route?.xsrf != Xsrf::Always;
    if gate.policy.sign_in.is_none() || !opens_pages || !helps || !matches!(incoming.method, "GET" | "POST") {
        return None;
    }
    let target = Target::read(incoming.url, usize::MAX).ok()?;
    // A form is not sent again by itself; the way leads back to where it was sent, if that can be looked at.
    let is_page = incoming.method == "GET" || route?.methods.iter().any(|method| method == "GET");
    let back = match is_page {
        true => crate::forward::clean_address(&gate.policy, route?, &target),
        false => "/".to_owned(),
    };
    let length = target.origin().len() + crate::own_paths::SIGN_IN.len() + "?next=".len();
    let fits = |back: &str| length + crate::http::query::encode_component(back).len() <= gate.policy.limits.url;
    // Escaped once more it may be longer than an address can be: then its query is left out.
    let back = if fits(&back) { back } else { target.path.to_owned() };
    Some(format!("{}?next={}", crate::own_paths::SIGN_IN, crate::http::query::encode_component(&back)))
}
