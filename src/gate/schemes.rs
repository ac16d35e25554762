//! Authorization: which schemes a route takes, and those that show a password or a ticket.

use super::credentials::{Grant, Visit};
use super::xsrf;
use crate::credential::authorization::{self, Authorization};
use crate::credential::{Identity, basic, ticket};
use crate::dialect::superoffice::{APP_TOKEN, TICKET};
use crate::digest::hmac_sha256;
use crate::endpoint::password;
use crate::http::Headers;
use crate::policy::{Accept, Basic, Machine, Revocation, Route, Ticket};
use crate::ports::Ports;
use crate::refusal::Reason;

/// The request's Authorization, if it means something on this route. Where nothing reads it, it is nobody's credential:
/// not judged, only never forwarded.
///
/// # Errors
/// `SchemeNeedsConnection`, `SchemeNotAccepted`, `AuthorizationDuplicate`, `AuthorizationMalformed`.
pub(super) fn present<'a>(route: &Route, headers: &Headers<'a>) -> Result<Option<Authorization<'a>>, Reason> {
    let Some(field) = headers.get("authorization") else { return Ok(None) };
    if route.takes_credentials() && authorization::is_of_connection(field) {
        return Err(Reason::SchemeNeedsConnection);
    }
    if !route.reads_authorization() {
        return Ok(None);
    }
    let header = authorization::read(headers)?;
    match header {
        Some(header) if !route.accept.iter().any(|accept| takes(accept, &header)) => Err(Reason::SchemeNotAccepted),
        header => Ok(header),
    }
}

/// Whether a kind of credential is shown by a scheme (RFC 9110 section 11.1: without case).
pub(super) fn takes(accept: &Accept, header: &Authorization<'_>) -> bool {
    match accept {
        Accept::Bearer | Accept::Issuer(_) => header.is("Bearer") || header.is("DPoP"),
        Accept::TokenPair | Accept::Basic(_) => header.is("Basic"),
        Accept::Ticket(_) | Accept::AppTicket(_) => header.is(TICKET),
        _ => false,
    }
}

/// User name and password of a person, whom the origin knows, or of a program.
pub(super) async fn by_basic<P: Ports>(
    visit: &Visit<'_, P>,
    policy: &Basic,
    value: &str,
    noted: &mut Option<Identity>,
) -> Result<Grant, Reason> {
    // A browser that knows a password sends it along with what other sites ask for.
    xsrf::judge_origin(visit)?;
    *noted = Some(Identity { kind: BASIC, ..Identity::default() });
    let login = basic::read_login(value)?;
    let machine = policy.machines.iter().find(|machine| machine.name == login.name);
    let subject = match machine {
        Some(machine) => by_machine(visit, machine, &login).await?,
        None if policy.people => by_person(visit, policy, &login).await?,
        None => return Err(wrong(visit).await),
    };
    let identity = Identity { kind: BASIC, subject: Some(subject), ..Identity::default() };
    *noted = Some(identity.clone());
    Ok(Grant { identity, ..Grant::default() })
}

/// A ticket; with `app` only from an application that shows a token of its own.
pub(super) async fn by_ticket<P: Ports>(
    visit: &Visit<'_, P>,
    app: Option<&Ticket>,
    value: &str,
    noted: &mut Option<Identity>,
) -> Result<Grant, Reason> {
    let Visit { gate, ctx, route, incoming, ports, .. } = *visit;
    if let Some(policy) = app {
        let shown = incoming.headers.get(APP_TOKEN).ok_or(Reason::AppTokenMissing)?;
        let mut is_one = false;
        for name in &policy.app_tokens {
            is_one |= ctx.keyring.secret(name, ctx.loopback)?.is(shown.as_bytes());
        }
        is_one.then_some(()).ok_or(Reason::AppTokenMismatch)?;
    }
    let sessions = gate.policy.session.as_ref().ok_or(Reason::Internal)?;
    let identity = ticket::verify(ctx, ports, sessions, route.revocation, value, noted).await?;
    *noted = Some(identity.clone());
    Ok(Grant { identity, ..Grant::default() })
}

async fn by_machine<P: Ports>(visit: &Visit<'_, P>, machine: &Machine, login: &basic::Login) -> Result<String, Reason> {
    let Visit { gate, ctx, incoming, .. } = *visit;
    if gate.guesses.is_shut_out(&guesser(incoming.network()), ctx.now) {
        return Err(Reason::Throttled);
    }
    let secret = ctx.keyring.secret(&machine.secret, ctx.loopback)?;
    match secret.is(login.password.expose()) {
        true => Ok(machine.subject.clone()),
        false => Err(wrong(visit).await),
    }
}

/// The origin is asked, but not for every request of a program that sends the same password each time.
async fn by_person<P: Ports>(visit: &Visit<'_, P>, policy: &Basic, login: &basic::Login) -> Result<String, Reason> {
    let Visit { gate, ctx, route, incoming, ports, .. } = *visit;
    let sign_in = gate.policy.sign_in.as_ref().ok_or(Reason::Internal)?;
    let secret = ctx.keyring.secret(&sign_in.key.secret, ctx.loopback)?;
    let parts: [&[u8]; 4] = [b"edgegate password v1\0", login.name.as_bytes(), b"\0", login.password.expose()];
    let digest = hmac_sha256(secret, &parts);
    let cache = if route.revocation == Revocation::Strict { 0 } else { policy.cache };
    if let Some(subject) = ctx.recent.passwords.get(&digest, ctx.now, cache) {
        return Ok(subject);
    }
    let password = login.password.expose_text()?;
    let subject = password::check(gate, ctx, incoming, ports, &login.name, password).await?;
    let subject = subject.ok_or(Reason::SignInFailed)?;
    ctx.recent.passwords.put(digest, subject.clone(), ctx.now);
    Ok(subject)
}

/// Counts a wrong guess at the password of a program, or of nobody.
async fn wrong<P: Ports>(visit: &Visit<'_, P>) -> Reason {
    let Visit { gate, ctx, incoming, ports, .. } = *visit;
    gate.guesses.count(&guesser(incoming.network()), ctx.now, ports, Reason::SignInFailed).await
}

fn guesser(network: String) -> String {
    format!("basic {network}")
}

const BASIC: &str = "basic";
