//! The origin's password check.
//!
//! The gateway knows no passwords. It posts `{"account", "password"}` to the origin's check, which answers 200
//! `{"subject", ...}` or 401; anything else, or nothing within 3 s, is 503 and never a log-in. The call carries
//! `Edgegate-Assertion: v1.<unix seconds>.<base64url HMAC-SHA-256(key, "v1.<unix seconds>." hex SHA-256 of body)>`.
//!
//! Nothing is asked that was not counted as a guess before: `attempt.rs`.

use serde_json::{Value, json};

use crate::authenticate::attempt::{Attempt, Scope};
use crate::digest::{base64url, hex, hmac_sha256, sha256};
use crate::exchange::Exchange;
use crate::policy::{Key, Origin, SignIn};
use crate::ports::{Call, Ports};
use crate::refusal::Reason;
use crate::sealed::record::is_name;
use crate::sealed::store::Context;

/// Who an account is, if the password is right. None: it is not, or there is no such account.
///
/// # Errors
/// `Throttled`, `PasswordCheckUnavailable`, `SecretMissing`, storage's own.
pub async fn check<P: Ports>(x: &Exchange<'_, P>, account: &str, password: &str) -> Result<Option<String>, Reason> {
    let Exchange { state, .. } = *x;
    let ctx = x.ctx();
    let policy = state.policy.sign_in.as_ref().ok_or(Reason::NoRoute)?;
    let attempt = Attempt::begin(x, Some(account), Scope::Network).await?;
    let question = json!({"account": account, "password": password});
    let found = match Question::of(policy, &policy.path).ask(ctx, &question).await? {
        (200, answer) => Some(subject(&answer).ok_or(Reason::PasswordCheckUnavailable)?),
        (401, _) => None,
        _ => return Err(Reason::PasswordCheckUnavailable),
    };
    attempt.end(x, found.is_some()).await?;
    Ok(found)
}

/// Who somebody is by a number that the origin knows; `member` is the name of the number.
///
/// # Errors
/// `PasswordCheckUnavailable`, `SecretMissing`.
pub async fn look_up<P: Ports>(
    x: &Exchange<'_, P>,
    path: &str,
    member: &str,
    number: &str,
) -> Result<Option<String>, Reason> {
    let Exchange { state, .. } = *x;
    let ctx = x.ctx();
    let policy = state.policy.sign_in.as_ref().ok_or(Reason::NoRoute)?;
    match Question::of(policy, path).ask(ctx, &json!({ member: number })).await? {
        (200, answer) => subject(&answer).map(Some).ok_or(Reason::PasswordCheckUnavailable),
        (404, _) => Ok(None),
        _ => Err(Reason::PasswordCheckUnavailable),
    }
}

/// A question that an origin gets with proof that the gateway asks.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Who is asked.
    pub origin: &'a Origin,
    /// Where.
    pub path: &'a str,
    /// Signs the call.
    pub key: &'a Key,
}

impl<'a> Question<'a> {
    fn of(policy: &'a SignIn, path: &'a str) -> Self {
        Self { origin: &policy.origin, path, key: &policy.key }
    }

    /// Asks, and returns status and body.
    ///
    /// # Errors
    /// `PasswordCheckUnavailable`, `SecretMissing`.
    pub async fn ask<P: Ports>(self, ctx: Context<'_, P>, question: &Value) -> Result<(u16, String), Reason> {
        let body = question.to_string();
        let secret = ctx.secrets.secret(&self.key.secret)?;
        let head = format!("v1.{}.", ctx.now);
        let body_digest = hex(&sha256(&[body.as_bytes()]));
        let mac = hmac_sha256(secret, &[head.as_bytes(), body_digest.as_bytes()]);
        let assertion = format!("{head}{}", base64url(&mac));
        let headers = [("content-type", "application/json"), ("edgegate-assertion", &*assertion)];
        let call = Call { path: self.path, headers: &headers, body: Some(&body) };
        ctx.call(self.origin, &call, Reason::PasswordCheckUnavailable).await
    }
}

fn subject(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_slice(answer.as_bytes()).ok()?;
    answer.get("subject")?.as_str().filter(|subject| is_name(subject)).map(str::to_owned)
}
