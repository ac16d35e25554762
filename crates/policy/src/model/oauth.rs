//! The authorization server, and the authorization servers of others.

use std::sync::Arc;

use super::{Key, Origin};

/// `[oauth]`: the gateway is an authorization server (RFC 6749).
#[derive(Debug, Clone)]
pub struct OAuth {
    /// Seal keys; the first mints, all verify.
    pub keys: Vec<Arc<Key>>,
    /// Where its endpoints stand (default `/oauth`).
    pub path: String,
    /// Whose texts its errors have.
    pub dialect: Dialect,
    /// Seconds an authorization code lives (default 60).
    pub code_lifetime: u64,
    /// Seconds an access token lives (default 1 h).
    pub access_lifetime: u64,
    /// Seconds a refresh token lives, each anew (default 14 days).
    pub refresh_lifetime: u64,
    /// Seconds after which nothing is refreshed any more (default 365 days).
    pub grant_lifetime: u64,
    /// Seconds for which a refresh token that was used gets the same successor again (default 10).
    pub retry_window: u64,
    /// Over how many objects of the Ledger grants and proofs (DPoP) are spread, which no single key made.
    pub shards: u16,
    /// Seconds an isolate may answer from its own copy of a grant (default 30).
    pub cache: u64,
    /// `query = true`: parameters of the token endpoint may stand in the address.
    pub query: bool,
    /// What the consent page says of scopes, in file order.
    pub scopes: Vec<(String, String)>,
}

/// `dialect = "..."`: in whose words a refusal is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// `generic` (default): the RFCs'.
    #[default]
    Generic,
    /// `checkfront`: `protocols.md` B1.
    Checkfront,
    /// `superoffice`, of a route alone: `protocols.md` C3.
    SuperOffice,
}

/// `[issuers.<name>]`: Bearer tokens that somebody else issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The table's name.
    pub name: String,
    /// `iss` (RFC 7519 section 4.1.1), compared byte for byte.
    pub issuer: String,
    /// One of these has to be in `aud`. Empty only where tokens are introspected: then the one that is asked has checked that.
    pub audience: Vec<String>,
    /// Who is asked.
    pub origin: Arc<Origin>,
    /// How a token is verified.
    pub verification: Verification,
    /// Seconds of tolerated clock difference, for `exp`, `nbf` and `iat` (default 60).
    pub skew: u64,
    /// The claim that is the subject (default `sub`).
    pub subject: String,
    /// Seconds for which an answer is used again: 10 min for keys, 30 s for introspection.
    pub cache: u64,
}

impl Issuer {
    /// Name of the Worker secret by which the gateway proves there who it is.
    pub fn secret(&self) -> Option<&str> {
        match &self.verification {
            Verification::Introspection { secret, .. } => Some(secret),
            Verification::Jwks { .. } => None,
        }
    }
}

/// Exactly one of `jwks` and `introspection`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// By signature: a JWT (RFC 7519).
    Jwks {
        /// Path of the issuer's keys (RFC 7517 section 5) at the origin.
        path: String,
        /// Pinned here, never by the token. Never empty.
        algorithms: Vec<JwsAlgorithm>,
    },
    /// By asking (RFC 7662).
    Introspection {
        /// Path of the endpoint at the origin.
        path: String,
        /// The gateway's own `client_id` there.
        client_id: String,
        /// Name of the Worker secret that holds its secret there.
        secret: String,
    },
}

/// An algorithm of RFC 7518 section 3.1 or RFC 8037.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwsAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl JwsAlgorithm {
    /// Every algorithm with its name.
    pub const ALL: &[(&str, JwsAlgorithm)] = &[
        ("RS256", JwsAlgorithm::Rs256),
        ("PS256", JwsAlgorithm::Ps256),
        ("ES256", JwsAlgorithm::Es256),
        ("EdDSA", JwsAlgorithm::EdDsa),
    ];

    /// `alg`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, algorithm)| *algorithm == self).map_or("", |(name, _)| name)
    }

    /// The algorithm of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }
}

coded!(struct OAuth { keys, path, dialect, code_lifetime, access_lifetime, refresh_lifetime, grant_lifetime, retry_window, shards, cache, query, scopes });
coded!(enum Dialect { 0 Generic, 1 Checkfront, 2 SuperOffice });
coded!(struct Issuer { name, issuer, audience, origin, verification, skew, subject, cache });
coded!(enum Verification { 0 Jwks { path, algorithms }, 1 Introspection { path, client_id, secret } });
coded!(enum JwsAlgorithm { 0 Rs256, 1 Ps256, 2 Es256, 3 EdDsa });
