//! Clients (RFC 6749 section 2): who holds an id, and mostly a secret, of their own.

/// `[clients.<id>]`, or what `edgegate client add` registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `client_id`: 1 to 128 of `[A-Za-z0-9_-]`.
    pub id: String,
    /// What people are told it is called (default: the id).
    pub name: String,
    /// Where people can read about it.
    pub homepage: Option<String>,
    /// Its picture.
    pub logo: Option<String>,
    /// What it is.
    pub kind: ClientKind,
    /// Keyed digests of its secrets: one, and during a change of secrets a second.
    pub secrets: Vec<SecretDigest>,
    /// Where a browser may be sent back to, compared byte for byte, the port of a loopback address aside.
    pub redirect_uris: Vec<String>,
    /// Scopes (RFC 6749 section 3.3) that it may ask for; of a token pair: that it has.
    pub scope: Vec<String>,
    /// As whom a token pair goes through, if as anybody.
    pub subject: Option<String>,
    /// It may act for other accounts (`X-On-Behalf`).
    pub acts_for_others: bool,
    /// It may introspect tokens of other clients: a resource server.
    pub introspects_all: bool,
    /// A code is only given for a PKCE challenge (RFC 7636). Always for public clients.
    pub needs_pkce: bool,
    /// A token is only given for a DPoP proof (RFC 9449).
    pub needs_dpop: bool,
    /// Resources (RFC 8707) that it may ask tokens for.
    pub resources: Vec<String>,
    /// How often a registered client was changed, so that nobody builds on what is out of date.
    pub changes: u64,
}

/// `kind = "..."`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// `confidential`: an OAuth client with a secret.
    Confidential,
    /// `public`: an OAuth client that can keep none; PKCE takes its place.
    Public,
    /// `token-pair`: key and secret are themselves the credential, over HTTP Basic.
    TokenPair,
}

impl ClientKind {
    /// Every kind with its word.
    pub const ALL: &[(&str, ClientKind)] = &[
        ("confidential", ClientKind::Confidential),
        ("public", ClientKind::Public),
        ("token-pair", ClientKind::TokenPair),
    ];

    /// As the policy writes it.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// The kind of that word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
    }
}

/// HMAC-SHA-256 of a secret under a client key, bound to the client's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretDigest {
    /// The digest, in base64url.
    pub text: String,
    /// Unix seconds from which it is worth nothing; None: it stays.
    pub until: Option<u64>,
}

coded!(struct Client { id, name, homepage, logo, kind, secrets, redirect_uris, scope, subject, acts_for_others, introspects_all, needs_pkce, needs_dpop, resources, changes });
coded!(enum ClientKind { 0 Confidential, 1 Public, 2 TokenPair });
coded!(struct SecretDigest { text, until });
