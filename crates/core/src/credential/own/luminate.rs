//! Names in which Luminate's clients carry credentials (`protocols.md` part A): what is cut from a request that goes on.

use crate::http::{Target, query};
use crate::policy::Route;
pub use crate::policy::carrier::{LUMINATE_NONCE as NONCE, LUMINATE_SESSION as SESSION, SIGN_ON};

/// Whether what stands under a name is a credential, in a request or in a response: no redirect passes it on, whatever the
/// policy says.
pub fn is_secret(name: &str) -> bool {
    query::folds_onto_any(name, CREDENTIALS.iter().chain(&TOLD))
}

/// Which parameters of an address are cut from what is forwarded: what the API keeps back, and on pages the credentials
/// that a page has no other use for.
pub fn cut_from(route: &Route, target: &Target<'_>) -> fn(&str) -> bool {
    match below(route, target).is_some_and(is_servlet) {
        true => is_kept_back,
        false => |name| query::folds_onto_any(name, IN_ADDRESSES.iter()),
    }
}

/// Whether some origin would read the name as that of a credential, or would itself redirect by it.
pub fn is_kept_back(name: &str) -> bool {
    query::folds_onto_any(name, CREDENTIALS.iter().chain(&REDIRECTS))
}

/// Whether a name, as it was sent, is of a password, in whatever spelling.
pub fn is_password(name: &str) -> bool {
    query::decode(name).to_ascii_lowercase().windows(5).any(|letters| letters == b"passw")
}

/// The path below the route's own, without its first slash. None if a parameter stands in the route's own part: an
/// origin that cuts it reads a place there that would be none here.
pub fn below<'a>(route: &Route, target: &Target<'a>) -> Option<&'a str> {
    let rest = target.path.strip_prefix(route.path.base().trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// Whether a path below the route is one of the API's.
pub fn is_servlet(rest: &str) -> bool {
    looks_like_servlet(rest.split(['/', ';']).next().unwrap_or_default())
}

/// Whether the name of a place has the form of a servlet's.
pub fn looks_like_servlet(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    (name.starts_with("cr") || name.starts_with("sr")) && name.ends_with("api")
}

/// Parameters that carry a credential or prove one; they are cut from what is forwarded.
pub const CREDENTIALS: [&str; 6] = [AUTH, SIGN_ON, NONCE, SESSION, LOGIN_NAME, LOGIN_PASSWORD];
/// Those that are cut from every address, a page's too.
pub const IN_ADDRESSES: [&str; 5] = [SIGN_ON, NONCE, SESSION, LOGIN_NAME, LOGIN_PASSWORD];
/// Those that mean something wherever a browser may have got them to.
pub const ANYWHERE: [&str; 3] = [SIGN_ON, NONCE, SESSION];
/// Where a client call leads: whatever its outcome, if it went well, if it did not; and whether that is signed.
pub const REDIRECTS: [&str; 4] = ["redirect", "success_redirect", "error_redirect", "sign_redirects"];
/// The element of a response that says whom it is about.
pub const SUBJECT: &str = "cons_id";
/// What else a person goes by: a number that is somebody's `cons_id` can be another's of these.
pub const OTHER_KINDS: [&str; 3] = ["member_id", "user_name", "email"];
/// Bound to its session, in a body.
pub const AUTH: &str = "auth";
/// Names an administrator, in a body.
pub const LOGIN_NAME: &str = "login_name";
/// The administrator's password, in a body.
pub const LOGIN_PASSWORD: &str = "login_password";
/// What the token of a session is for.
pub const AUTH_PURPOSE: &str = "luminate auth";
/// A load balancer's number; it has no meaning here, and clients send back what they were told.
pub const ROUTING_ID: &str = "00000000.app1";
/// Where responses hold a credential; a log-in by a partner's word answers with the session itself.
const TOLD: [&str; 4] = ["password", "token", "nonce", "singleSignOnMethodResponse"];
