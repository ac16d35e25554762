//! The Luminate dialect: what the gateway answers under a vendor's addresses.

use std::sync::Arc;

use super::super::{FieldPattern, HostPattern, NamePattern, Network, NoAuth, Session, SignedRedirect};

/// `[luminate]`: sessions, authentication tokens and single sign-on (`protocols.md` A0, A3).
#[derive(Debug, Clone)]
pub struct Luminate {
    /// Its sessions: cookie and field `JSESSIONID`, `idle` 15 min, `absolute` 12 h. Their keys also make the tokens.
    pub session: Session,
    /// Values of `api_key` that callers may send; the second is for the time of a change.
    pub api_keys: Vec<String>,
    /// How answers of `login` and `loginTest` are signed: first key and first digest of this profile.
    pub signature: Arc<SignedRedirect>,
    /// Seconds a `NONCE_TOKEN` lives (default 15 min).
    pub nonce_lifetime: u64,
    /// Seconds an `sso_auth_token` lives (default 15 min).
    pub sign_on_lifetime: u64,
    /// Client methods that need no `auth`.
    pub no_auth: NoAuth,
    /// Methods beyond those that are known, by servlet.
    pub methods: Vec<(String, Vec<String>)>,
    /// Hosts that a browser may be sent to, and that tags may name, beside the gateway's own.
    pub redirects: Vec<HostPattern>,
    /// Which names of fields mean what, where a call ends in a redirect.
    pub names: Arc<FieldNames>,
    /// Host, with its port where it has one, at which the gateway is reached by http for pages that have no https.
    pub http_host: Option<String>,
    /// Client networks that may make server calls. Empty: nobody.
    pub server_networks: Vec<Network>,
    /// Who may make server calls.
    pub administrators: Vec<Administrator>,
    /// Path of the origin's look-up, if it has one: `POST` JSON `{cons_id}` or `{member_id}`, answered 200
    /// `{subject, ...}` or 404.
    pub lookup: Option<String>,
}

/// `[luminate.administrators.<name>]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    /// The table's name: `login_name`.
    pub name: String,
    /// Name of the Worker secret that holds `login_password`.
    pub secret: String,
    /// Server methods it may call.
    pub methods: Vec<NamePattern>,
}

/// What names of fields say of their values (`protocols.md` A2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldNames {
    /// They tell who somebody is: signed only with what the response says of the caller.
    pub identity: Vec<FieldPattern>,
    /// They are never passed on.
    pub withheld: Vec<FieldPattern>,
}

impl FieldNames {
    /// Whether a folded name tells who somebody is.
    pub fn is_identity(&self, folded: &[u8]) -> bool {
        self.identity.iter().any(|pattern| pattern.covers(folded))
    }

    /// Whether what stands under a folded name is never passed on.
    pub fn is_withheld(&self, folded: &[u8]) -> bool {
        self.withheld.iter().any(|pattern| pattern.covers(folded))
    }
}

/// Places beyond text and attributes in which tags are expanded: `tags = ["html", "script", ...]` of a route.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TagPlaces {
    /// In `script`.
    pub script: bool,
    /// In `style`.
    pub style: bool,
    /// In comments.
    pub comment: bool,
}

coded!(struct Luminate { session, api_keys, signature, nonce_lifetime, sign_on_lifetime, no_auth, methods, redirects, names, http_host, server_networks, administrators, lookup });
coded!(struct Administrator { name, secret, methods });
coded!(struct FieldNames { identity, withheld });
coded!(struct TagPlaces { script, style, comment });
