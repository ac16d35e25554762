//! Sessions: a cookie whose value authenticates itself, a record in KV, an idle and an absolute end.
//!
//! The record is written once. That a session is alive is noted under a key of its own, at most once per
//! fifth of the idle limit and isolate, and that key is read only when the session would otherwise count as
//! idle: a note can never overwrite a tombstone, and no key is read before it can exist.
//!
//! Visitors who are not signed in have a servlet session too. It is anonymous and has no record: it costs no storage, and
//! signing in replaces it. It has a cookie of its own.

pub mod handoff;
pub mod http_session;
pub mod xsrf;

use crate::digest::{base64url, sha256};
use crate::http::{Headers, Target, cookie};
use crate::identity::Identity;
use crate::policy::{CookieStyle, Revocation, Session};
use crate::ports::{Entropy, KvStore, Ledger};
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::encoding::Encoding;
use crate::sealed::record::Record;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::store::{self, Context, Found};
use crate::secret::Secret;

/// The cookie's name: `__Host-<name>` (RFC 6265bis section 4.1.3.2), or the plain name on http loopback, where no
/// browser takes the prefix. Over http anywhere else the prefix stays, and browsers store no session.
pub fn cookie_name(policy: &Session, target: &Target<'_>) -> String {
    match policy.style {
        CookieStyle::Servlet => policy.cookie.clone(),
        CookieStyle::HostPrefixed => host_name(&policy.cookie, target),
    }
}

/// The name of a cookie that no other host can have set.
pub(crate) fn host_name(name: &str, target: &Target<'_>) -> String {
    if is_local(target) { name.to_owned() } else { format!("__Host-{name}") }
}

/// The Set-Cookie value of one that no script reads.
pub(crate) fn write_host_cookie(name: &str, target: &Target<'_>, value: &str, max_age: u64) -> String {
    let secure = if is_local(target) { "" } else { "; Secure" };
    format!("{}={value}; Path=/; Max-Age={max_age}{secure}; HttpOnly; SameSite=Lax", host_name(name, target))
}

/// The session's cookie value, undecoded. The name of a servlet session is used by many: a value that is not of this
/// gateway's form is somebody else's cookie.
///
/// # Errors
/// `SessionDuplicate`.
pub fn present<'a, P>(
    ctx: Context<'_, P>,
    policy: &Session,
    target: &Target<'_>,
    headers: &Headers<'a>,
) -> Result<Option<&'a str>, Reason> {
    let Some(header) = headers.get("cookie") else { return Ok(None) };
    let name = cookie_name(policy, target);
    let aside = if header.contains(ASIDE) { Some(format!("{name}{ASIDE}")) } else { None };
    let is_marked = |value: &str, why: &str| {
        aside.as_ref().is_some_and(|aside| cookie::visible(header, aside).any(|mark| mark == mark_of(value, why)))
    };
    let is_forged = |value: &str| matches!(open(ctx, policy, value), Err(Reason::SessionForged));
    let is_aside = |value: &str| is_marked(value, ENDED) || (is_marked(value, FORGED) && is_forged(value));
    if policy.style == CookieStyle::HostPrefixed {
        return Ok(cookie::sole(header, &name)?.filter(|value| !is_aside(value)));
    }
    let is_one = |value: &&str| is_own(policy, value) && !is_aside(value);
    let everywhere = cookie::all(header, &name).filter(is_one).count();
    let mut own = cookie::visible(header, &name).filter(is_one);
    match own.next() {
        sole if everywhere == usize::from(sole.is_some()) => Ok(sole),
        _ => Err(Reason::SessionDuplicate),
    }
}

/// The session of a visitor who is not signed in, if the cookie beside one that has ended holds one.
pub fn visitor<'a>(policy: &Session, headers: &Headers<'a>) -> Option<&'a str> {
    let header = headers.get("cookie")?;
    let name = visitor_name(policy);
    cookie::visible(header, &name).find(|value| is_own(policy, value))
}

/// The Set-Cookie value that sets a cookie aside which was refused, and no other. Answers overtake each other: taking
/// the cookie back by its name could remove the one of a newer sign-in. So the browser keeps a mark beside it that
/// names the value; while both come together, there is no session. None for a reason that has nothing to do with it.
///
/// What has ended is set aside for good. What this deployment did not make may be another one's, which is on its way in or
/// out: it is set aside for a minute, and only where its key is not known.
pub fn set_aside(
    policy: &Session,
    target: &Target<'_>,
    value: &str,
    refused: Reason,
    embedded: bool,
) -> Option<String> {
    let (seconds, why) = match refused {
        Reason::SessionExpired | Reason::SessionIdle | Reason::SessionRevoked => (policy.absolute, ENDED),
        Reason::SessionUnknown => (A_WHILE.min(policy.absolute), ENDED),
        Reason::SessionForged => (A_WHILE.min(policy.absolute), FORGED),
        _ => return None,
    };
    let name = format!("{}{ASIDE}", cookie_name(policy, target));
    Some(write_cookie(&name, target, &mark_of(value, why), seconds, embedded))
}

