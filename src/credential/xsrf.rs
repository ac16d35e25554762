//! The signed double submit: a token that shows that whoever sends a request could read a page of its session, or its
//! cookies (`protocols.md` C4).
//!
//! It is a MAC over the session ([`bound`]), so it stays the same until the session ends, is worth nothing with another,
//! and nothing has to be stored. A cookie that a neighbouring host planted is worth nothing either. Names and alphabet are
//! those that libraries read by themselves, so the value needs no escapes.

use super::bound;
use super::seal::Sealed;
use super::session;
use super::store::Context;
use crate::http::{Headers, Target, cookie};
use crate::policy::Session;
use crate::refusal::Reason;
use crate::secret::Secret;

/// The session's token.
///
/// # Errors
/// `SecretMissing`.
pub fn token(ctx: Context<'_>, policy: &Session, session: &Sealed) -> Result<Secret, Reason> {
    bound::token(ctx, policy, session, PURPOSE)
}

/// Judges what a request shows of a session's token, in its header or a field of its form. Where it has the cookie too,
/// both are one.
///
/// # Errors
/// `BoundTokenMissing`, `BoundTokenMismatch`.
pub fn judge(token: &Secret, headers: &Headers<'_>, shown: Option<&str>) -> Result<(), Reason> {
    let shown = shown.ok_or(Reason::BoundTokenMissing)?;
    let mut cookies = cookies(headers).peekable();
    let agrees = cookies.peek().is_none() || cookies.any(|cookie| cookie == shown);
    (agrees && token.is(shown.as_bytes())).then_some(()).ok_or(Reason::BoundTokenMismatch)
}

/// The Set-Cookie value that hands the token to the session's pages, for as long as the session can live; None if the
/// browser has it.
///
/// # Errors
/// `Internal`; a token is ASCII.
pub fn renew(token: &Secret, lives: u64, target: &Target<'_>, headers: &Headers<'_>) -> Result<Option<String>, Reason> {
    match cookies(headers).any(|cookie| token.is(cookie.as_bytes())) {
        true => Ok(None),
        false => Ok(Some(write_cookie(target, token.expose_text()?, lives))),
    }
}

/// The Set-Cookie value that takes it back.
pub fn clear_cookie(target: &Target<'_>) -> String {
    write_cookie(target, "", 0)
}

/// Scripts of the site read it, so it is not `HttpOnly`, and its name has no prefix.
fn write_cookie(target: &Target<'_>, value: &str, max_age: u64) -> String {
    let secure = if session::is_local(target) { "" } else { "; Secure" };
    format!("{COOKIE}={value}; Path=/; Max-Age={max_age}{secure}; SameSite=Lax")
}

fn cookies<'a>(headers: &Headers<'a>) -> impl Iterator<Item = &'a str> {
    cookie::visible(headers.get("cookie").unwrap_or_default(), COOKIE)
}

/// The cookie, as axios and Angular look for it.
pub const COOKIE: &str = "XSRF-TOKEN";
/// The header that they copy it into.
pub const HEADER: &str = "x-xsrf-token";
/// The hidden field of a page's form.
pub const FIELD: &str = "XSRF_TOKEN";
const PURPOSE: &str = "xsrf";
