//! The authorization server (RFC 6749): what the gateway answers below `[oauth] path`, and what says so.

mod authorize;
mod client;
mod consent;
mod introspect;
mod metadata;
mod parameters;
mod revoke;
mod token;

use crate::dialect::oauth::{self as words, ALLOW_ORIGIN};
use crate::endpoint::only;
use crate::exchange::Exchange;
use crate::exchange::access::{Access, Then};
use crate::http::answer::Answer;
use crate::policy::{OAuth, Policy, is_within};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::{Refusal, Said};

/// Whether a path belongs to the authorization server, in whatever case.
pub fn is_own(policy: &Policy, path: &str) -> bool {
    let tells = policy.oauth.is_some() || !policy.issuers.is_empty();
    policy.oauth.as_ref().is_some_and(|oauth| is_within(path, &oauth.path))
        || (tells && (is_within(path, SERVER) || is_within(path, RESOURCE)))
}

/// How the log names one of its paths.
pub(crate) fn name(policy: &Policy, path: &str) -> Option<&'static str> {
    if path.starts_with(RESOURCE) {
        return Some(RESOURCE);
    }
    let oauth = policy.oauth.as_ref()?;
    if path == SERVER {
        return Some(SERVER);
    }
    Some(match path.strip_prefix(oauth.path.as_str())? {
        "/" | "/authorize" | "/authorize/" => "/oauth/authorize",
        "/token" | "/token/" => "/oauth/token",
        "/revoke" | "/revoke/" => "/oauth/revoke",
        "/introspect" | "/introspect/" => "/oauth/introspect",
        _ => return None,
    })
}

/// Answers a request to one of its paths.
///
/// # Errors
/// `NoRoute`, `MethodNotAllowed`, and the endpoint's own reasons.
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let (state, request, path) = (x.state, x.request, x.target.path);
    if let Some(rest) = path.strip_prefix(RESOURCE) {
        return metadata::read(request, || metadata::resource(state, rest)).map(Access::answer);
    }
    let oauth = state.policy.oauth.as_ref().ok_or(Reason::NoRoute)?;
    if path == SERVER {
        return metadata::read(request, || Ok(metadata::server(state, oauth))).map(Access::answer);
    }
    match path.strip_prefix(oauth.path.as_str()).ok_or(Reason::NoRoute)? {
        "/" | "/authorize" | "/authorize/" => {
            only(request, &["GET", "HEAD", "POST"])?;
            authorize::answer(x, oauth).await
        }
        "/token" | "/token/" => by_client(x, oauth, token::answer(x, oauth)).await,
        "/revoke" | "/revoke/" => by_client(x, oauth, revoke::answer(x, oauth)).await,
        "/introspect" | "/introspect/" => by_client(x, oauth, introspect::answer(x, oauth)).await,
        _ => Err(Reason::NoRoute.into()),
    }
}

/// What clients call themselves: by POST, from any page, refused in OAuth's words.
async fn by_client<P>(
    x: &Exchange<'_, P>,
    oauth: &OAuth,
    answered: impl Future<Output = Result<Access, Refusal>>,
) -> Result<Access, Refusal> {
    if x.request.method == "OPTIONS" {
        return Ok(Access::answer(preflight("POST")));
    }
    let answered = match only(x.request, &["POST"]) {
        Ok(()) => answered.await,
        Err(refusal) => Err(refusal),
    };
    match answered {
        Ok(Access { then: Then::Answer(answer), identity, .. }) => {
            let answer = answer.with(ALLOW_ORIGIN, "*".to_owned()).with("pragma", "no-cache".to_owned());
            Ok(Access { identity, ..Access::answer(answer) })
        }
        Ok(access) => Ok(access),
        Err(refusal) => {
            let answer = words::answer(x.state, refusal.reason, oauth.dialect);
            let answer = answer.with("edgegate-request-id", x.request_id.to_owned());
            Err(refusal.saying(Said::Body(answer)))
        }
    }
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
