//! The origin's password check, and how often somebody may guess.
//!
//! The gateway knows no passwords. It posts `{"account", "password"}` to the origin's check, which answers 200
//! `{"subject", ...}` or 401; anything else, or nothing within 3 s, is 503 and never a log-in. The call carries
//! `Edgegate-Assertion: v1.<unix seconds>.<base64url HMAC-SHA-256(key, "v1.<unix seconds>." hex SHA-256 of body)>`.
//!
//! Guesses are counted by pair of account and network, so that one person's typing errors lock nobody else out. While
//! an account is guessed at from many networks, those that it never signed in from get fewer tries; none is shut out.

use serde_json::{Value, json};

use crate::credential::record::is_name;
use crate::credential::store::Context;
use crate::digest::{base64url, hex, hmac_sha256, sha256};
use crate::gate::Gate;
use crate::http::Incoming;
use crate::policy::{SignIn, SingleUse};
use crate::ports::{Call, ClaimKey, Guess, Guesses, Ports};
use crate::refusal::Reason;

/// Who an account is, if the password is right. None: it is not, or there is no such account.
///
/// # Errors
/// `Throttled`, `PasswordCheckUnavailable`, `SecretMissing`, storage's own.
pub async fn check<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    incoming: &Incoming<'_>,
    ports: &P,
    account: &str,
    password: &str,
) -> Result<Option<String>, Reason> {
    let attempt = Attempt::begin(gate, ctx, incoming, ports, account).await?;
    let answer = ask_for(gate, ctx, ports, account, password).await?;
    attempt.end(gate, ctx, ports, answer.is_some()).await?;
    Ok(answer)
}

/// The same for what was counted before.
///
/// # Errors
/// `PasswordCheckUnavailable`, `SecretMissing`.
pub async fn ask_for<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    ports: &P,
    account: &str,
    password: &str,
) -> Result<Option<String>, Reason> {
    let policy = gate.policy.sign_in.as_ref().ok_or(Reason::NoRoute)?;
    let question = json!({"account": account, "password": password});
    match ask(ctx, policy, &policy.path, &question, ports).await? {
        (200, answer) => subject(&answer).map(Some).ok_or(Reason::PasswordCheckUnavailable),
        (401, _) => Ok(None),
        _ => Err(Reason::PasswordCheckUnavailable),
    }
}

/// Whether this network has to wait before it may guess at an account again.
///
/// # Errors
/// `SecretMissing`.
pub fn is_shut_out(gate: &Gate, ctx: Context<'_>, incoming: &Incoming<'_>, account: &str) -> Result<bool, Reason> {
    let guess = guess(gate, ctx, incoming, account)?;
    Ok(gate.guesses.is_shut_out(&base64url(&guess.pair.0), ctx.now))
}

/// Who somebody is by a number that the origin knows; `member` is the name of the number.
///
/// # Errors
/// `PasswordCheckUnavailable`, `SecretMissing`.
pub async fn look_up<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    ports: &P,
    path: &str,
    member: &str,
    number: &str,
) -> Result<Option<String>, Reason> {
    let policy = gate.policy.sign_in.as_ref().ok_or(Reason::NoRoute)?;
    match ask(ctx, policy, path, &json!({ member: number }), ports).await? {
        (200, answer) => subject(&answer).map(Some).ok_or(Reason::PasswordCheckUnavailable),
        (404, _) => Ok(None),
        _ => Err(Reason::PasswordCheckUnavailable),
    }
}

/// A guess that has been counted.
struct Attempt {
    guess: Guess,
    counted: Guesses,
    shut: String,
}

