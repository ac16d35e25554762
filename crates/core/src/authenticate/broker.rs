//! Where a route names a broker, a browser that nothing opens the route for is sent there.
//!
//! It comes back to `/.edgegate/broker/<name>` (`endpoint/broker.rs`).

use crate::credential::broker_state::Journey;
use crate::exchange::Exchange;
use crate::forward::clean_address;
use crate::http::answer::Answer;
use crate::http::{accept, fetch_metadata};
use crate::policy::Route;
use crate::ports::Entropy;
use crate::refusal::{Public, Reason};

/// The redirect to the broker, if one could help: a person's page, for want of a session, and nothing else was tried.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub(crate) fn send<P: Entropy>(x: &Exchange<'_, P>, route: &Route, reason: Reason) -> Result<Option<Answer>, Reason> {
    let Exchange { state, request, target, .. } = *x;
    let ctx = x.ctx();
    let headers = &request.headers;
    // Beside a cookie that hides the session, another session would be hidden as well.
    let would_help = matches!(reason.public(), Public::CredentialMissing | Public::SessionInvalid)
        && reason != Reason::SessionDuplicate;
    let is_page = request.method == "GET"
        && headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
        && headers.get("sec-fetch-dest").is_none_or(|to| to == "document")
        && accept::prefers_html(headers.get("accept"))
        && !fetch_metadata::looks_ahead(request.method, headers);
    let (Some(broker), Some(sessions)) = (&route.broker, &state.policy.session) else { return Ok(None) };
    if !would_help || !is_page || headers.get("authorization").is_some() {
        return Ok(None);
    }
    let next = clean_address(&state.policy, route, target);
    let journey = Journey { policy: sessions, broker: &broker.name, target, headers };
    let sent = journey.send(ctx, &next)?;
    let answer = Answer::see_other(format!("{}?state={}", broker.url, sent.state.expose_text()?));
    let answer = answer.with("referrer-policy", "no-referrer".to_owned());
    Ok(Some(sent.cookie.into_iter().fold(answer, |answer, cookie| answer.with("set-cookie", cookie))))
}
