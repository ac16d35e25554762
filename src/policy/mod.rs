//! The policy: `edgegate.toml`, read once into types that cannot hold nonsense.
//!
//! [`Policy::read`] is the only way to get one. It is called by `build.rs` (a bad policy fails the
//! build), by `edgegate check`, and by the Worker when it starts. This folder uses no `crate::` path
//! outside itself, because `build.rs` includes it by `#[path]`.
//!
//! Names in the file are resolved while reading: a [`Route`] holds the profiles it accepts, a profile
//! holds its [`Key`]s, and nothing is looked up by name while a request waits. Secrets are named here,
//! never held: [`Key::secret`] is the name of a Worker secret.

mod base_url;
mod check;
mod credentials;
mod host;
mod keys;
mod names;
mod nested;
mod network;
mod origin;
mod overlap;
mod path;
mod pattern;
mod problem;
mod read;
mod routes;
mod sections;
mod shape;
mod suggest;
mod table;
mod text;
mod time;
mod value;

use std::sync::Arc;

pub use base_url::BaseUrl;
pub use check::{Advice, advise};
pub use network::Network;
pub use origin::OriginPattern;
pub use path::PathPattern;
pub use pattern::{HostPattern, NamePattern};
pub use problem::Problem;
pub use shape::{SHAPES, Shape};
pub use time::{duration, show_duration};

/// A whole, valid policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What holds for the gateway as a whole.
    pub gateway: Gateway,
    /// Where requests are forwarded, in file order.
    pub origins: Vec<Arc<Origin>>,
    /// Every key that is named, in file order.
    pub keys: Vec<Arc<Key>>,
    /// Profiles of the generic signed link, in file order.
    pub links: Vec<Arc<Link>>,
    /// Profiles of the signed redirect, in file order.
    pub signed_redirects: Vec<Arc<SignedRedirect>>,
    /// Opaque Bearer tokens, if any route accepts or the admin API mints them.
    pub bearer: Option<Bearer>,
    /// Sessions.
    pub session: Option<Session>,
    /// One-time nonces.
    pub nonce: Option<Nonce>,
    /// The sign-in page.
    pub sign_in: Option<SignIn>,
    /// What the origin is told of the caller.
    pub identity: Identity,
    /// The admin API; off unless the policy names its key.
    pub admin: Option<Admin>,
    /// Bounds on a request before anything else is looked at.
    pub limits: Limits,
    /// Who decides on single use.
    pub single_use: SingleUse,
    /// Routes, first match wins. No match is a refusal.
    pub routes: Vec<Arc<Route>>,
    /// Where the tables stand in the file.
    places: problem::Places,
}

/// `[gateway]`
#[derive(Debug, Clone)]
pub struct Gateway {
    /// The public address, for example `https://gate.example.org`; `iss` of the identity JWT.
    pub issuer: BaseUrl,
    /// `realm` of challenges (default `edgegate`). Printable ASCII without `"` and `\`.
    pub realm: String,
    /// Serves `/.edgegate/explain`. Only valid with an issuer on loopback.
    pub explain: bool,
    /// One JSON line per decision (default true).
    pub decision_log: bool,
}

/// `[origins.<name>]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The table's name.
    pub name: String,
    /// How it is reached.
    pub via: Via,
    /// `insecure = true`: an http address that is not loopback was accepted knowingly.
    pub insecure: bool,
}

/// How an origin is reached: exactly one of `url` and `service`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// `url = "https://origin.example.org/base"`
    Url(BaseUrl),
    /// `service = "BINDING"`: a service binding of that name; the request keeps the gateway's host unless the
    /// route says another.
    Service(String),
}

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
    /// Cookie name without prefix (default `edgegate`); sent as `__Host-<name>` on https.
    pub cookie: String,
    /// Seconds without a request after which a session ends (default 30 min).
    pub idle: u64,
    /// Seconds after which a session ends in any case (default 12 h).
    pub absolute: u64,
    /// Seconds an isolate may answer from its own copy of a record (default 30).
    pub cache: u64,
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

/// `[sign_in]`: the page at `/.edgegate/sign-in`; the password check is the origin's.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Who checks passwords.
    pub origin: Arc<Origin>,
    /// Path of its check: `POST` JSON `{account, password}`, answered 200 `{subject, ...}` or 401.
    pub path: String,
    /// Signs the call.
    pub key: Arc<Key>,
}

/// `[identity]`
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// Keys in `jwks.json`; the first signs. At most two.
    pub keys: Vec<Arc<Key>>,
    /// Seconds a JWT is valid (default 60, at most 60).
    pub lifetime: u64,
    /// More header names that no client may send, every alias included.
    pub strip: Vec<NamePattern>,
}

/// `[admin]`
#[derive(Debug, Clone)]
pub struct Admin {
    /// Name of the Worker secret that holds the admin key.
    pub secret: String,
    /// Client networks that may call. Never empty.
    pub allow: Vec<Network>,
}

