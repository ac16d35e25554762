//! The cookies of a session: their names, what they hold, and how they are set, taken back and set aside.

use crate::credential::session::{is_anonymous, is_own, open, text};
use crate::digest::{base64url, sha256};
use crate::http::{Headers, Target, cookie};
use crate::policy::{CookieStyle, Session};
use crate::refusal::Reason;
use crate::sealed::seal::{self, Sealed};
use crate::sealed::store::Context;

/// The cookies of a policy's sessions in one browser, and what their names and attributes follow from.
#[derive(Debug, Clone, Copy)]
pub struct Cookies<'a> {
    /// What the policy says of sessions.
    pub policy: &'a Session,
    /// The request's target: names and attributes differ between https and http on loopback.
    pub target: &'a Target<'a>,
    /// The request's fields.
    pub headers: &'a Headers<'a>,
    /// Whether they go to a page of another site that is trusted. They then live in that site's partition alone, and
    /// browsers take them over https only.
    pub embedded: bool,
}

impl<'a> Cookies<'a> {
    fn name(&self) -> String {
        cookie_name(self.policy, self.target)
    }

    /// The session's cookie value, undecoded. The name of a servlet session is used by many: a value that is not of this
    /// gateway's form is somebody else's cookie.
    ///
    /// # Errors
    /// `SessionDuplicate`.
    pub fn present<P>(&self, ctx: Context<'_, P>) -> Result<Option<&'a str>, Reason> {
        let Some(header) = self.headers.get("cookie") else { return Ok(None) };
        let policy = self.policy;
        let name = self.name();
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
    pub fn visitor(&self) -> Option<&'a str> {
        let header = self.headers.get("cookie")?;
        let name = visitor_name(self.policy);
        cookie::visible(header, &name).find(|value| is_own(self.policy, value))
    }

    /// The Set-Cookie value that sets a cookie aside which was refused, and no other. Answers overtake each other: taking
    /// the cookie back by its name could remove the one of a newer sign-in. So the browser keeps a mark beside it that
    /// names the value; while both come together, there is no session. None for a reason that has nothing to do with it.
    ///
    /// What has ended is set aside for good. What this deployment did not make may be another one's, which is on its way in or
    /// out: it is set aside for a minute, and only where its key is not known.
    pub fn set_aside(&self, value: &str, refused: Reason) -> Option<String> {
        let (seconds, why) = match refused {
            Reason::SessionExpired | Reason::SessionIdle | Reason::SessionRevoked => (self.policy.absolute, ENDED),
            Reason::SessionUnknown => (A_WHILE.min(self.policy.absolute), ENDED),
            Reason::SessionForged => (A_WHILE.min(self.policy.absolute), FORGED),
            _ => return None,
        };
        let name = format!("{}{ASIDE}", self.name());
        Some(self.write(&name, &mark_of(value, why), seconds))
    }

    /// The Set-Cookie value that hands a session over.
    ///
    /// # Errors
    /// `Internal`; a session's text is ASCII.
    pub fn set(&self, sealed: &Sealed) -> Result<String, Reason> {
        // Who came with a session that has ended may have signed in again meanwhile: what a visitor gets who is not signed in
        // must not take that one's place if this answer comes late.
        let is_beside = is_anonymous(sealed) && self.has_own(&self.policy.cookie);
        let name = if is_beside { visitor_name(self.policy) } else { self.name() };
        Ok(self.write(&name, text(self.policy, sealed).expose_text()?, self.policy.absolute))
    }

    /// The Set-Cookie values that take back what a browser has of a session, for somebody who signs out.
    pub fn clear(&self) -> Vec<String> {
        let visitor = Some(visitor_name(self.policy));
        let visitor = visitor.filter(|name| self.policy.style == CookieStyle::Servlet && self.has_own(name));
        let names = core::iter::once(self.name()).chain(visitor);
        names.map(|name| self.write(&name, "", 0)).collect()
    }

    fn write(&self, name: &str, value: &str, max_age: u64) -> String {
        let reach = match (self.embedded && self.target.secure, is_local(self.target)) {
            (true, _) => "; Secure; HttpOnly; SameSite=None; Partitioned",
            (_, true) => "; HttpOnly; SameSite=Lax",
            _ => "; Secure; HttpOnly; SameSite=Lax",
        };
        format!("{name}={value}; Path=/; Max-Age={max_age}{reach}")
    }

    /// Whether a cookie of that name came with what has the form of this gateway's sessions.
    fn has_own(&self, name: &str) -> bool {
        self.headers
            .get("cookie")
            .is_some_and(|header| cookie::all(header, name).any(|value| is_own(self.policy, value)))
    }
}

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
    write_cookie(&host_name(name, target), target, "/", value, max_age)
}

/// The same of one that is sent below a path only, and so has no prefix in its name.
pub(crate) fn write_cookie(name: &str, target: &Target<'_>, path: &str, value: &str, max_age: u64) -> String {
    let secure = if is_local(target) { "" } else { "; Secure" };
    format!("{name}={value}; Path={path}; Max-Age={max_age}{secure}; HttpOnly; SameSite=Lax")
}

/// Whether a cookie is such a mark, or a visitor's session, by its name without a prefix.
pub fn is_companion(policy: &Session, bare: &str) -> bool {
    let split = bare.split_at_checked(policy.cookie.len());
    let is = |rest: &str, mark: &str| cookie::reads_as(rest, mark);
    split
        .filter(|(name, _)| is(name, &policy.cookie))
        .is_some_and(|(_, rest)| is(rest, ASIDE) || (is(rest, VISITOR) && policy.style == CookieStyle::Servlet))
}

pub(crate) fn is_local(target: &Target<'_>) -> bool {
    !target.secure && target.is_loopback()
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
