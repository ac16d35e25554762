//! Sessions: a cookie whose value authenticates itself, a record in KV, an idle and an absolute end.
//!
//! The record is written once. That a session is alive is noted under a key of its own, at most once per
//! fifth of the idle limit and isolate, and that key is read only when the session would otherwise count as
//! idle: a note can never overwrite a tombstone, and no key is read before it can exist.

use super::Identity;
use super::record::Record;
use super::seal::{self, Kind, Sealed};
use super::store::{self, Context, Found};
use crate::http::{Headers, Target, cookie};
use crate::policy::{Revocation, Session};
use crate::ports::{Entropy, Ledger, Vault};
use crate::refusal::Reason;

/// The cookie's name: `__Host-<name>` (RFC 6265bis section 4.1.3.2), or the plain name on http loopback, where no
/// browser takes the prefix. Over http anywhere else the prefix stays, and browsers store no session.
pub fn cookie_name(policy: &Session, target: &Target<'_>) -> String {
    match is_local(target) {
        true => policy.cookie.clone(),
        false => format!("__Host-{}", policy.cookie),
    }
}

/// The session's cookie value, undecoded.
///
/// # Errors
/// `SessionDuplicate`.
pub fn present<'a>(policy: &Session, target: &Target<'_>, headers: &Headers<'a>) -> Result<Option<&'a str>, Reason> {
    let Some(header) = headers.get("cookie") else { return Ok(None) };
    cookie::sole(header, &cookie_name(policy, target))
}

/// Judges a session. `noted`: what is known of the caller even if the session is refused.
///
/// # Errors
/// `SessionForged`, `SessionExpired`, `SessionIdle`, `SessionUnknown`, `SessionRevoked`, and storage's own reasons.
pub async fn verify<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    policy: &Session,
    revocation: Revocation,
    value: &str,
    noted: &mut Option<Identity>,
) -> Result<Identity, Reason> {
    let sealed = open(ctx, policy, value)?;
    *noted = Some(Identity::by_key("session", &sealed.key_id));
    if sealed.expires <= ctx.now {
        return Err(Reason::SessionExpired);
    }
    let record = match store::find(ctx, ports, &sealed, policy.cache, revocation).await? {
        Found::Live(record) if record.exp > ctx.now => record,
        Found::Live(_) => return Err(Reason::SessionExpired),
        Found::Revoked => return Err(Reason::SessionRevoked),
        Found::Unknown => return Err(Reason::SessionUnknown),
    };
    let identity = Identity::by_record("session", &sealed.key_id, record);
    *noted = Some(identity.clone());
    keep_alive(ctx, ports, policy, &sealed).await?;
    Ok(identity)
}

/// Opens a session for a subject and returns the Set-Cookie value that hands it over.
///
/// # Errors
/// As [`store::mint`].
pub async fn start<P: Vault + Ledger + Entropy>(
    ctx: Context<'_>,
    ports: &P,
    policy: &Session,
    target: &Target<'_>,
    subject: &str,
) -> Result<String, Reason> {
    let key = policy.keys.first().ok_or(Reason::Internal)?;
    let record = Record { sub: subject.to_owned(), exp: ctx.now + policy.absolute, ..Record::default() };
    let (value, _) = store::mint(ctx, ports, Kind::Session, key, "", record).await?;
    let value = core::str::from_utf8(value.expose()).map_err(|_| Reason::Internal)?;
    Ok(set_cookie(policy, target, value, policy.absolute))
}

/// The Set-Cookie value that takes the cookie back.
pub fn clear_cookie(policy: &Session, target: &Target<'_>) -> String {
    set_cookie(policy, target, "", 0)
}

/// Opens a cookie value without looking at storage.
///
/// # Errors
/// `SessionForged`, `SecretMissing`.
pub fn open(ctx: Context<'_>, policy: &Session, value: &str) -> Result<Sealed, Reason> {
    seal::open(Kind::Session, &policy.keys, ctx.keyring, ctx.loopback, value)?.ok_or(Reason::SessionForged)
}

async fn keep_alive<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    policy: &Session,
    sealed: &Sealed,
) -> Result<(), Reason> {
    let record = sealed.record_key();
    let note = format!("{record}:seen");
    let mut seen = sealed.issued.max(ctx.recent.seen(&record));
    if ctx.now.saturating_sub(seen) > policy.idle {
        let noted = ports.get(&note).await?.and_then(|text| text.parse().ok());
        seen = seen.max(noted.unwrap_or(0));
    }
    if ctx.now.saturating_sub(seen) > policy.idle {
        return Err(Reason::SessionIdle);
    }
    if ctx.now.saturating_sub(seen) >= policy.idle / 5 {
        // KV takes one write a second for a key; another isolate's note of the same moment is as good.
        let _ = ports.put(&note, &ctx.now.to_string(), store::kv_expiry(ctx.now, ctx.now + policy.idle)).await;
        seen = ctx.now;
    }
    ctx.recent.touch(&record, seen);
    Ok(())
}

fn is_local(target: &Target<'_>) -> bool {
    !target.secure && target.is_loopback()
}

fn set_cookie(policy: &Session, target: &Target<'_>, value: &str, max_age: u64) -> String {
    let secure = if is_local(target) { "" } else { "; Secure" };
    format!("{}={value}; Path=/; Max-Age={max_age}{secure}; HttpOnly; SameSite=Lax", cookie_name(policy, target))
}
