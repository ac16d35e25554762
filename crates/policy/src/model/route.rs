//! Routes: what they match, what opens them, where they go.

use std::sync::Arc;

use super::super::strictness;
use super::super::{HostPattern, NamePattern, OriginPattern, PathPattern, Scheme};
use super::{Basic, Broker, Dialect, Issuer, Link, Luminate, Origin, SignedRedirect, TagPlaces, Ticket, Xsrf};

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
    pub accept: Vec<CredentialKind>,
    /// Options of the Bearer token on this route.
    pub bearer: BearerUse,
    /// In whose words it refuses.
    pub dialect: Dialect,
    /// Authorization decides here, so that a scheme which opens nothing is refused and not passed over: where a scheme
    /// opens it, and where its dialect has it so that Authorization and session never stand in for each other.
    pub reads_authorization: bool,
    /// What shows that a browser's request is not another site's.
    pub xsrf: Xsrf,
    /// Who says who a browser's user is, where nothing else does.
    pub broker: Option<Arc<Broker>>,
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
    /// `method_override = true`: a parameter may name another method to the origin.
    pub method_override: bool,
    /// `tags = ["html"]`: tags in pages of the origin are expanded; None: never.
    pub tags: Option<TagPlaces>,
    /// Its place among the policy's routes.
    pub place: usize,
}

impl Route {
    /// Whether some credential means something here, so that one person's answer is not another's.
    pub fn takes_credentials(&self) -> bool {
        self.accept.iter().any(|accept| !matches!(accept, CredentialKind::Anonymous))
    }

    /// In what it lets more through than another route would, by the keys of the policy; empty if it asks for at least as
    /// much. Methods are compared elsewhere.
    pub fn looser_in(&self, than: &Route) -> Vec<&'static str> {
        strictness::looser_in(self, than)
    }

    /// The same beside what this route was in another policy.
    pub fn looser_than_before(&self, before: &Route) -> Vec<&'static str> {
        strictness::looser_than_before(self, before)
    }

    /// Whether a Bearer token opens it, whoever issued it.
    pub fn takes_tokens(&self) -> bool {
        self.accept.iter().any(|accept| accept.facts().scheme == Some(Scheme::Bearer))
    }

    /// Whether a session opens it.
    pub fn takes_sessions(&self) -> bool {
        self.accept.iter().any(|accept| matches!(accept, CredentialKind::Session))
    }

    /// The Luminate dialect, where the route speaks it.
    pub fn luminate(&self) -> Option<&Arc<Luminate>> {
        self.accept.iter().find_map(|accept| match accept {
            CredentialKind::Luminate(luminate) => Some(luminate),
            _ => None,
        })
    }

    /// Whether nothing but an http session opens it, if anything has to.
    pub fn is_for_http(&self) -> bool {
        let is_for_http =
            |accept: &CredentialKind| matches!(accept, CredentialKind::HttpSession(_) | CredentialKind::Anonymous);
        self.accept.iter().all(is_for_http)
    }

    /// Whether a nonce in an address means something here.
    pub fn takes_nonces(&self) -> bool {
        self.accept.iter().any(|accept| matches!(accept, CredentialKind::Nonce | CredentialKind::Luminate(_)))
    }

    /// Whether the route needs any credential at all.
    pub fn is_guarded(&self) -> bool {
        !self.accept.iter().any(|a| matches!(a, CredentialKind::Anonymous))
    }
}

/// One entry of `accept`.
#[derive(Debug, Clone)]
pub enum CredentialKind {
    /// `link:<name>`
    Link(Arc<Link>),
    /// `signed-redirect:<name>`
    SignedRedirect(Arc<SignedRedirect>),
    /// `bearer`: a token that this gateway issued.
    Bearer,
    /// `issuer:<name>`: a Bearer token that somebody else issued.
    Issuer(Arc<Issuer>),
    /// `token-pair`: key and secret over HTTP Basic.
    TokenPair,
    /// `basic`: user name and password over HTTP Basic.
    Basic(Arc<Basic>),
    /// `ticket`
    Ticket(Arc<Ticket>),
    /// `app-ticket`: a ticket, from an application that shows its own token.
    AppTicket(Arc<Ticket>),
    /// `session`
    Session,
    /// `nonce`
    Nonce,
    /// `luminate`: the dialect's own rules; the only entry.
    Luminate(Arc<Luminate>),
    /// `http-session`: a session at the http host; with nothing but `none` beside it.
    HttpSession(Arc<Luminate>),
    /// `none`: open to everybody; must be the last entry.
    Anonymous,
}

impl CredentialKind {
    /// As the policy writes it.
    pub fn word(&self) -> String {
        let word = self.facts().word;
        match self.profile() {
            Some(name) => format!("{word}:{name}"),
            None => word.to_owned(),
        }
    }

    /// The name of its profile, where a policy may have several of its kind.
    fn profile(&self) -> Option<&str> {
        match self {
            CredentialKind::Link(profile) => Some(&profile.name),
            CredentialKind::SignedRedirect(profile) => Some(&profile.name),
            CredentialKind::Issuer(issuer) => Some(&issuer.name),
            CredentialKind::Bearer
            | CredentialKind::TokenPair
            | CredentialKind::Basic(_)
            | CredentialKind::Ticket(_)
            | CredentialKind::AppTicket(_)
            | CredentialKind::Session
            | CredentialKind::Nonce
            | CredentialKind::Luminate(_)
            | CredentialKind::HttpSession(_)
            | CredentialKind::Anonymous => None,
        }
    }

    /// Who issued the tokens that are taken, where somebody else did.
    pub fn issuer(&self) -> Option<&Arc<Issuer>> {
        match self {
            CredentialKind::Issuer(issuer) => Some(issuer),
            _ => None,
        }
    }
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
    /// `prefix = "8A:Cust12345."`: what stands before a token that is for routes of that prefix alone, and may stand before
    /// any of this gateway's. Empty: nothing.
    pub prefix: String,
}

/// `revocation = "..."`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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

coded!(struct Route { name, host, path, methods, accept, bearer, dialect, reads_authorization, xsrf, broker, confirm, revocation, forward, cors, path_parameters, method_override, tags, place });
coded!(enum CredentialKind { 0 Link(value), 1 SignedRedirect(value), 2 Bearer, 3 Issuer(value), 4 TokenPair, 5 Basic(value), 6 Ticket(value), 7 AppTicket(value), 8 Session, 9 Nonce, 10 Luminate(value), 11 HttpSession(value), 12 Anonymous });
coded!(struct BearerUse { scope, query, form, prefix });
coded!(enum Revocation { 0 Cached, 1 Strict });
coded!(struct Forward { origin, path, host, set, remove, jwt_audience });
coded!(struct Cors { origins, credentials, headers, expose, max_age });
