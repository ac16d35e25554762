//! `basic`: user name and password over HTTP Basic: of a person, whom the origin knows, or of a program.
//!
//! Programs send the same password with every request, many at a time. So a right one is remembered for a while and a
//! wrong one for a moment, and those that come while it is asked about wait for the answer: a person's program cannot
//! lock that person out by sending what is right, or was. Every question that the origin gets was counted as a guess.
//!
//! What is remembered is an answer too. So it is one only to the network from which it was asked, and each other password
//! that is tried there is counted in this isolate first, whatever becomes of the counters outside.

use crate::attempts::questions::Turn;
use crate::authenticate::kind::{Credential, Shown};
use crate::authenticate::{attempt, cross_site, password};
use crate::digest::hmac_sha256;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::basic;
use crate::identity::Identity;
use crate::policy::{Basic, Machine, Revocation, Route};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

impl Credential for Basic {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        shown: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        let Some(value) = shown.of_scheme("Basic") else { return Ok(None) };
        // A browser that knows a password sends it along with what other sites ask for.
        cross_site::check_origin(x, route)?;
        let known = Identity { kind: KIND, ..Identity::default() };
        match subject(x, route, self, value).await {
            Ok(subject) => Ok(Some(Access::of(Identity { subject: Some(subject), ..known }))),
            Err(reason) => Err(reason.of(&known)),
        }
    }
}

/// Whose name and password these are.
async fn subject<P: Ports>(x: &Exchange<'_, P>, route: &Route, policy: &Basic, value: &str) -> Result<String, Reason> {
    let login = basic::read_login(value)?;
    let machine = policy.machines.iter().find(|machine| machine.name.eq_ignore_ascii_case(&login.name));
    match machine {
        None if policy.people => by_person(x, route, policy, &login).await,
        machine => by_machine(x, machine, &login).await,
    }
}

/// A program, or a name that no person has. Wrong guesses are counted by network.
async fn by_machine<P: Ports>(
    x: &Exchange<'_, P>,
    machine: Option<&Machine>,
    login: &basic::Login,
) -> Result<String, Reason> {
    let Exchange { state, request, .. } = *x;
    let ctx = x.ctx();
    let network = guesser(&request.network());
    if state.guesses.is_shut_out(&network, ctx.now) {
        return Err(Reason::Throttled);
    }
    let right = match machine {
        Some(machine) => {
            let secret = ctx.secrets.secret(&machine.secret)?;
            Some(machine).filter(|_| secret.is(login.password.expose()))
        }
        None => None,
    };
    match right {
        Some(machine) => Ok(machine.subject.clone()),
        None => Err(state.guesses.count(&network, ctx, Reason::SignInFailed).await),
    }
}

async fn by_person<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    policy: &Basic,
    login: &basic::Login,
) -> Result<String, Reason> {
    let Exchange { state, request, ports, .. } = *x;
    let ctx = x.ctx();
    let sign_in = state.policy.sign_in.as_ref().ok_or(Reason::Internal)?;
    let secret = ctx.secrets.secret(&sign_in.key.secret)?;
    let parts: [&[u8]; 4] = [b"edgegate password v1\0", login.name.as_bytes(), b"\0", login.password.expose()];
    let digest = hmac_sha256(secret, &parts);
    let pair = attempt::pair(x, &login.name)?;
    let cache = if route.revocation == Revocation::Strict { 0 } else { policy.cache };
    let (key, came) = ((digest, pair), state.questions.last());
    let network = request.network();
    let (mut waited, mut pause, mut is_counted) = (0, SHORTEST_PAUSE_MS, false);
    loop {
        // Before anything that tells a right password from a wrong one.
        if attempt::is_shut_out(x, &pair) || (!is_counted && state.tries.are_too_many(&pair, ctx.now)) {
            return Err(Reason::Throttled);
        }
        if let Some(subject) = ctx.recent.passwords.get(&key, ctx.now, cache) {
            return Ok(subject);
        }
        if let Some(reason) = ctx.recent.refused.get(&key, ctx.now, LATELY) {
            return Err(reason);
        }
        if !is_counted {
            // To be refused from here on, for whatever reason, says that it is not the one that is remembered.
            state.tries.count(&key, ctx.now);
            is_counted = true;
        }
        let answer = match state.questions.turn(&key, &network, came, ctx.now * 1000 + waited) {
            Turn::Shared(answer) => answer,
            Turn::Ask(turn) => {
                let asking = state.questions.asking(&key, turn);
                let password = login.password.expose_text()?;
                let answer = password::check(x, &login.name, password).await;
                match &answer {
                    Ok(Some(subject)) => {
                        state.tries.forget(&pair);
                        ctx.recent.passwords.put(key, subject.clone(), ctx.now);
                    }
                    Ok(None) => ctx.recent.refused.put(key, Reason::SignInFailed, ctx.now),
                    // Its guess is not taken back: an origin that is slow with wrong passwords alone would make each of them
                    // one that nobody counts, and the right one still be let in. But to ask again at once is no new guess.
                    Err(reason @ Reason::PasswordCheckUnavailable) => ctx.recent.refused.put(key, *reason, ctx.now),
                    Err(_) => {}
                }
                asking.answer(&answer);
                answer
            }
            Turn::Wait => {
                ports.pause(pause).await;
                waited += u64::from(pause);
                pause = LONGEST_PAUSE_MS.min(pause * 2);
                continue;
            }
        };
        return answer?.ok_or(Reason::SignInFailed);
    }
}

fn guesser(network: &str) -> String {
    format!("basic {network}")
}

/// Seconds for which a password is not asked about again that was wrong, or about which the origin did not say.
const LATELY: u64 = 10;
/// How long who waits for an answer pauses before it looks, first and at most.
const SHORTEST_PAUSE_MS: u32 = 10;
const LONGEST_PAUSE_MS: u32 = 160;
/// As the log names it.
const KIND: &str = "basic";