/// `[limits]`, in bytes.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The URL (default 8192); beyond it 414.
    pub url: usize,
    /// All header names and values together (default 32768); beyond it 431.
    pub headers: usize,
    /// A form that is read for a credential (default 65536); beyond it 413.
    pub form: usize,
    /// A declared `Content-Length`, on any route; beyond it 413. None: the platform's own limit.
    pub body: Option<u64>,
}

/// `[storage] single_use`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleUse {
    /// `ledger` (default): the Durable Object decides, exactly once.
    Ledger,
    /// `best-effort`: KV alone; two requests at the same moment can both pass.
    BestEffort,
}

/// `[[routes]]`
#[derive(Debug, Clone)]
pub struct Route {
    /// Unique name: 1 to 64 of `[a-z0-9-]`; told to the origin and to the log.
    pub name: String,
    /// Host it answers for; None is any.
    pub host: Option<HostPattern>,
    /// Path it answers for.
    pub path: PathPattern,
    /// Methods in upper case. Never empty (default GET and HEAD).
    pub methods: Vec<String>,
    /// Credentials that open it, asked in this order; a session, which browsers send unasked, after all others.
    /// Never empty.
    pub accept: Vec<Accept>,
    /// Options of the Bearer token on this route.
    pub bearer: BearerUse,
    /// A nonce is redeemed only by the button of a page (`confirm = true`).
    pub confirm: bool,
    /// When a revocation is seen.
    pub revocation: Revocation,
    /// Where it goes.
    pub forward: Forward,
    /// Cross-origin requests; None: no CORS headers and no preflight.
    pub cors: Option<Cors>,
    /// `path_parameters = true`: a `;` is allowed in the path.
    pub path_parameters: bool,
}

impl Route {
    /// Whether the route needs any credential at all.
    pub fn is_guarded(&self) -> bool {
        !self.accept.iter().any(|a| matches!(a, Accept::Nothing))
    }
}

/// One entry of `accept`.
#[derive(Debug, Clone)]
pub enum Accept {
    /// `link:<name>`
    Link(Arc<Link>),
    /// `signed-redirect:<name>`
    SignedRedirect(Arc<SignedRedirect>),
    /// `bearer`
    Bearer,
    /// `session`
    Session,
    /// `nonce`
    Nonce,
    /// `none`: open to everybody; must be the last entry.
    Nothing,
}

/// Where a Bearer token may be and what it must carry, per route.
#[derive(Debug, Clone, Default)]
pub struct BearerUse {
    /// Scopes (RFC 6749 section 3.3) the token must all have.
    pub scope: Vec<String>,
    /// `query = true`: `access_token` in the query (RFC 6750 section 2.3).
    pub query: bool,
    /// `form = true`: `access_token` in a form body (RFC 6750 section 2.2).
    pub form: bool,
}

/// `revocation = "..."`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// `cached` (default): within the stated staleness bound.
    Cached,
    /// `strict`: the Ledger is asked on every request.
    Strict,
}

/// `forward = { ... }`
#[derive(Debug, Clone)]
pub struct Forward {
    /// Where to.
    pub origin: Arc<Origin>,
    /// Replaces the route's path prefix: route `/SuperOffice/api/*`, `path = "/api/*"`.
    pub path: Option<PathPattern>,
    /// Host of the URL that an origin by `service` gets. An origin by `url` always gets that URL's host: the
    /// platform lets no Worker send another.
    pub host: Option<String>,
    /// Request headers set for the origin.
    pub set: Vec<(String, String)>,
    /// Request headers removed.
    pub remove: Vec<NamePattern>,
    /// `jwt_audience = "..."`: adds `Edgegate-Jwt` for that audience.
    pub jwt_audience: Option<String>,
}

/// `cors = { ... }`
#[derive(Debug, Clone)]
pub struct Cors {
    /// Allowed origins; `https://*.example.org` covers any depth of subdomains. Never `*`.
    pub origins: Vec<OriginPattern>,
    /// Cookies and Authorization may be sent.
    pub credentials: bool,
    /// Request headers that a preflight is granted, in lower case.
    pub headers: Vec<String>,
    /// Response headers that a script may read.
    pub expose: Vec<String>,
    /// Seconds a preflight may be cached (default 600).
    pub max_age: u64,
}

impl Policy {
    /// Reads and judges a policy.
    ///
    /// # Errors
    /// Every mistake that was found, each with its line and a human reason, in file order. Never empty.
    pub fn read(text: &str) -> Result<Policy, Vec<Problem>> {
        read::read(text)
    }

    /// The route of that name.
    pub fn route(&self, name: &str) -> Option<&Arc<Route>> {
        self.routes.iter().find(|route| route.name == name)
    }

    /// The key of that id.
    pub fn key(&self, id: &str) -> Option<&Arc<Key>> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Every secret that the policy names, each once, in file order.
    pub fn secret_names(&self) -> Vec<&str> {
        let admin = self.admin.iter().map(|admin| admin.secret.as_str());
        let mut names: Vec<&str> = Vec::new();
        for name in self.keys.iter().map(|key| key.secret.as_str()).chain(admin) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}
