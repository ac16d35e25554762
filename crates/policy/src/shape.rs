//! Which tables the file may have and which keys each may hold, as data: the reader refuses every other
//! key, and the published schema is tested against it.

/// One table of the file.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Where it stands: `gateway`, `links.*` for each table under `links`, `routes[]` for each of the list.
    pub table: &'static str,
    /// The keys it may hold.
    pub keys: &'static [&'static str],
    /// Those it must hold.
    pub required: &'static [&'static str],
}

/// Every table; the file itself is the first, with an empty name.
pub const SHAPES: &[Shape] = &[
    ROOT,
    GATEWAY,
    ORIGIN,
    KEY,
    LINK,
    SIGNED_REDIRECT,
    BEARER,
    REGISTRY,
    CLIENT,
    OAUTH,
    ISSUER,
    SESSION,
    NONCE,
    SIGN_IN,
    BASIC,
    MACHINE,
    TICKET,
    BROKER,
    LUMINATE,
    ADMINISTRATOR,
    IDENTITY,
    ADMIN,
    LIMITS,
    STORAGE,
    ROUTE,
    ROUTE_BEARER,
    ROUTE_FORWARD,
    ROUTE_CORS,
];

pub(super) const ROOT: Shape = Shape {
    table: "",
    keys: &[
        "version",
        "gateway",
        "origins",
        "keys",
        "links",
        "signed_redirects",
        "bearer",
        "registry",
        "clients",
        "oauth",
        "issuers",
        "session",
        "nonce",
        "sign_in",
        "basic",
        "ticket",
        "brokers",
        "luminate",
        "identity",
        "admin",
        "limits",
        "storage",
        "routes",
    ],
    required: &["version", "gateway", "origins", "routes"],
};
pub(super) const GATEWAY: Shape =
    Shape { table: "gateway", keys: &["issuer", "realm", "explain", "decision_log"], required: &["issuer"] };
pub(super) const ORIGIN: Shape =
    Shape { table: "origins.*", keys: &["url", "service", "insecure", "timeout"], required: &[] };
pub(super) const KEY: Shape =
    Shape { table: "keys.*", keys: &["secret", "use", "algorithm", "shards"], required: &["secret", "use"] };
pub(super) const LINK: Shape = Shape {
    table: "links.*",
    keys: &[
        "keys",
        "max_lifetime",
        "skew",
        "ignore",
        "single_use",
        "cover_method",
        "cover_host",
        "require_ip",
        "subject",
    ],
    required: &["keys"],
};
pub(super) const SIGNED_REDIRECT: Shape = Shape {
    table: "signed_redirects.*",
    keys: &["keys", "digests", "boundary", "signature", "window", "single_use", "sunset", "subject"],
    required: &["keys", "digests", "sunset"],
};
pub(super) const BEARER: Shape = Shape { table: "bearer", keys: &["keys", "lifetime", "cache"], required: &["keys"] };
pub(super) const REGISTRY: Shape = Shape { table: "registry", keys: &["keys", "cache"], required: &["keys"] };
pub(super) const CLIENT: Shape = Shape {
    table: "clients.*",
    keys: &[
        "kind",
        "name",
        "secret_digest",
        "redirect_uris",
        "scope",
        "subject",
        "act_for_others",
        "introspect",
        "pkce",
        "dpop",
        "resources",
    ],
    required: &["kind"],
};
pub(super) const OAUTH: Shape = Shape {
    table: "oauth",
    keys: &[
        "keys",
        "path",
        "dialect",
        "code_lifetime",
        "access_lifetime",
        "refresh_lifetime",
        "grant_lifetime",
        "retry_window",
        "shards",
        "cache",
        "query",
        "scopes",
    ],
    required: &["keys"],
};
pub(super) const ISSUER: Shape = Shape {
    table: "issuers.*",
    keys: &[
        "issuer",
        "audience",
        "origin",
        "jwks",
        "algorithms",
        "introspection",
        "client_id",
        "secret",
        "skew",
        "subject",
        "cache",
    ],
    required: &["issuer", "origin"],
};
pub(super) const SESSION: Shape =
    Shape { table: "session", keys: &["keys", "cookie", "idle", "absolute", "cache"], required: &["keys"] };
pub(super) const NONCE: Shape = Shape { table: "nonce", keys: &["keys", "parameter", "lifetime"], required: &["keys"] };
pub(super) const SIGN_IN: Shape =
    Shape { table: "sign_in", keys: &["origin", "path", "key"], required: &["origin", "path", "key"] };
pub(super) const BASIC: Shape = Shape { table: "basic", keys: &["people", "cache", "machines"], required: &[] };
pub(super) const MACHINE: Shape =
    Shape { table: "basic.machines.*", keys: &["secret", "subject"], required: &["secret"] };
pub(super) const TICKET: Shape = Shape { table: "ticket", keys: &["lifetime", "pages", "app_tokens"], required: &[] };
pub(super) const BROKER: Shape = Shape { table: "brokers.*", keys: &["url", "link"], required: &["url", "link"] };
pub(super) const LUMINATE: Shape = Shape {
    table: "luminate",
    keys: &[
        "keys",
        "api_keys",
        "signature",
        "idle",
        "absolute",
        "cache",
        "nonce_lifetime",
        "sign_on_lifetime",
        "no_auth",
        "methods",
        "redirects",
        "identity_names",
        "withheld_names",
        "http_host",
        "server_networks",
        "administrators",
        "lookup",
    ],
    required: &["keys", "api_keys", "signature"],
};
pub(super) const ADMINISTRATOR: Shape =
    Shape { table: "luminate.administrators.*", keys: &["secret", "methods"], required: &["secret", "methods"] };
pub(super) const IDENTITY: Shape = Shape { table: "identity", keys: &["keys", "lifetime", "strip"], required: &[] };
pub(super) const ADMIN: Shape =
    Shape { table: "admin", keys: &["secret", "next_secret", "allow"], required: &["secret", "allow"] };
pub(super) const LIMITS: Shape =
    Shape { table: "limits", keys: &["url", "headers", "form", "body", "wait"], required: &[] };
pub(super) const STORAGE: Shape =
    Shape { table: "storage", keys: &["single_use", "location_hint", "jurisdiction"], required: &[] };
pub(super) const ROUTE: Shape = Shape {
    table: "routes[]",
    keys: &[
        "name",
        "host",
        "path",
        "methods",
        "accept",
        "bearer",
        "dialect",
        "xsrf",
        "broker",
        "confirm",
        "revocation",
        "forward",
        "cors",
        "path_parameters",
        "method_override",
        "tags",
    ],
    required: &["name", "path", "accept", "forward"],
};
pub(super) const ROUTE_BEARER: Shape =
    Shape { table: "routes[].bearer", keys: &["scope", "query", "form", "prefix"], required: &[] };
pub(super) const ROUTE_FORWARD: Shape = Shape {
    table: "routes[].forward",
    keys: &["origin", "path", "host", "set", "remove", "jwt_audience"],
    required: &["origin"],
};
pub(super) const ROUTE_CORS: Shape = Shape {
    table: "routes[].cors",
    keys: &["origins", "credentials", "headers", "expose", "max_age"],
    required: &["origins"],
};
