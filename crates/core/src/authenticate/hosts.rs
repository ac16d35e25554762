//! Sending a browser to the host where people sign in, from another host that shares its sessions.

use std::sync::Arc;

use crate::authenticate::provider::{is_loop, trouble};
use crate::credential::journey::{AT_PROVIDER, Journey};
use crate::exchange::Exchange;
use crate::http::answer::{Answer, with_cookies};
use crate::http::query::encode_component;
use crate::own_paths::HAND_OVER;
use crate::policy::{Provider, Session};
use crate::ports::Entropy;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// Whether a request is to one of the hosts that get their sessions from the issuer's.
pub(crate) fn is_one<P>(x: &Exchange<'_, P>) -> bool {
    let sessions = x.state.policy.session.as_ref();
    sessions.is_some_and(|sessions| sessions.hosts.iter().any(|host| *host == *x.target.host))
}

/// The redirect to the issuer's host. `providers`: by one of which a session has to have been opened, if any.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub(crate) fn send<P: Entropy>(
    x: &Exchange<'_, P>,
    sessions: &Session,
    providers: &[Arc<Provider>],
    next: &str,
) -> Result<Answer, Reason> {
    let sent = journey(x, sessions).send(x.ctx(), next)?;
    let names: Vec<&str> = providers.iter().map(|provider| &*provider.name).collect();
    let (issuer, host) = (&x.state.policy.gateway.issuer, encode_component(&*x.target.host));
    let (origin, state, by) = (issuer.origin(), sent.state.expose_text()?, names.join("."));
    let answer = Answer::see_other(format!("{origin}{HAND_OVER}?host={host}&by={by}&state={state}"));
    let answer = answer.with("referrer-policy", "no-referrer".to_owned());
    Ok(with_cookies(answer, sent.cookie.into_iter().collect()))
}

/// Refuses to send a browser again that has just come back from there and has no session all the same.
///
/// # Errors
/// `SignInLoop`, with a page.
pub(crate) fn check_loop<P>(x: &Exchange<'_, P>, reason: Reason, next: &str) -> Result<(), Refusal> {
    match is_loop(x, SIGN_IN_HOST, reason) {
        true => Err(trouble(x, x.state.policy.gateway.issuer.host(), Reason::SignInLoop, next)),
        false => Ok(()),
    }
}

/// A browser's journey to the issuer's host and back.
pub(crate) fn journey<'a, P>(x: &'a Exchange<'_, P>, policy: &'a Session) -> Journey<'a> {
    let (target, headers) = (x.target, &x.request.headers);
    Journey { policy, to: SIGN_IN_HOST, lasts: AT_PROVIDER, target, headers }
}

/// What the issuer's host is called among the places that a browser comes back from; no provider or broker can be.
pub(crate) const SIGN_IN_HOST: &str = "the_issuers_host";
