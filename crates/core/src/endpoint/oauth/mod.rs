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
use crate::exchange::Trace;
use crate::exchange::format::Voice;
use crate::http::answer::Answer;
use crate::http::{Incoming, Target};
use crate::policy::{OAuth, Policy, is_within};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::store::Context;
use crate::state::Gate;

/// One request to the authorization server.
struct Call<'a, P> {
    gate: &'a Gate,
    ctx: Context<'a>,
    oauth: &'a OAuth,
    incoming: &'a Incoming<'a>,
    target: &'a Target<'a>,
    ports: &'a P,
    request_id: &'a str,
}

// By hand: a derived one would want the ports to be copied too.
impl<P> Clone for Call<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Call<'_, P> {}

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
pub(crate) async fn answer<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
    request_id: &str,
    trace: &mut Trace,
) -> Result<Answer, Reason> {
    if let Some(rest) = target.path.strip_prefix(RESOURCE) {
        trace.endpoint = Some(RESOURCE);
        return metadata::read(incoming, trace, || metadata::resource(gate, rest));
    }
    let oauth = gate.policy.oauth.as_ref().ok_or(Reason::NoRoute)?;
    if target.path == SERVER {
        trace.endpoint = Some(SERVER);
        return metadata::read(incoming, trace, || Ok(metadata::server(gate, oauth)));
    }
    let call = Call { gate, ctx, oauth, incoming, target, ports, request_id };
    let name = target.path.strip_prefix(oauth.path.as_str()).ok_or(Reason::NoRoute)?;
    let mut known = None;
    let answered = match name {
        "/" | "/authorize" | "/authorize/" => {
            trace.endpoint = Some("/oauth/authorize");
            let methods = ["GET", "HEAD", "POST"];
            judge_method(incoming, trace, &methods)?;
            return authorize::answer(call, trace).await;
        }
        "/token" | "/token/" => {
            trace.endpoint = Some("/oauth/token");
            by_client(call, trace, token::answer(call, &mut known)).await
        }
        "/revoke" | "/revoke/" => {
            trace.endpoint = Some("/oauth/revoke");
            by_client(call, trace, revoke::answer(call, &mut known)).await
        }
        "/introspect" | "/introspect/" => {
            trace.endpoint = Some("/oauth/introspect");
            by_client(call, trace, introspect::answer(call, &mut known)).await
        }
        _ => return Err(Reason::NoRoute),
    };
    trace.identity = known;
    answered
}

/// What clients call themselves: by POST, from any page, refused in OAuth's words.
async fn by_client<P>(
    call: Call<'_, P>,
    trace: &mut Trace,
    answered: impl Future<Output = Result<Answer, Reason>>,
) -> Result<Answer, Reason> {
    if call.incoming.method == "OPTIONS" {
        return Ok(preflight("POST"));
    }
    trace.voice = Voice::OAuth(call.oauth.dialect);
    judge_method(call.incoming, trace, &["POST"])?;
    Ok(answered.await?.with(ALLOW_ORIGIN, "*".to_owned()).with("pragma", "no-cache".to_owned()))
}

fn judge_method(incoming: &Incoming<'_>, trace: &mut Trace, methods: &[&str]) -> Result<(), Reason> {
    trace.allow = methods.iter().map(|method| (*method).to_owned()).collect();
    methods.contains(&incoming.method).then_some(()).ok_or(Reason::MethodNotAllowed)
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
