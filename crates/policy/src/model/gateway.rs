//! What holds for the gateway as a whole, and what stands around it.

use std::sync::Arc;

use super::super::{BaseUrl, Key, NamePattern, Network};
use super::{Bucket, OriginCredentials};

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
    /// In which fields the origin is told the client's address.
    pub client_address: ClientAddress,
    /// Proxies of one's own in front of the gateway: which networks are believed about who connected to them.
    pub proxies: Vec<Network>,
    /// `maintenance = true`: closed, but for the operator's own look.
    pub maintenance: bool,
}

/// `[gateway] client_address`: the fields that hold the client's address (default `X-Forwarded-For` alone).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientAddress {
    /// `X-Forwarded-For`
    pub x_forwarded_for: bool,
    /// `X-Real-IP`
    pub x_real_ip: bool,
    /// `Forwarded` (RFC 7239), with host and scheme.
    pub forwarded: bool,
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
    /// Seconds within which its answer begins (default 60); beyond them 504.
    pub timeout: u64,
    /// What the gateway shows it with every request, those of the gateway's own among them.
    pub credentials: OriginCredentials,
}

/// How an origin is reached: exactly one of `url`, `service`, `r2` and `handler`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// `url = "https://origin.example.org/base"`
    Url(BaseUrl),
    /// `service = "BINDING"`: a service binding of that name; the request keeps the gateway's host unless the
    /// route says another.
    Service(String),
    /// `r2 = "BINDING"`: a bucket.
    Bucket(Bucket),
    /// `handler = true`: the application in the same Worker, around which the gateway stands as middleware.
    Handler,
}

impl Via {
    /// Under which name the environment holds it as a binding. The handler's can be no binding of wrangler.toml, so no
    /// `service` reaches it, and where no middleware sets it, it is missing as a binding is.
    pub fn binding(&self) -> Option<&str> {
        match self {
            Via::Url(_) => None,
            Via::Service(binding) => Some(binding),
            Via::Bucket(bucket) => Some(&bucket.binding),
            Via::Handler => Some(HANDLER),
        }
    }
}

/// The middleware's call as its user writes it (`src/middleware.js`), since log lines name what is missing.
const HANDLER: &str = "edgegate(app)";

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
    /// Of the one that is taken as well, while the key is changed.
    pub next_secret: Option<String>,
    /// Client networks that may call. Never empty.
    pub allow: Vec<Network>,
}

impl Admin {
    /// Names of the secrets that hold an admin key.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        core::iter::once(self.secret.as_str()).chain(self.next_secret.as_deref())
    }
}

/// `[limits]`
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
    /// Seconds that a request may wait for storage and for calls of the gateway's own, in all (default 10).
    pub wait: u64,
}

/// Where the objects of the Ledger lie, and how many there are.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// `[storage] location_hint`: near which region an object is created that nobody asked for before.
    pub location_hint: Option<String>,
    /// `[storage] jurisdiction`: which region objects never leave. The same name means another object in each.
    pub jurisdiction: Option<String>,
    /// `[keys.<id>] shards`: over how many objects the claims of a key are spread, where that is not [`SHARDS`].
    pub shards: Vec<(String, u16)>,
}

/// Over how many objects claims are spread, unless their key says otherwise.
pub const SHARDS: u16 = 32;

/// `[storage] single_use`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleUse {
    /// `ledger` (default): the Durable Object decides, exactly once.
    Ledger,
    /// `best-effort`: KV alone; two requests at the same moment can both pass.
    BestEffort,
}

coded!(struct Gateway { issuer, realm, explain, decision_log, client_address, proxies, maintenance });
coded!(struct ClientAddress { x_forwarded_for, x_real_ip, forwarded });
coded!(struct Origin { name, via, insecure, timeout, credentials });
coded!(enum Via { 0 Url(value), 1 Service(value), 2 Bucket(value), 3 Handler });
coded!(struct Identity { keys, lifetime, strip });
coded!(struct Admin { secret, next_secret, allow });
coded!(struct Limits { url, headers, form, body, wait });
coded!(struct Objects { location_hint, jurisdiction, shards });
coded!(enum SingleUse { 0 Ledger, 1 BestEffort });
