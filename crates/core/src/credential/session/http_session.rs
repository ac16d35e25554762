//! A session at the gateway's http host, for pages that have no https (`protocols.md` A2, two consecutive redirects).
//!
//! It is a credential of its own: anyone on the network can read it, so it opens nothing but the http host's
//! routes that name it, and from it the session itself cannot be had. It carries the session, masked, and lives and dies
//! with it. A browser gets it by a handoff: a one-time nonce that is good for nothing else.

use crate::credential::session::{self, handoff};
use crate::http::{Headers, cookie};
use crate::identity::Identity;
pub use crate::policy::carrier::{HTTP_SESSION as COOKIE, HTTP_SESSION_HANDED as HANDED};
use crate::policy::{Revocation, Session};
use crate::ports::{Entropy, KvStore, Ledger};
use crate::refusal::Reason;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::session_token;
use crate::sealed::store::Context;
use crate::secret::Secret;

/// Mints a handoff from https to http, for one browser and half a minute.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn mint_handoff(ctx: Context<'_, impl Entropy>, policy: &Session, session: &Sealed) -> Result<Secret, Reason> {
    let expires = session.expires.min(ctx.now + HANDOFF);
    Ok(ctx
        .seal(
            &policy.keys,
            &Terms { kind: Kind::Nonce, issued: ctx.now, expires, audience: AUDIENCE, payload: session.bytes() },
        )?
        .text())
}

/// Redeems a handoff: the Set-Cookie value that hands the http session over, and who that is.
///
/// # Errors
/// `NonceForged`, `NonceExpired`, `NonceReplayed`, the session's reasons, and storage's own.
pub async fn redeem<P: KvStore + Ledger + Entropy>(
    ctx: Context<'_, P>,
    policy: &Session,
    text: &str,
) -> Result<(String, Identity), Reason> {
    let opened = seal::open(Kind::Nonce, &policy.keys, ctx.secrets, text)?;
    let nonce = opened.filter(|nonce| nonce.is_for(AUDIENCE)).ok_or(Reason::NonceForged)?;
    if nonce.expires <= ctx.now {
        return Err(Reason::NonceExpired);
    }
    let (session, identity) = handoff::session(ctx, policy, &nonce).await?;
    let carried = ctx.seal(
        &policy.keys,
        &Terms {
            kind: Kind::HttpSession,
            issued: ctx.now,
            expires: session.expires,
            audience: AUDIENCE,
            payload: session.bytes(),
        },
    )?;
    handoff::claim(ctx, &nonce).await?;
    let cookie = write_cookie(ctx, &session, COOKIE, carried.text().expose_text()?);
    Ok((cookie, Identity { kind: "http-session", ..identity }))
}

/// The http session in a Cookie header, undecoded.
///
/// # Errors
/// `SessionDuplicate`.
pub fn present<'a>(headers: &Headers<'a>) -> Result<Option<&'a str>, Reason> {
    headers.get("cookie").map_or(Ok(None), |header| cookie::sole(header, COOKIE))
}

/// Verifies an http session, and the session behind it.
///
/// # Errors
/// `SessionForged`, `SessionExpired`, `SessionIdle`, `SessionUnknown`, `SessionRevoked`, and storage's own.
pub async fn verify<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &Session,
    revocation: Revocation,
    value: &str,
) -> Result<Identity, Reason> {
    let opened = seal::open(Kind::HttpSession, &policy.keys, ctx.secrets, value)?;
    let carried = opened.filter(|carried| carried.is_for(AUDIENCE)).ok_or(Reason::SessionForged)?;
    let session = session::reopen(ctx, policy, carried.payload.expose())?;
    let identity = session::check(ctx, policy, revocation, &session).await?;
    session::keep_alive(ctx, policy, &session).await?;
    Ok(Identity { kind: "http-session", ..identity })
}

/// Whether the browser was sent on the way to an http session of this session before.
///
/// # Errors
/// `SecretMissing`.
pub fn is_handed<P>(
    ctx: Context<'_, P>,
    policy: &Session,
    session: &Sealed,
    headers: &Headers<'_>,
) -> Result<bool, Reason> {
    let header = headers.get("cookie").unwrap_or_default();
    match cookie::visible(header, HANDED).next() {
        Some(mark) => session_token::is_token(ctx, policy, session, HANDED, mark),
        None => Ok(false),
    }
}

/// The Set-Cookie value that remembers that. It is a mark of this session and opens nothing.
///
/// # Errors
/// `SecretMissing`.
pub fn handed_cookie<P>(ctx: Context<'_, P>, policy: &Session, session: &Sealed) -> Result<String, Reason> {
    let mark = session_token::token(ctx, policy, session, HANDED)?;
    Ok(format!("{}; Secure", write_cookie(ctx, session, HANDED, mark.expose_text()?)))
}

/// A cookie that lives as long as the session can.
fn write_cookie<P>(ctx: Context<'_, P>, session: &Sealed, name: &str, value: &str) -> String {
    let max_age = session.expires.saturating_sub(ctx.now);
    format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax")
}

/// No route can be called so.
pub(crate) const AUDIENCE: &str = "http session";
/// Seconds that a handoff lives.
const HANDOFF: u64 = 30;
