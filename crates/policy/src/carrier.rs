//! Where requests carry credentials, so that no origin receives one, on whichever route it turns up.

use crate::Policy;

/// A place in a request where a kind of credential, or a part of it, stands.
#[derive(Debug, Clone, Copy)]
pub enum Carrier {
    /// The header field `Authorization`, which no origin ever receives.
    Authorization,
    /// A header field, in every alias.
    Header(&'static str),
    /// A cookie, with and without the prefix `__Host-`.
    Cookie(Name),
    /// A query parameter, under every name that some origin reads as this one.
    Parameter(Name),
    /// The query parameters whose names begin so.
    Prefix(&'static str),
    /// A query parameter of exactly this name, only on routes that accept the kind: others may mean something else by it.
    OfRoute(&'static str),
    /// What only a profile or a dialect knows, on routes that accept the kind.
    OfProfile,
}

/// The name of a cookie or of a parameter.
#[derive(Debug, Clone, Copy)]
pub enum Name {
    /// This one.
    Is(&'static str),
    /// The one that the policy gives.
    Given(fn(&Policy) -> Option<&str>),
}

impl Name {
    /// The name under a policy.
    pub fn of(self, policy: &Policy) -> Option<String> {
        match self {
            Name::Is(name) => Some(name.to_owned()),
            Name::Given(name) => name(policy).map(str::to_owned),
        }
    }
}

/// The header field in which an application shows its own token beside a ticket.
pub const APP_TOKEN: &str = "so-apptoken";
/// The header field in which the edge of Cloudflare Access shows who signed in.
pub const ACCESS_ASSERTION: &str = "cf-access-jwt-assertion";
/// The cookie in which a browser carries the same.
pub const ACCESS_COOKIE: &str = "CF_Authorization";
/// The query parameter of a Bearer token (RFC 6750 section 2.3).
pub const ACCESS_TOKEN: &str = "access_token";
/// The parameter by which the button of the confirmation page says that a person pressed it.
pub const CONFIRM: &str = "eg_confirm";
/// How the parameters of a signed link begin.
pub const LINK: &str = "eg_";
/// The cookie of a folder that a signed link opened.
pub const LINK_COOKIE: &str = "edgegate-link";
/// Luminate's token of a partner for a constituent.
pub const SIGN_ON: &str = "sso_auth_token";
/// Luminate's nonce, which connects a browser to a session.
pub const LUMINATE_NONCE: &str = "NONCE_TOKEN";
/// Luminate's session, as a parameter.
pub const LUMINATE_SESSION: &str = "JSESSIONID";
/// The cookie of a session at the http host.
pub const HTTP_SESSION: &str = "edgegate-http";
/// The cookie that marks one which was handed over.
pub const HTTP_SESSION_HANDED: &str = "edgegate-http-handed";
