//! The authorization server (RFC 6749): what the gateway answers below `[oauth] path`, and what says so.

mod authorize;
mod client;
mod consent;
mod introspect;
mod metadata;
mod parameters;
mod preflight;
mod revoke;
mod token;

use crate::dialect::oauth::{self as words, ALLOW_ORIGIN};
use crate::exchange::Exchange;
use crate::exchange::access::{Access, Then};
use crate::own_paths::{OAUTH_RESOURCE, OAUTH_SERVER};
use crate::policy::{OAuth, Policy};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::{Refusal, Said, only};

use preflight::preflight;

/// How the log names one of its paths.
pub(crate) fn name(policy: &Policy, path: &str) -> Option<&'static str> {
    if path.starts_with(OAUTH_RESOURCE) {
        return Some(OAUTH_RESOURCE);
    }
    let oauth = policy.oauth.as_ref()?;
    if path == OAUTH_SERVER {
        return Some(OAUTH_SERVER);
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
    if let Some(rest) = path.strip_prefix(OAUTH_RESOURCE) {
        return metadata::read(request, || metadata::resource(state, rest)).map(Access::answer);
    }
    let oauth = state.policy.oauth.as_ref().ok_or(Reason::NoRoute)?;
    if path == OAUTH_SERVER {
        return metadata::read(request, || Ok(metadata::server(state, oauth))).map(Access::answer);
    }
    match path.strip_prefix(oauth.path.as_str()).ok_or(Reason::NoRoute)? {
        "/" | "/authorize" | "/authorize/" => {
            x.check_maintenance(false)?;
            only(request, &["GET", "HEAD", "POST"])?;
            authorize::answer(x, oauth).await
        }
        "/token" | "/token/" => to_client(x, oauth, Call::Token).await,
        "/revoke" | "/revoke/" => to_client(x, oauth, Call::Revoke).await,
        "/introspect" | "/introspect/" => to_client(x, oauth, Call::Introspect).await,
        _ => Err(Reason::NoRoute.into()),
    }
}

/// What clients call themselves.
enum Call {
    Token,
    Revoke,
    Introspect,
}

/// Answers a client: by POST, from any page, refused in OAuth's words.
async fn to_client<P: Ports>(x: &Exchange<'_, P>, oauth: &OAuth, call: Call) -> Result<Access, Refusal> {
    if x.request.method == "OPTIONS" {
        return Ok(Access::answer(preflight("POST")));
    }
    let is_open = x.check_maintenance(false).map_err(Refusal::from).and_then(|()| only(x.request, &["POST"]));
    let answered = match (is_open, call) {
        (Err(refusal), _) => Err(refusal),
        (Ok(()), Call::Token) => token::answer(x, oauth).await,
        (Ok(()), Call::Revoke) => revoke::answer(x, oauth).await,
        (Ok(()), Call::Introspect) => introspect::answer(x, oauth).await,
    };
    match answered {
        Ok(Access { then: Then::Answer(answer), identity, .. }) => {
            let answer = answer.with(ALLOW_ORIGIN, "*".to_owned()).with("pragma", "no-cache".to_owned());
            Ok(Access { identity, ..Access::answer(answer) })
        }
        Ok(access) => Ok(access),
        Err(refusal) => {
            let answer = words::answer(x.state, refusal.reason(), oauth.dialect);
            let answer = answer.with("edgegate-request-id", x.request_id.to_owned());
            Err(refusal.saying(Said::Body(answer)))
        }
    }
}
