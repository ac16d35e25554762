//! Sessions: a cookie whose value authenticates itself, a record in KV, an idle and an absolute end.
//!
//! The record is written once. That a session is alive is noted under a key of its own, at most once per
//! fifth of the idle limit and isolate, and that key is read only when the session would otherwise count as
//! idle: a note can never overwrite a tombstone, and no key is read before it can exist.
//!
//! Visitors who are not signed in have a servlet session too. It is anonymous and has no record: it costs no storage, and
//! signing in replaces it. It has a cookie of its own.

mod cookies;
pub mod handoff;
pub mod http_session;
pub mod index;
pub mod shared;
pub mod xsrf;

pub use crate::credential::session::cookies::{Cookies, cookie_name, is_companion};
pub(crate) use crate::credential::session::cookies::{host_name, is_local, write_cookie, write_host_cookie};
pub use crate::credential::session::index::Opened;

use std::sync::Arc;

use crate::http::Incoming;
use crate::identity::Identity;
use crate::identity::person::Person;
use crate::policy::{CookieStyle, Revocation, Session};
use crate::ports::{Entropy, KvStore, Ledger};
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::encoding::Encoding;
use crate::sealed::hidden::{Hiding, REFRESH};
use crate::sealed::record::Record;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::store::{self, Context, Found};
use crate::secret::Secret;

/// Whether a text has the form of this gateway's sessions.
pub fn is_own(policy: &Session, text: &str) -> bool {
    match policy.style {
        CookieStyle::HostPrefixed => text.starts_with("egs_"),
        CookieStyle::Servlet => Encoding::Servlet.read(text).is_some_and(|bytes| bytes.len() == seal::BARE),
    }
}

/// Verifies an opened session. The refusal says whose it is, as far as that is known.
///
/// # Errors
/// `SessionExpired`, `SessionIdle`, `SessionUnknown`, `SessionRevoked`, and storage's own reasons.
pub async fn verify<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &Session,
    revocation: Revocation,
    sealed: &Sealed,
) -> Result<Identity, Refusal> {
    let known = |reason: Reason| reason.of(&Identity::by_key("session", &sealed.key_id));
    let identity = check(ctx, policy, revocation, sealed).await.map_err(known)?;
    match keep_alive(ctx, policy, sealed).await {
        Ok(()) => Ok(identity),
        Err(reason) => Err(reason.of(&identity)),
    }
}

/// Verifies an opened session, except its idle time. An anonymous one has no subject.
///
/// # Errors
/// `SessionExpired`, `SessionUnknown`, `SessionRevoked`, and storage's own reasons.
pub async fn check<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &Session,
    revocation: Revocation,
    sealed: &Sealed,
) -> Result<Identity, Reason> {
    if sealed.expires <= ctx.now {
        return Err(Reason::SessionExpired);
    }
    if is_anonymous(sealed) {
        return Ok(Identity::by_key("session", &sealed.key_id));
    }
    match store::find(ctx, sealed, policy.cache, revocation).await? {
        Found::Live(record) if record.exp > ctx.now => Ok(record.identity("session", &sealed.key_id)),
        Found::Live(_) => Err(Reason::SessionExpired),
        Found::Revoked => Err(Reason::SessionRevoked),
        Found::Unknown => Err(Reason::SessionUnknown),
    }
}

/// Opens a session for somebody, and notes it in the index of who has which. `request`: with which it is opened.
///
/// # Errors
/// As [`store::mint`] and [`index::note`].
pub async fn start<P: KvStore + Ledger + Entropy>(
    ctx: Context<'_, P>,
    policy: &Session,
    opened: &Opened<'_>,
    request: &Incoming<'_>,
) -> Result<Sealed, Reason> {
    let expires = ctx.now + policy.absolute;
    let terms = Terms { kind: Kind::Session, issued: ctx.now, expires, audience: audience(policy), payload: &[] };
    let session = ctx.seal(&policy.keys, &terms)?;
    let person = match (opened.said, opened.refresh) {
        (None, _) => None,
        (Some(person), None) => Some(Arc::new(person.clone())),
        (Some(person), Some(refresh)) => {
            let secret = ctx.secret_of(&policy.keys, &session)?;
            let hiding = Hiding { session: &session, secret, purpose: REFRESH };
            let refresh = hiding.hide(refresh, ctx.ports)?;
            Some(Arc::new(Person { refresh, ..person.clone() }))
        }
    };
    let record = Record { sub: opened.subject.to_owned(), exp: expires, person, ..Record::default() };
    store::keep(ctx, &session, record).await?;
    index::note(ctx, &session, opened, request).await?;
    Ok(session)
}

