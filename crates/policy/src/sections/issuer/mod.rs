//! `[issuers.<name>]`: authorization servers of others.

#[cfg(feature = "reader")]
mod claims;
#[cfg(feature = "reader")]
mod file;
#[cfg(feature = "reader")]
mod keys;
#[cfg(feature = "reader")]
pub(crate) mod presets;

use std::sync::Arc;

use crate::Origin;

/// `[issuers.<name>]`: Bearer tokens that somebody else issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The table's name.
    pub name: String,
    /// `iss` (RFC 7519 section 4.1.1), compared byte for byte. With `tenants` it has `{tenant}` in it.
    pub issuer: String,
    /// What may stand in place of `{tenant}`, and is then the claim `tid` too.
    pub tenants: Vec<String>,
    /// One of these has to be in that claim. Empty only where tokens are introspected: then the one that is asked has checked that.
    pub audience: Vec<String>,
    /// The claim that names the audience (default `aud`).
    pub audience_claim: String,
    /// Who is asked.
    pub origin: Arc<Origin>,
    /// How a token is verified.
    pub verification: Verification,
    /// Seconds of tolerated clock difference, for `exp`, `nbf` and `iat` (default 60).
    pub skew: u64,
    /// The claim that is the subject (default `sub`).
    pub subject: String,
    /// The claim that is the client; None: `client_id`, or `azp` without it.
    pub client: Option<String>,
    /// The claims that hold scopes, as paths; none: `scope`, or `scp` without it.
    pub scopes: Vec<String>,
    /// Claims, as paths, and what each has to hold one of; none: any text.
    pub require: Vec<(String, Vec<String>)>,
    /// ID tokens (OpenID Connect Core section 2) are accepted.
    pub id_tokens: bool,
    /// Where requests carry its tokens.
    pub place: TokenPlace,
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

    /// Whether a token says that it is of this issuer.
    pub fn is_of(&self, iss: &str) -> bool {
        if self.tenants.is_empty() { iss == self.issuer } else { self.tenant_of(iss).is_some() }
    }

    /// The tenant that the `iss` of a token names; None unless the policy lists it.
    pub fn tenant_of<'a>(&self, iss: &'a str) -> Option<&'a str> {
        let (before, after) = self.issuer.split_once(TENANT)?;
        let tenant = iss.strip_prefix(before)?.strip_suffix(after)?;
        self.tenants.iter().any(|known| known == tenant).then_some(tenant)
    }

    /// Every `iss` that its tokens can have.
    pub fn names(&self) -> Vec<String> {
        match self.tenants.as_slice() {
            [] => vec![self.issuer.clone()],
            tenants => tenants.iter().map(|tenant| self.issuer.replace(TENANT, tenant)).collect(),
        }
    }
}

/// Where requests carry the tokens of an issuer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenPlace {
    /// As a Bearer token (RFC 6750).
    #[default]
    Bearer,
    /// As Cloudflare Access does: a header field of its edge, or the cookie that the browser sends.
    CfAccess,
}

/// What stands for a tenant in `issuer`.
const TENANT: &str = "{tenant}";

/// Exactly one of `jwks` and `introspection`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// By signature: a JWT (RFC 7519).
    Jwks {
        /// Path of the issuer's keys (RFC 7517 section 5) at the origin, or of the document that names their address.
        path: String,
        /// It is that document (OpenID Connect Discovery section 4).
        is_discovered: bool,
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
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl JwsAlgorithm {
    /// Every algorithm with its name.
    pub const ALL: &[(&str, JwsAlgorithm)] = &[
        ("RS256", JwsAlgorithm::Rs256),
        ("RS384", JwsAlgorithm::Rs384),
        ("RS512", JwsAlgorithm::Rs512),
        ("PS256", JwsAlgorithm::Ps256),
        ("ES256", JwsAlgorithm::Es256),
        ("ES384", JwsAlgorithm::Es384),
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

coded!(struct Issuer { name, issuer, tenants, audience, audience_claim, origin, verification, skew, subject, client, scopes, require, id_tokens, place, cache });
coded!(enum TokenPlace { 0 Bearer, 1 CfAccess });
coded!(enum Verification { 0 Jwks { path, is_discovered, algorithms }, 1 Introspection { path, client_id, secret } });
coded!(enum JwsAlgorithm { 0 Rs256, 1 Ps256, 2 Es256, 3 EdDsa, 4 Rs384, 5 Rs512, 6 Es384 });

#[cfg(feature = "reader")]
pub(crate) use file::read;
#[cfg(feature = "reader")]
pub(crate) use keys::SECTION;