/// Whether a cookie is such a mark, or a visitor's session, by its name without a prefix.
pub fn is_companion(policy: &Session, bare: &str) -> bool {
    let split = bare.split_at_checked(policy.cookie.len());
    let is = |rest: &str, mark: &str| cookie::reads_as(rest, mark);
    split
        .filter(|(name, _)| is(name, &policy.cookie))
        .is_some_and(|(_, rest)| is(rest, ASIDE) || (is(rest, VISITOR) && policy.style == CookieStyle::Servlet))
}

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

/// Opens a session for a subject.
///
/// # Errors
/// As [`store::mint`].
pub async fn start<P: KvStore + Ledger + Entropy>(
    ctx: Context<'_, P>,
    policy: &Session,
    subject: &str,
) -> Result<Sealed, Reason> {
    let record = Record { sub: subject.to_owned(), exp: ctx.now + policy.absolute, ..Record::default() };
    store::mint(ctx, Kind::Session, &policy.keys, audience(policy), record).await
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

/// The Set-Cookie value that hands a session over. `headers`: the request's. `embedded`: to a page of another site that is
/// trusted; the cookie then lives in that site's partition alone, and browsers take it over https only.
///
/// # Errors
/// `Internal`; a session's text is ASCII.
pub fn set_cookie(
    policy: &Session,
    target: &Target<'_>,
    headers: &Headers<'_>,
    sealed: &Sealed,
    embedded: bool,
) -> Result<String, Reason> {
    // Who came with a session that has ended may have signed in again meanwhile: what a visitor gets who is not signed in
    // must not take that one's place if this answer comes late.
    let is_beside = is_anonymous(sealed) && has_own(policy, headers, &policy.cookie);
    let name = if is_beside { visitor_name(policy) } else { cookie_name(policy, target) };
    Ok(write_cookie(&name, target, text(policy, sealed).expose_text()?, policy.absolute, embedded))
}

/// The Set-Cookie values that take back what a browser has of a session, for somebody who signs out. `headers`: the
/// request's. `embedded`: what was handed to another site's page.
pub fn clear_cookies(policy: &Session, target: &Target<'_>, headers: &Headers<'_>, embedded: bool) -> Vec<String> {
    let visitor = Some(visitor_name(policy));
    let visitor = visitor.filter(|name| policy.style == CookieStyle::Servlet && has_own(policy, headers, name));
    let names = core::iter::once(cookie_name(policy, target)).chain(visitor);
    names.map(|name| write_cookie(&name, target, "", 0, embedded)).collect()
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

/// A credential that carries a session, masked.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub(crate) fn carry(
    ctx: Context<'_, impl Entropy>,
    policy: &Session,
    kind: Kind,
    audience: &str,
    session: &Sealed,
    expires: u64,
) -> Result<Sealed, Reason> {
    let terms = Terms { kind, issued: ctx.now, expires, audience, payload: session.bytes() };
    ctx.seal(&policy.keys, &terms)
}

/// What keeps the sessions of one form from being taken for those of another.
fn audience(policy: &Session) -> &'static str {
    match policy.style {
        CookieStyle::HostPrefixed => "",
        CookieStyle::Servlet => "servlet",
    }
}

pub(crate) fn is_local(target: &Target<'_>) -> bool {
    !target.secure && target.is_loopback()
}

fn write_cookie(name: &str, target: &Target<'_>, value: &str, max_age: u64, embedded: bool) -> String {
    let reach = match (embedded && target.secure, is_local(target)) {
        (true, _) => "; Secure; HttpOnly; SameSite=None; Partitioned",
        (_, true) => "; HttpOnly; SameSite=Lax",
        _ => "; Secure; HttpOnly; SameSite=Lax",
    };
    format!("{name}={value}; Path=/; Max-Age={max_age}{reach}")
}

/// Whether a cookie of that name came with what has the form of this gateway's sessions.
fn has_own(policy: &Session, headers: &Headers<'_>, name: &str) -> bool {
    headers.get("cookie").is_some_and(|header| cookie::all(header, name).any(|value| is_own(policy, value)))
}

fn visitor_name(policy: &Session) -> String {
    format!("{}{VISITOR}", policy.cookie)
}

/// What names a cookie's value, and why it is set aside, and does not betray it.
fn mark_of(value: &str, why: &str) -> String {
    let mark: [u8; 16] = seal::first(sha256(&[why.as_bytes(), value.as_bytes()]));
    base64url(&mark)
}

/// What begins the text of which a mark is the digest.
const ENDED: &str = "edgegate aside v1\0";
const FORGED: &str = "edgegate unknown v1\0";
/// Ends the name of the cookie that sets another one aside.
const ASIDE: &str = "-aside";
/// Ends the name of the cookie for visitors that stands beside one that has ended.
const VISITOR: &str = "-visitor";
/// Seconds.
const A_WHILE: u64 = 60;

/// Audiences of servlet sessions: those of people, and of visitors who are not signed in.
pub(crate) const SERVLET: [&str; 2] = ["servlet", ANONYMOUS];
const ANONYMOUS: &str = "servlet nobody";
