//! The gateway's own addresses.

/// The sign-in page.
pub const SIGN_IN: &str = "/.edgegate/sign-in";
/// The sign-out page.
pub const SIGN_OUT: &str = "/.edgegate/sign-out";
/// Hands over a session at the http host.
pub const HTTP_SESSION: &str = "/.edgegate/http-session";
/// A ticket for a program that a page hosts.
pub const TICKET: &str = "/.edgegate/ticket";
/// What the log may name; any other path is the caller's own words.
pub const KNOWN: [&str; 17] = [
    HTTP_SESSION,
    TICKET,
    HEALTH,
    JWKS,
    SIGN_IN,
    SIGN_OUT,
    EXPLAIN,
    "/.edgegate/admin/nonce",
    "/.edgegate/admin/ticket",
    "/.edgegate/admin/token",
    "/.edgegate/admin/token/show",
    "/.edgegate/admin/token/revoke",
    "/.edgegate/admin/session/revoke",
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
