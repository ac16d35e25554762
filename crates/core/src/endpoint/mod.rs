//! What the gateway answers itself: under `/.edgegate/`, and where the authorization server stands.

mod admin;
mod broker;
mod explain;
mod health;
pub(crate) mod http_session;
mod jwks;
pub(crate) mod oauth;
mod sign_in;
mod sign_out;
mod ticket;

use crate::exchange::{Exchange, Trace};
use crate::http::answer::Answer;
use crate::http::query;
use crate::own_paths::{ADMIN, EXPLAIN, HEALTH, HTTP_SESSION, JWKS, KNOWN, SIGN_IN, SIGN_OUT, TICKET};
use crate::policy::Policy;
use crate::ports::Ports;
use crate::refusal::Reason;

/// Whether a path belongs to the gateway; such a path is never forwarded.
pub fn is_own(policy: &Policy, path: &str) -> bool {
    is_house(path) || oauth::is_own(policy, path)
}

fn is_house(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    first.eq_ignore_ascii_case(".edgegate")
}

/// Answers a request to one of the gateway's own paths.
///
/// # Errors
/// `NoRoute`, `MethodNotAllowed`, and the endpoint's own reasons.
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>, trace: &mut Trace) -> Result<Answer, Reason> {
    let Exchange { state, request, target, ports: _, .. } = *x;
    let ctx = state.context(target, x.now);
    if !is_house(target.path) {
        return oauth::answer(x, trace).await;
    }
    trace.endpoint = KNOWN.iter().find(|path| **path == target.path).copied();
    let mut only = |methods: &[&str]| {
        trace.allow = methods.iter().map(|m| (*m).to_owned()).collect();
        methods.contains(&request.method).then_some(()).ok_or(Reason::MethodNotAllowed)
    };
    match target.path {
        HEALTH => {
            only(&["GET", "HEAD"])?;
            Ok(health::answer(x, ctx.loopback))
        }
        JWKS => {
            only(&["GET", "HEAD"])?;
            jwks::answer(x, ctx.loopback)
        }
        SIGN_IN if state.policy.sign_in.is_some() && state.policy.session.is_some() => {
            only(&["GET", "HEAD", "POST"])?;
            sign_in::answer(x, trace).await
        }
        SIGN_OUT if state.policy.session.is_some() => {
            only(&["GET", "HEAD", "POST"])?;
            sign_out::answer(x).await
        }
        EXPLAIN if state.policy.gateway.explain && ctx.loopback => {
            only(&["GET", "HEAD"])?;
            Ok(explain::answer(x, x.now))
        }
        HTTP_SESSION if http_session::is_named(x) => {
            only(&["GET"])?;
            http_session::answer(x, trace).await
        }
        TICKET if state.policy.ticket.as_ref().is_some_and(|ticket| ticket.pages) => {
            only(&["POST"])?;
            ticket::answer(x, trace).await
        }
        path if broker::is_one(&state.policy, path) => {
            only(&["GET", "HEAD"])?;
            trace.endpoint = Some(broker::BROKER);
            broker::answer(x, trace).await
        }
        path if path.starts_with(ADMIN) && state.policy.admin.is_some() => {
            only(&["POST"])?;
            admin::answer(x, trace).await
        }
        _ => Err(Reason::NoRoute),
    }
}

/// The decoded value of a form's or a query's parameter; empty if it is not there.
pub(crate) fn value(form: &str, name: &str) -> Result<String, Reason> {
    let raw = query::sole(form, name)?.unwrap_or_default();
    String::from_utf8(query::decode(raw)).map_err(|_| Reason::FormMalformed)
}