/// Opens an anonymous session, without storage.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn start_anonymous(ctx: Context<'_, impl Entropy>, policy: &Session) -> Result<Sealed, Reason> {
    let expires = ctx.now + policy.absolute;
    let terms = Terms { kind: Kind::Session, issued: ctx.now, expires, audience: ANONYMOUS, payload: &[] };
    ctx.seal(&policy.keys, &terms)
}

/// Whether a session belongs to a visitor who is not signed in.
pub fn is_anonymous(sealed: &Sealed) -> bool {
    !sealed.is_for("") && sealed.is_for(ANONYMOUS)
}

/// The session's text.
pub fn text(policy: &Session, sealed: &Sealed) -> Secret {
    match policy.style {
        CookieStyle::HostPrefixed => sealed.text(),
        CookieStyle::Servlet => Encoding::Servlet.write(sealed.bytes()),
    }
}

/// Opens a cookie value without looking at storage.
///
/// # Errors
/// `SessionForged`, `SecretMissing`.
pub fn open<P>(ctx: Context<'_, P>, policy: &Session, value: &str) -> Result<Sealed, Reason> {
    let opened = match policy.style {
        CookieStyle::HostPrefixed => seal::open(Kind::Session, &policy.keys, ctx.secrets, value)?,
        CookieStyle::Servlet => match Encoding::Servlet.read(value) {
            Some(bytes) => return reopen(ctx, policy, &bytes),
            None => None,
        },
    };
    let is_ours = |sealed: &Sealed| sealed.is_for(audience(policy));
    opened.filter(is_ours).ok_or(Reason::SessionForged)
}

/// Opens a session by its bytes.
///
/// # Errors
/// `SessionForged`, `SecretMissing`.
pub fn reopen<P>(ctx: Context<'_, P>, policy: &Session, bytes: &[u8]) -> Result<Sealed, Reason> {
    let opened = seal::read(Kind::Session, &policy.keys, ctx.secrets, bytes)?;
    let is_ours = |sealed: &Sealed| sealed.is_for(audience(policy)) || is_anonymous(sealed);
    opened.filter(is_ours).ok_or(Reason::SessionForged)
}

/// Checks how long a session was idle, and notes that it is alive.
///
/// # Errors
/// `SessionIdle`, and storage's own reasons.
pub async fn keep_alive<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &Session,
    sealed: &Sealed,
) -> Result<(), Reason> {
    if is_anonymous(sealed) {
        return Ok(());
    }
    let record = sealed.record_key();
    let note = || format!("{record}:seen");
    // A note from far ahead is of a clock that was wrong: it must not keep a session alive until then.
    let plausible = |at: u64| if at <= ctx.now + policy.idle { at } else { 0 };
    let known = plausible(ctx.recent.seen(record));
    let mut seen = sealed.issued.max(known);
    if ctx.now.saturating_sub(seen) > policy.idle {
        let noted = ctx.ports.get(&note()).await?.and_then(|text| text.parse().ok());
        seen = seen.max(noted.map_or(0, plausible));
    }
    if ctx.now.saturating_sub(seen) > policy.idle {
        return Err(Reason::SessionIdle);
    }
    if ctx.now.saturating_sub(seen) >= policy.idle / 5 {
        // KV takes one write a second for a key; another isolate's note of the same moment is as good.
        let _ = ctx.ports.put(&note(), &ctx.now.to_string(), store::kv_expiry(ctx.now, ctx.now + policy.idle)).await;
        seen = ctx.now;
    }
    if seen > known {
        ctx.recent.touch(record, seen);
    }
    Ok(())
}

/// What keeps the sessions of one form from being taken for those of another.
fn audience(policy: &Session) -> &'static str {
    match policy.style {
        CookieStyle::HostPrefixed => "",
        CookieStyle::Servlet => "servlet",
    }
}

/// Audiences of servlet sessions: those of people, and of visitors who are not signed in.
pub(crate) const SERVLET: [&str; 2] = ["servlet", ANONYMOUS];
const ANONYMOUS: &str = "servlet nobody";
