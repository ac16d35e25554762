//! User name and password over HTTP Basic: of a person, whom the origin knows, or of a program.
//!
//! Programs send the same password with every request, many at a time. So a right one is remembered for a while, and one
//! that was counted as a guess a moment ago is not counted again: whoever sends it twice learns nothing by it, and a
//! person's program cannot lock that person out by sending what is right, or was.

use super::credentials::{Grant, Visit};
use super::xsrf;
use crate::credential::recent::Tried;
use crate::credential::{Identity, basic};
use crate::digest::hmac_sha256;
use crate::endpoint::password;
use crate::policy::{Basic, Machine, Revocation};
use crate::ports::Ports;
use crate::refusal::Reason;

/// Judges a password.
///
/// # Errors
/// `BasicMalformed`, `SignInFailed`, `Throttled`, `CrossSite`, `PasswordCheckUnavailable`, storage's own.
pub(super) async fn by_basic<P: Ports>(
    visit: &Visit<'_, P>,
    policy: &Basic,
    value: &str,
    noted: &mut Option<Identity>,
) -> Result<Grant, Reason> {
    // A browser that knows a password sends it along with what other sites ask for.
    xsrf::judge_origin(visit)?;
    *noted = Some(Identity { kind: KIND, ..Identity::default() });
    let login = basic::read_login(value)?;
    let machine = policy.machines.iter().find(|machine| machine.name.eq_ignore_ascii_case(&login.name));
    let subject = match machine {
        None if policy.people => by_person(visit, policy, &login).await?,
        machine => by_machine(visit, machine, &login).await?,
    };
    let identity = Identity { kind: KIND, subject: Some(subject), ..Identity::default() };
    *noted = Some(identity.clone());
    Ok(Grant { identity, ..Grant::default() })
}

/// A program, or a name that is nobody's. Wrong guesses are counted by network.
async fn by_machine<P: Ports>(
    visit: &Visit<'_, P>,
    machine: Option<&Machine>,
    login: &basic::Login,
) -> Result<String, Reason> {
    let Visit { gate, ctx, incoming, ports, .. } = *visit;
    let network = guesser(&incoming.network());
    if gate.guesses.is_shut_out(&network, ctx.now) {
        return Err(Reason::Throttled);
    }
    let right = match machine {
        Some(machine) => {
            let secret = ctx.keyring.secret(&machine.secret, ctx.loopback)?;
            Some(machine).filter(|_| secret.is(login.password.expose()))
        }
        None => None,
    };
    match right {
        Some(machine) => Ok(machine.subject.clone()),
        None => Err(gate.guesses.count(&network, ctx.now, ports, Reason::SignInFailed).await),
    }
}

async fn by_person<P: Ports>(visit: &Visit<'_, P>, policy: &Basic, login: &basic::Login) -> Result<String, Reason> {
    let Visit { gate, ctx, route, incoming, ports, .. } = *visit;
    let sign_in = gate.policy.sign_in.as_ref().ok_or(Reason::Internal)?;
    let secret = ctx.keyring.secret(&sign_in.key.secret, ctx.loopback)?;
    let parts: [&[u8]; 4] = [b"edgegate password v1\0", login.name.as_bytes(), b"\0", login.password.expose()];
    let digest = hmac_sha256(secret, &parts);
    // Before anything that tells a right password from a wrong one.
    if password::is_shut_out(gate, ctx, incoming, &login.name)? {
        return Err(Reason::Throttled);
    }
    let cache = if route.revocation == Revocation::Strict { 0 } else { policy.cache };
    if let Some(subject) = ctx.recent.passwords.get(&digest, ctx.now, cache) {
        return Ok(subject);
    }
    let tried = ctx.recent.tried.get(&digest, ctx.now, LATELY);
    if tried == Some(Tried::Wrong) {
        return Err(Reason::SignInFailed);
    }
    ctx.recent.tried.put(digest, Tried::Counted, ctx.now);
    let password = login.password.expose_text()?;
    let found = match tried {
        None => password::check(gate, ctx, incoming, ports, &login.name, password).await?,
        Some(_) => check_again(visit, &login.name, password).await?,
    };
    match &found {
        Some(subject) => ctx.recent.passwords.put(digest, subject.clone(), ctx.now),
        None => ctx.recent.tried.put(digest, Tried::Wrong, ctx.now),
    }
    found.ok_or(Reason::SignInFailed)
}

/// The same password as a moment ago: only how many are under way is bounded.
async fn check_again<P: Ports>(visit: &Visit<'_, P>, name: &str, password: &str) -> Result<Option<String>, Reason> {
    let Visit { gate, ctx, incoming, ports, .. } = *visit;
    let network = format!("again {}", incoming.network());
    if !gate.guesses.begin(&network, ctx.now) {
        return Err(Reason::Throttled);
    }
    let answer = password::ask_for(gate, ctx, ports, name, password).await;
    gate.guesses.end(&network);
    answer
}

fn guesser(network: &str) -> String {
    format!("basic {network}")
}

/// Seconds for which a guess is not counted again.
const LATELY: u64 = 10;
/// As the log names it.
const KIND: &str = "basic";
