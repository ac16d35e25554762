//! Authorization: which schemes a route takes, and tickets.

use crate::credential::{Identity, ticket};
use crate::exchange::Exchange;
use crate::exchange::access::Grant;
use crate::http::Headers;
use crate::http::authorization::{self, Authorization};
use crate::policy::{Accept, Route, Ticket};
use crate::ports::Ports;
use crate::refusal::Reason;

/// The request's Authorization, if it means something on this route. Where nothing reads it, it is nobody's credential:
/// not judged, only never forwarded.
///
/// # Errors
/// `SchemeNeedsConnection`, `SchemeNotAccepted`, `AuthorizationDuplicate`, `AuthorizationMalformed`.
pub(crate) fn present<'a>(route: &Route, headers: &Headers<'a>) -> Result<Option<Authorization<'a>>, Reason> {
    let Some(field) = headers.get("authorization") else { return Ok(None) };
    if route.takes_credentials() && authorization::is_of_connection(field) {
        return Err(Reason::SchemeNeedsConnection);
    }
    if !route.reads_authorization {
        return Ok(None);
    }
    let header = authorization::read(headers)?;
    match header {
        Some(header) if !route.accept.iter().any(|accept| takes(accept, &header)) => Err(Reason::SchemeNotAccepted),
        header => Ok(header),
    }
}

/// Whether a kind of credential is shown by a scheme (RFC 9110 section 11.1: without case).
pub(crate) fn takes(accept: &Accept, header: &Authorization<'_>) -> bool {
    accept.facts().scheme.is_some_and(|scheme| scheme.in_authorization().iter().any(|name| header.is(name)))
}

/// A ticket; with `app` only from an application that shows a token of its own.
pub(crate) async fn by_ticket<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    app: Option<&Ticket>,
    value: &str,
    noted: &mut Option<Identity>,
) -> Result<Grant, Reason> {
    let Exchange { state, request, ports, .. } = *x;
    let ctx = x.ctx();
    if let Some(policy) = app {
        judge_app(x, policy, request.headers.get(ticket::APP_TOKEN).ok_or(Reason::AppTokenMissing)?)?;
    }
    let sessions = state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let identity = ticket::verify(ctx, ports, sessions, route.revocation, value, noted).await?;
    *noted = Some(identity.clone());
    Ok(Grant { identity, ..Grant::default() })
}

/// Whether a text is the token of an application. While tokens are changed, the next one may have no value yet.
fn judge_app<P>(x: &Exchange<'_, P>, policy: &Ticket, shown: &str) -> Result<(), Reason> {
    let mut otherwise = Reason::AppTokenMismatch;
    for name in &policy.app_tokens {
        match x.ctx().keyring.secret(name, x.ctx().loopback) {
            Ok(token) if token.is(shown.as_bytes()) => return Ok(()),
            Ok(_) => {}
            Err(reason) => otherwise = reason,
        }
    }
    Err(otherwise)
}
