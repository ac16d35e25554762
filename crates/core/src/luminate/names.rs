//! The Luminate dialect (`protocols.md` part A): names, codes and shapes, and nothing that decides.
//!
//! [`methods`] lists what exists, [`document`] writes answers as XML or JSON, [`errors`] has the codes, [`tags`] what a
//! tag in a page stands for.

use crate::http::query;

/// Whether what stands under a name is a credential, in a request or in a response: no redirect passes it on, whatever the
/// policy says.
pub fn is_secret(name: &str) -> bool {
    query::folds_onto_any(name, CREDENTIALS.iter().chain(&TOLD))
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
/// A partner's word for a constituent, in a body.
pub const SIGN_ON: &str = "sso_auth_token";
/// Connects a browser to a session, in an address.
pub const NONCE: &str = "NONCE_TOKEN";
/// The session, as a field of a body.
pub const SESSION: &str = "JSESSIONID";
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
