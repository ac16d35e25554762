//! Routes: what they match, what opens them, where they go.

use std::sync::Arc;

use super::super::strictness;
use super::super::{
    Broker, ClaimField, CredentialKind, HostPattern, NamePattern, Networks, OriginPattern, PathPattern, Provider, Rule,
    Scheme,
};
use super::{Dialect, Luminate, Origin, OriginCredentials, Paths, Rate, RateBy, TagPlaces};

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
    /// By whom somebody has to be signed in, and where a browser without a session is sent; none: in whatever way.
    pub providers: Vec<Arc<Provider>>,
    /// From where a client must come as well (`network = "..."`).
    pub network: Option<Arc<Networks>>,
    /// What a credential has to say of its holder: all of it (`require = { … }`).
    pub require: Vec<Rule>,
    /// Header fields in which the origin is told what it says (`headers = { … }`).
    pub headers: Vec<ClaimField>,
    /// How many requests it takes of whom; None: any number.
    pub rate: Option<Rate>,
    /// A nonce or a link is used up only by the button of a page (`confirm = true`).
    pub confirm: bool,
    /// When a revocation is seen.
    pub revocation: Revocation,
    /// Where it goes.
    pub forward: Forward,
    /// Cross-origin requests; None: no CORS headers and no preflight.
    pub cors: Option<Cors>,
    /// `cors = "origin"`: preflights go to the origin, on a route that nothing has to open.
    pub passes_preflights: bool,
    /// `paths = { … }`: what is allowed in the path although origins read it in several ways.
    pub paths: Paths,
    /// `path_parameters = true`: a `;` is allowed in the path.
    pub path_parameters: bool,
    /// `method_override = true`: a parameter may name another method to the origin.
    pub method_override: bool,
    /// `tags = ["html"]`: tags in pages of the origin are expanded; None: never.
    pub tags: Option<TagPlaces>,
    /// `maintenance = true`: closed, but for the operator's own look.
    pub maintenance: bool,
    /// Its place among the policy's routes.
    pub place: usize,
}

impl Route {
    /// Whether some credential means something here, so that one person's answer is not another's.
    pub fn takes_credentials(&self) -> bool {
        self.accept.iter().any(|accept| !matches!(accept, CredentialKind::Anonymous))
    }

    /// Its rate, if it counts so.
    pub fn rate_by(&self, by: RateBy) -> Option<&Rate> {
        self.rate.as_ref().filter(|rate| rate.by == by)
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
        self.accept.iter().any(|accept| accept.scheme() == Some(Scheme::Bearer))
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

/// `xsrf = "..."`: what has to show that a request which a browser opens by itself (a session, HTTP Basic) is not
/// another site's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Xsrf {
    /// `off`: nothing.
    Off,
    /// `origin` (default): Fetch Metadata and Origin, where a method changes something.
    #[default]
    Origin,
    /// `token`: with a session also its token, where a method changes something.
    Token,
    /// `always`: with a session its token, on every request.
    Always,
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
    /// Addresses of an origin by `url` are written as the gateway's in its answers (default true). Never of one by `service`.
    pub map: bool,
    /// Request headers set for the origin.
    pub set: Vec<(String, String)>,
    /// Request headers removed.
    pub remove: Vec<NamePattern>,
    /// `jwt_audience = "..."`: adds `Edgegate-Jwt` for that audience.
    pub jwt_audience: Option<String>,
    /// `jwt_claims = [...]`: which claims that has beside.
    pub jwt_claims: Vec<String>,
    /// What the origin is shown: its own and the route's.
    pub credentials: OriginCredentials,
    /// `authorization = "pass"`: the client's Authorization is for the origin, on a route that nothing has to open.
    pub passes_authorization: bool,
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

coded!(struct Route { name, host, path, methods, accept, bearer, dialect, reads_authorization, xsrf, broker, providers, network, require, headers, rate, confirm, revocation, forward, cors, passes_preflights, paths, path_parameters, method_override, tags, maintenance, place });
coded!(enum Xsrf { 0 Off, 1 Origin, 2 Token, 3 Always });
coded!(struct BearerUse { scope, query, form, prefix });
coded!(enum Revocation { 0 Cached, 1 Strict });
coded!(struct Forward { origin, path, host, map, set, remove, jwt_audience, jwt_claims, credentials, passes_authorization });
coded!(struct Cors { origins, credentials, headers, expose, max_age });
