//! The authorization server (RFC 6749): what the gateway answers below `[oauth] path`, and what says so.

mod authorize;
mod client;
mod consent;
mod introspect;
mod metadata;
mod parameters;
mod revoke;
mod token;

use crate::dialect::oauth::ALLOW_ORIGIN;
use crate::exchange::format::Voice;
use crate::exchange::{Exchange, Trace};
use crate::http::Incoming;
use crate::http::answer::Answer;
use crate::policy::{OAuth, Policy, is_within};
use crate::ports::Ports;
use crate::refusal::Reason;

/// Whether a path belongs to the authorization server, in whatever case.
pub fn is_own(policy: &Policy, path: &str) -> bool {
    let tells = policy.oauth.is_some() || !policy.issuers.is_empty();
    policy.oauth.as_ref().is_some_and(|oauth| is_within(path, &oauth.path))
        || (tells && (is_within(path, SERVER) || is_within(path, RESOURCE)))
}

/// Answers a request to one of its paths.
///
/// # Errors
/// `NoRoute`, `MethodNotAllowed`, and the endpoint's own reasons.
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>, trace: &mut Trace) -> Result<Answer, Reason> {
    let Exchange { state, request, target, .. } = *x;
    if let Some(rest) = target.path.strip_prefix(RESOURCE) {
        trace.endpoint = Some(RESOURCE);
        return metadata::read(request, trace, || metadata::resource(x, rest));
    }
    let oauth = state.policy.oauth.as_ref().ok_or(Reason::NoRoute)?;
    if target.path == SERVER {
        trace.endpoint = Some(SERVER);
        return metadata::read(request, trace, || Ok(metadata::server(x, oauth)));
    }
    let name = target.path.strip_prefix(oauth.path.as_str()).ok_or(Reason::NoRoute)?;
    let mut known = None;
    let answered = match name {
        "/" | "/authorize" | "/authorize/" => {
            trace.endpoint = Some("/oauth/authorize");
            let methods = ["GET", "HEAD", "POST"];
            judge_method(request, trace, &methods)?;
            return authorize::answer(x, oauth, trace).await;
        }
        "/token" | "/token/" => {
            trace.endpoint = Some("/oauth/token");
            by_client(x, oauth, trace, token::answer(x, oauth, &mut known)).await
        }
        "/revoke" | "/revoke/" => {
            trace.endpoint = Some("/oauth/revoke");
            by_client(x, oauth, trace, revoke::answer(x, oauth, &mut known)).await
        }
        "/introspect" | "/introspect/" => {
            trace.endpoint = Some("/oauth/introspect");
            by_client(x, oauth, trace, introspect::answer(x, oauth, &mut known)).await
        }
        _ => return Err(Reason::NoRoute),
    };
    trace.identity = known;
    answered
}

/// What clients call themselves: by POST, from any page, refused in OAuth's words.
async fn by_client<P>(
    x: &Exchange<'_, P>,
    oauth: &OAuth,
    trace: &mut Trace,
    answered: impl Future<Output = Result<Answer, Reason>>,
) -> Result<Answer, Reason> {
    if x.request.method == "OPTIONS" {
        return Ok(preflight("POST"));
    }
    trace.voice = Voice::OAuth(oauth.dialect);
    judge_method(x.request, trace, &["POST"])?;
    Ok(answered.await?.with(ALLOW_ORIGIN, "*".to_owned()).with("pragma", "no-cache".to_owned()))
}

fn judge_method(request: &Incoming<'_>, trace: &mut Trace, methods: &[&str]) -> Result<(), Reason> {
    trace.allow = methods.iter().map(|method| (*method).to_owned()).collect();
    methods.contains(&request.method).then_some(()).ok_or(Reason::MethodNotAllowed)
}

/// No cookie counts here, so a page of any origin may call what any program may call.
fn preflight(methods: &str) -> Answer {
    Answer { status: 204, ..Answer::default() }
        .with(ALLOW_ORIGIN, "*".to_owned())
        .with("access-control-allow-methods", methods.to_owned())
        .with("access-control-allow-headers", "authorization, content-type, dpop".to_owned())
        .with("access-control-max-age", "86400".to_owned())
}

/// RFC 8414 section 3.
const SERVER: &str = "/.well-known/oauth-authorization-server";
/// RFC 9728 section 3.
pub(crate) const RESOURCE: &str = "/.well-known/oauth-protected-resource";
