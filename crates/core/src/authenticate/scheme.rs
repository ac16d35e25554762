//! Which schemes of the field Authorization a route takes.

use crate::http::Headers;
use crate::http::authorization::{self, Authorization};
use crate::policy::{CredentialKind, Route};
use crate::refusal::Reason;

/// The request's Authorization, if it means something on this route. Where no kind of credential reads
/// it, it is not checked, only never forwarded.
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
pub(crate) fn takes(accept: &CredentialKind, header: &Authorization<'_>) -> bool {
    accept.scheme().is_some_and(|scheme| scheme.in_authorization().iter().any(|name| header.is(name)))
}
