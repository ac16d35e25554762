//! Keys, and one profile for each kind of credential.

use std::sync::Arc;

use super::super::NamePattern;

/// `[keys.<id>]`: a key by its id (`eg_kid`, the middle part of issued tokens, the JWT's `kid`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The table's name: 1 to 32 of `[A-Za-z0-9-]`.
    pub id: String,
    /// Name of the Worker secret that holds the value.
    pub secret: String,
    /// What it may be used for, so that no key serves two formats.
    pub usage: KeyUse,
}

/// `use = "..."` of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// `link`: generic signed links, with their algorithm.
    Link(MacAlgorithm),
    /// `digest`: the secret suffix of a digest signature.
    Digest,
    /// `seal`: credentials that Edgegate issues itself (tokens, sessions, nonces).
    Seal,
    /// `identity`: a P-256 private JWK that signs the identity JWT.
    Identity,
    /// `assertion`: signs the gateway's own calls to an origin's password check.
    Assertion,
    /// `client`: authenticates client ids, and keys the digests of client secrets.
    Client,
}

/// `algorithm = "..."` of a link key. Pinned by the key, never by the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacAlgorithm {
    /// `hmac-sha256` (default)
    HmacSha256,
    /// `hmac-sha1`
    HmacSha1,
}

/// `[links.<name>]`: the generic signed link (RFC 3986 URL with `eg_*` parameters).
#[derive(Debug, Clone)]
pub struct Link {
    /// The table's name.
    pub name: String,
    /// Live keys; the first signs, all verify. Never empty.
    pub keys: Vec<Arc<Key>>,
    /// Seconds: `eg_exp` may lie at most this far ahead (default 7 days).
    pub max_lifetime: u64,
    /// Seconds of tolerated clock difference, for `eg_exp` and `eg_nbf` (default 0).
    pub skew: u64,
    /// Parameters that may follow the signature; they are forwarded.
    pub ignore: Vec<NamePattern>,
    /// Each link works once.
    pub single_use: bool,
    /// The MAC covers the method (default true; `GET` covers `HEAD`).
    pub cover_method: bool,
    /// The MAC covers the host (default true).
    pub cover_host: bool,
    /// A link without `eg_ip` is refused (default false).
    pub require_ip: bool,
    /// Query parameter whose signed value is the subject.
    pub subject: Option<String>,
}

/// `[signed_redirects.<name>]`: hex(digest(query ‖ secret)), `protocols.md` A1.
#[derive(Debug, Clone)]
pub struct SignedRedirect {
    /// The table's name.
    pub name: String,
    /// Live keys, tried in turn. Never empty.
    pub keys: Vec<Arc<Key>>,
    /// Accepted digests. Never empty; the first signs.
    pub digests: Vec<Digest>,
    /// Accepted boundaries of the hashed text. Never empty; the first signs.
    pub boundaries: Vec<Boundary>,
    /// Name of the signature parameter: `signature` (default) or `sig`.
    pub signature: String,
    /// Seconds that `ts` may lie before or after now (default 5).
    pub window: u64,
    /// Each signature works once (default true).
    pub single_use: bool,
    /// Day (`YYYY-MM-DD`) after which `edgegate check` calls the format overdue.
    pub sunset: String,
    /// Query parameter whose signed value is the subject.
    pub subject: Option<String>,
}

impl SignedRedirect {
    /// Whether what one of the two signs is taken for the other's.
    pub fn shares_key(&self, other: &SignedRedirect) -> bool {
        self.keys.iter().any(|key| other.keys.contains(key))
    }
}

/// A digest of the signed-redirect format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// `md5`: 32 hex digits.
    Md5,
    /// `sha1`: 40 hex digits.
    Sha1,
}

/// Where the hashed text ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// `inclusive`: up to and including `&signature=` (default).
    Inclusive,
    /// `exclusive`: up to, not including, `&signature=`.
    Exclusive,
}

/// `[bearer]`
#[derive(Debug, Clone)]
pub struct Bearer {
    /// Seal keys; the first mints, all verify.
    pub keys: Vec<Arc<Key>>,
    /// Seconds a minted token lives (default 1 h).
    pub lifetime: u64,
    /// Seconds an isolate may answer from its own copy of a record (default 30).
    pub cache: u64,
}

/// `[session]`
#[derive(Debug, Clone)]
pub struct Session {
    /// Seal keys; the first mints, all verify.
    pub keys: Vec<Arc<Key>>,
    /// Cookie name without prefix (default `edgegate`).
    pub cookie: String,
    /// How its cookie looks.
    pub style: CookieStyle,
    /// Seconds without a request after which a session ends (default 30 min).
    pub idle: u64,
    /// Seconds after which a session ends in any case (default 12 h).
    pub absolute: u64,
    /// Seconds an isolate may answer from its own copy of a record (default 30).
    pub cache: u64,
}

/// What a session's cookie looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieStyle {
    /// `__Host-<name>` on https; the value says what it is.
    HostPrefixed,
    /// The bare name and the alphabet of a servlet container, for clients that know no other. Visitors who are not
    /// signed in have one too.
    Servlet,
}

/// `[nonce]`
#[derive(Debug, Clone)]
pub struct Nonce {
    /// Seal keys; the first mints, all verify.
    pub keys: Vec<Arc<Key>>,
    /// Query parameter (default `NONCE_TOKEN`).
    pub parameter: String,
    /// Seconds a nonce lives unless minted shorter (default 15 min).
    pub lifetime: u64,
}

coded!(struct Key { id, secret, usage });
coded!(enum KeyUse { 0 Link(value), 1 Digest, 2 Seal, 3 Identity, 4 Assertion, 5 Client });
coded!(enum MacAlgorithm { 0 HmacSha256, 1 HmacSha1 });
coded!(struct Link { name, keys, max_lifetime, skew, ignore, single_use, cover_method, cover_host, require_ip, subject });
coded!(struct SignedRedirect { name, keys, digests, boundaries, signature, window, single_use, sunset, subject });
coded!(enum Digest { 0 Md5, 1 Sha1 });
coded!(enum Boundary { 0 Inclusive, 1 Exclusive });
coded!(struct Bearer { keys, lifetime, cache });
coded!(struct Session { keys, cookie, style, idle, absolute, cache });
coded!(enum CookieStyle { 0 HostPrefixed, 1 Servlet });
coded!(struct Nonce { keys, parameter, lifetime });