impl Attempt {
    /// Counts a guess, before anything is known of it.
    ///
    /// # Errors
    /// `Throttled`, `SecretMissing`, storage's own.
    async fn begin<P: Ports>(
        gate: &Gate,
        ctx: Context<'_>,
        incoming: &Incoming<'_>,
        ports: &P,
        account: &str,
    ) -> Result<Self, Reason> {
        let guess = guess(gate, ctx, incoming, account)?;
        let shut = base64url(&guess.pair.0);
        if gate.guesses.is_shut_out(&shut, ctx.now) {
            return Err(Reason::Throttled);
        }
        if ctx.single_use == SingleUse::BestEffort {
            // Without the Ledger the limiter counts alone, right guesses too.
            let within = ports.within(&format!("sign-in {shut}")).await?;
            let counted = Guesses::default();
            return within.then_some(Self { guess, counted, shut }).ok_or(Reason::Throttled);
        }
        let counted = ports.guess(&guess).await?;
        let is_known = counted.right > 0;
        let most = if counted.account > MOST_OF_ALL && !is_known { MOST_OF_A_STRANGER } else { MOST };
        if counted.pair > most {
            gate.guesses.shut_out(&shut, ctx.now);
            return Err(Reason::Throttled);
        }
        Ok(Self { guess, counted, shut })
    }

    /// Says whether it was right.
    ///
    /// # Errors
    /// Storage's own.
    async fn end<P: Ports>(&self, gate: &Gate, ctx: Context<'_>, ports: &P, right: bool) -> Result<(), Reason> {
        if ctx.single_use == SingleUse::BestEffort {
            return Ok(());
        }
        if right {
            return ports.guessed_right(&self.guess).await;
        }
        // The limiter counts the wrong ones since the last right one, and who goes on is shut out here too.
        let key = format!("guess {} {}", self.shut, self.counted.right);
        if !ports.within(&key).await? {
            gate.guesses.shut_out(&self.shut, ctx.now);
        }
        Ok(())
    }
}

/// Whose password is guessed, and from where.
fn guess(gate: &Gate, ctx: Context<'_>, incoming: &Incoming<'_>, account: &str) -> Result<Guess, Reason> {
    let policy = gate.policy.sign_in.as_ref().ok_or(Reason::NoRoute)?;
    let secret = ctx.keyring.secret(&policy.key.secret, ctx.loopback)?;
    let folded = folded(account);
    let digest = |what: &str, network: &str| {
        let parts: [&[u8]; 5] = [b"edgegate guess v1\0", what.as_bytes(), network.as_bytes(), b"\0", folded.as_bytes()];
        ClaimKey(hmac_sha256(secret, &parts))
    };
    Ok(Guess { account: digest("account", ""), pair: digest("pair ", &incoming.network()) })
}

/// One account whatever its spelling: most origins ignore case and space around a name.
fn folded(account: &str) -> String {
    // Letter by letter: the lower case of a whole text knows ends of words, which only make two of one account.
    let folded: String = account.chars().filter(|c| !c.is_control()).flat_map(char::to_lowercase).collect();
    folded.trim().to_owned()
}

async fn ask<P: Ports>(
    ctx: Context<'_>,
    policy: &SignIn,
    path: &str,
    question: &Value,
    ports: &P,
) -> Result<(u16, String), Reason> {
    let body = question.to_string();
    let secret = ctx.keyring.secret(&policy.key.secret, ctx.loopback)?;
    let head = format!("v1.{}.", ctx.now);
    let body_digest = hex(&sha256(&[body.as_bytes()]));
    let mac = hmac_sha256(secret, &[head.as_bytes(), body_digest.as_bytes()]);
    let assertion = format!("{head}{}", base64url(&mac));
    let headers = [("content-type", "application/json"), ("edgegate-assertion", &*assertion)];
    let call = Call { path, headers: &headers, body: Some(&body) };
    ports.call(&policy.origin, &call).await.map_err(|_| Reason::PasswordCheckUnavailable)
}

fn subject(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer.as_bytes()).ok()?;
    answer.get("subject")?.as_str().filter(|subject| is_name(subject)).map(str::to_owned)
}

/// Wrong guesses of a pair a minute.
const MOST: u32 = 20;
/// The same for a network that the account never signed in from, while many guess at it.
const MOST_OF_A_STRANGER: u32 = 2;
/// Wrong guesses at one account in ten minutes, from anywhere, beyond which strangers are slowed.
const MOST_OF_ALL: u32 = 100;
