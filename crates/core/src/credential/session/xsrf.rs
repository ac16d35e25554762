//! The signed double submit: a token that shows that the sender of a request could read a page of its session, or its
//! cookies (`protocols.md` C4).
//!
//! It is a MAC over the session ([`crate::sealed::session_token`]), so it stays the same until the session ends, is worth nothing with another,
//! and nothing has to be stored. A cookie that a neighbouring host planted is worth nothing either. Names and alphabet are
//! those that libraries read by themselves, so the value needs no escapes.

use crate::credential::session;
use crate::http::{Headers, Target, cookie};
use crate::policy::Session;
use crate::refusal::Reason;
use crate::sealed::seal::Sealed;
use crate::sealed::session_token;
use crate::sealed::store::Context;
use crate::secret::Secret;

/// The session's token.
///
/// # Errors
/// `SecretMissing`.
pub fn token<P>(
    ctx: Context<'_, P>,
    policy: &Session,
    session: &Sealed,
    target: &Target<'_>,
) -> Result<Secret, Reason> {
    // Hosts that share a session share no pages.
    match policy.hosts.iter().find(|host| **host == *target.host) {
        Some(host) => session_token::token(ctx, policy, session, &format!("{PURPOSE} {host}")),
        None => session_token::token(ctx, policy, session, PURPOSE),
    }
}

/// What a request's cookies hold of a session's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// No such cookie.
    Nothing,
    /// The session's token, perhaps beside others.
    Own,
    /// Something else.
    Other,
}

/// Looks for the cookie.
pub fn held(token: &Secret, headers: &Headers<'_>) -> Held {
    let cookies = cookie::visible(headers.get("cookie").unwrap_or_default(), COOKIE);
    cookies.fold(Held::Nothing, |held, cookie| match token.is(cookie.as_bytes()) || held == Held::Own {
        true => Held::Own,
        false => Held::Other,
    })
}

/// What a request of a session has to show.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The session's token.
    pub token: &'a Secret,
    /// What the request's cookies hold of it.
    pub held: Held,
}

impl Expected<'_> {
    /// Checks what a request shows of the token, in its header or a field of its form. Where it has the cookie too, both are
    /// one.
    ///
    /// # Errors
    /// `BoundTokenMissing`, `BoundTokenMismatch`.
    pub fn check(self, shown: Option<&str>) -> Result<(), Reason> {
        let shown = shown.ok_or(Reason::BoundTokenMissing)?;
        let is_own = self.held != Held::Other && self.token.is(shown.as_bytes());
        is_own.then_some(()).ok_or(Reason::BoundTokenMismatch)
    }
}

/// The Set-Cookie value that hands the token to the session's pages, for as long as the session can live.
///
/// # Errors
/// `Internal`; a token is ASCII.
pub fn set_cookie(token: &Secret, lives: u64, target: &Target<'_>) -> Result<String, Reason> {
    Ok(write_cookie(target, token.expose_text()?, lives))
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

/// The cookie, as axios and Angular look for it.
pub const COOKIE: &str = "XSRF-TOKEN";
/// The header that they copy it into.
pub const HEADER: &str = "x-xsrf-token";
/// The hidden field of a page's form.
pub const FIELD: &str = "XSRF_TOKEN";
const PURPOSE: &str = "xsrf";
