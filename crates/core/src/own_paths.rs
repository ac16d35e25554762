//! The gateway's own addresses.

use crate::http::pieces;
use crate::policy::{Policy, is_within};

/// Whether a path belongs to the gateway; such a path is never forwarded.
pub fn is_own(policy: &Policy, path: &str) -> bool {
    is_below_edgegate(path) || is_authorization_servers(policy, path)
}

/// Whether a path is below `/.edgegate/`, in whatever case.
pub fn is_below_edgegate(path: &str) -> bool {
    let first = pieces(path, b'/').nth(1).unwrap_or_default();
    first.eq_ignore_ascii_case(".edgegate")
}

/// Whether a path belongs to the authorization server, in whatever case.
fn is_authorization_servers(policy: &Policy, path: &str) -> bool {
    let tells = policy.oauth.is_some() || !policy.issuers.is_empty();
    policy.oauth.as_ref().is_some_and(|oauth| is_within(path, &oauth.path))
        || (tells && (is_within(path, OAUTH_SERVER) || is_within(path, OAUTH_RESOURCE)))
}

/// The sign-in page.
pub const SIGN_IN: &str = "/.edgegate/sign-in";
/// The sign-out page.
pub const SIGN_OUT: &str = "/.edgegate/sign-out";
/// Below it, where providers send browsers back to.
pub const CALLBACK: &str = "/.edgegate/callback/";
/// Below it, where providers say that somebody has signed out.
pub const LOGOUT: &str = "/.edgegate/logout/";
/// At the issuer's host: hands a session over to another host of the gateway.
pub const HAND_OVER: &str = "/.edgegate/hand-over";
/// At the other host: takes it.
pub const ARRIVE: &str = "/.edgegate/arrive";
/// Signing in by a link that comes by e-mail.
pub const EMAIL_LINK: &str = "/.edgegate/email-link";
/// The page of the person who is signed in.
pub const ME: &str = "/.edgegate/me";
/// Hands over a session at the http host.
pub const HTTP_SESSION: &str = "/.edgegate/http-session";
/// Its parameter that holds the nonce.
pub const HTTP_SESSION_NONCE: &str = "eg_passage";
/// Its parameter that holds the next address.
pub const HTTP_SESSION_NEXT: &str = "next";
/// A ticket for a program that a page hosts.
pub const TICKET: &str = "/.edgegate/ticket";
/// Below it, pictures of the gateway's pages.
pub const ASSETS: &str = "/.edgegate/assets/";
/// What the log may name; any other path is the caller's own words.
pub const KNOWN: [&str; 24] = [
    HAND_OVER,
    ARRIVE,
    EMAIL_LINK,
    HTTP_SESSION,
    TICKET,
    HEALTH,
    JWKS,
    SIGN_IN,
    SIGN_OUT,
    ME,
    EXPLAIN,
    "/.edgegate/admin/nonce",
    "/.edgegate/admin/ticket",
    "/.edgegate/admin/token",
    "/.edgegate/admin/token/show",
    "/.edgegate/admin/token/revoke",
    "/.edgegate/admin/session/list",
    "/.edgegate/admin/session/revoke",
    "/.edgegate/admin/grant/list",
    "/.edgegate/admin/grant/revoke",
    "/.edgegate/admin/client/add",
    "/.edgegate/admin/client/list",
    "/.edgegate/admin/client/rotate",
    "/.edgegate/admin/client/remove",
];
/// Whether the gateway could do its job.
pub const HEALTH: &str = "/.edgegate/health";
/// The public halves of the identity keys.
pub const JWKS: &str = "/.edgegate/jwks.json";
/// Why a link is refused.
pub const EXPLAIN: &str = "/.edgegate/explain";
/// Below it, the operator's calls.
pub const ADMIN: &str = "/.edgegate/admin/";
/// Metadata of the authorization server (RFC 8414 section 3).
pub const OAUTH_SERVER: &str = "/.well-known/oauth-authorization-server";
/// Metadata of protected resources (RFC 9728 section 3).
pub const OAUTH_RESOURCE: &str = "/.well-known/oauth-protected-resource";
