//! The generic dialect: problem+json for programs (RFC 9457), a page for people, RFC 6750 challenges.

use serde_json::json;

use super::{oauth, page, superoffice};
use crate::credential::dpop;
use crate::gate::{Gate, Moment, Trace, with_cookies};
use crate::http::{Incoming, Target, accept};
use crate::policy::{Accept, Dialect, Route, Xsrf};
use crate::refusal::{Public, Reason};
use crate::rewrite::{Answer, cors};

/// The answer to a refused request. What it says is [`Reason::public`], never more.
pub(crate) fn refuse(
    gate: &Gate,
    reason: Reason,
    incoming: &Incoming<'_>,
    moment: Moment<'_>,
    trace: &Trace,
) -> Answer {
    let route = trace.route.as_deref();
    let public = reason.public();
    let challenges = challenges(gate, route, reason);
    // 401 demands a challenge (RFC 9110 section 15.5.2); where none fits, as for links, it is 403.
    let status = if public.status() == 401 && challenges.is_empty() { 403 } else { public.status() };
    let sign_in = sign_in_address(gate, route, public, incoming);
    let mut answer = match accept::prefers_html(incoming.headers.get("accept")) {
        true => page::refusal(status, public, moment.request_id, sign_in.as_deref()),
        false => problem(status, public, trace.detail.as_deref(), moment.request_id),
    };
    answer = challenges.into_iter().fold(answer, |answer, challenge| answer.with("www-authenticate", challenge));
    answer = answer.with("vary", "Accept".to_owned());
    dress(gate, reason, incoming, trace, answer)
}

/// What every refusal has beside its words: Allow, Retry-After, CORS, cookies.
pub(crate) fn dress(gate: &Gate, reason: Reason, incoming: &Incoming<'_>, trace: &Trace, mut answer: Answer) -> Answer {
    let route = trace.route.as_deref();
    if reason == Reason::MethodNotAllowed {
        answer = answer.with("allow", trace.allow.join(", "));
    }
    if matches!(reason.public(), Public::TooManyRequests) {
        answer = answer.with("retry-after", "60".to_owned());
    }
    let cors = route.and_then(|route| route.cors.as_ref());
    answer = match reason {
        Reason::PreflightDenied if cors.is_some() => answer.with("vary", "Origin".to_owned()),
        _ => cors::dress(answer, cors, &incoming.headers),
    };
    let mut cookies = trace.cookies.clone();
    let dialect = route.and_then(Route::luminate).map(|luminate| &luminate.session);
    if matches!(reason.public(), Public::SessionInvalid)
        && let (Some(session), Ok(target)) =
            (dialect.or(gate.policy.session.as_ref()), Target::read(incoming.url, usize::MAX))
    {
        // A stale cookie would be refused for ever; taken back, the next request is an anonymous one.
        cookies.push(crate::credential::session::clear_cookie(session, &target));
        if dialect.is_none() && gate.policy.gives_xsrf_tokens() {
            cookies.push(crate::credential::xsrf::clear_cookie(&target));
        }
    }
    with_cookies(answer, cookies)
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

/// `WWW-Authenticate` values, one for each scheme that could open the route.
fn challenges(gate: &Gate, route: Option<&Route>, reason: Reason) -> Vec<String> {
    let public = reason.public();
    let realm = &gate.policy.gateway.realm;
    if reason == Reason::AdminKey {
        return vec![format!("Bearer realm=\"{realm} admin\"")];
    }
    if reason == Reason::SignInFailed {
        return vec![session_challenge(gate)];
    }
    let Some(route) = route else { return Vec::new() };
    let mut challenges = Vec::new();
    if route.takes_tokens() {
        challenges.extend(dpop_challenge(reason));
        challenges.extend(bearer_challenge(gate, route, public));
    }
    for accept in &route.accept {
        match accept {
            Accept::TokenPair | Accept::Basic(_) if public.status() == 401 => {
                challenges.push(format!("Basic realm=\"{realm}\""));
            }
            Accept::Ticket(_) | Accept::AppTicket(_) if public.status() == 401 => {
                challenges.push(format!("{} realm=\"{realm}\"", superoffice::TICKET));
            }
            Accept::Session if public.status() == 401 => challenges.push(session_challenge(gate)),
            _ => {}
        }
    }
    challenges
}

/// RFC 6750 section 3: no error code if the request carried no authentication at all.
/// Where there is an authorization server it says where that is found (RFC 9728 section 5.1).
pub(super) fn bearer_challenge(gate: &Gate, route: &Route, public: Public) -> Option<String> {
    let error = match public {
        Public::CredentialMissing
        | Public::CredentialInvalid
        | Public::TicketInvalid
        | Public::SessionInvalid
        | Public::SignInFailed => None,
        Public::BadCredentialRequest => Some("invalid_request"),
        Public::TokenInvalid => Some("invalid_token"),
        Public::InsufficientScope => Some("insufficient_scope"),
        _ => return None,
    };
    let mut challenge = format!("Bearer realm=\"{}\"", gate.policy.gateway.realm);
    if let Some(error) = error {
        challenge.push_str(&format!(", error=\"{error}\", error_description=\"{}\"", public.title()));
    }
    if !route.bearer.scope.is_empty() && !matches!(public, Public::BadCredentialRequest) {
        challenge.push_str(&format!(", scope=\"{}\"", route.bearer.scope.join(" ")));
    }
    if gate.policy.oauth.is_some() || !gate.policy.issuers.is_empty() {
        let (issuer, base) = (&gate.policy.gateway.issuer, route.path.base());
        challenge.push_str(&format!(", resource_metadata=\"{issuer}{}{base}\"", crate::endpoint::oauth::RESOURCE));
    }
    Some(challenge)
}

/// RFC 9449 section 7.1, for whoever tried.
fn dpop_challenge(reason: Reason) -> Option<String> {
    let error = match reason {
        Reason::TokenBinding => "invalid_token",
        _ => Some(oauth::error(reason).1).filter(|error| *error == "invalid_dpop_proof")?,
    };
    let said = oauth::text(reason, Dialect::Generic);
    let algorithms = dpop::algorithms().collect::<Vec<_>>().join(" ");
    Some(format!("DPoP error=\"{error}\", error_description=\"{said}\", algs=\"{algorithms}\""))
}

/// There is no registered scheme for cookies; this one says where a person can sign in.
pub(crate) fn session_challenge(gate: &Gate) -> String {
    let realm = &gate.policy.gateway.realm;
    match gate.policy.sign_in {
        Some(_) => format!("Cookie realm=\"{realm}\", form-action=\"{}\"", crate::endpoint::SIGN_IN),
        None => format!("Cookie realm=\"{realm}\""),
    }
}

/// Where the page offers to sign in: only for a plain visit that a session would have opened.
pub(super) fn sign_in_address(
    gate: &Gate,
    route: Option<&Route>,
    public: Public,
    incoming: &Incoming<'_>,
) -> Option<String> {
    let wants_session = route?.accept.iter().any(|accept| matches!(accept, Accept::Session));
    let helps = matches!(public, Public::CredentialMissing | Public::SessionInvalid | Public::NonceInvalid);
    // Where every request shows the session's token, no page opens by its address alone.
    let opens_pages = wants_session && route?.xsrf != Xsrf::Always;
    if gate.policy.sign_in.is_none() || !opens_pages || !helps || incoming.method != "GET" {
        return None;
    }
    let target = Target::read(incoming.url, usize::MAX).ok()?;
    let back = crate::rewrite::forward::clean_address(&gate.policy, route?, &target);
    Some(format!("{}?next={}", crate::endpoint::SIGN_IN, crate::http::query::encode_component(&back)))
}
