//! The tables at the top of the file.

pub(crate) mod root {
    use super::super::{Bounds, Key, Kind, Shape};

    /// `The file`
    pub(crate) static TABLE: Shape = Shape::new(
        "",
        "",
        "",
        &[
            &VERSION,
            &GATEWAY,
            &ORIGINS,
            &KEYS,
            &LINKS,
            &SIGNED_REDIRECTS,
            &BEARER,
            &REGISTRY,
            &CLIENTS,
            &OAUTH,
            &ISSUERS,
            &SESSION,
            &NONCE,
            &SIGN_IN,
            &BASIC,
            &TICKET,
            &BROKERS,
            &LUMINATE,
            &IDENTITY,
            &ADMIN,
            &LIMITS,
            &STORAGE,
            &ALLOW_WARNINGS,
            &ROUTES,
            &TESTS,
        ],
    );
    pub(crate) static VERSION: Key = Key::new(
        "version",
        Kind::Number(&Bounds { usual: None, least: 1, most: 1 }),
        "\"const\": 1",
        "The form of this file: `1`.",
    )
    .required();
    pub(crate) static GATEWAY: Key =
        Key::new("gateway", Kind::Table(&super::super::gateway::TABLE), "", "What holds for the gateway as a whole.")
            .required();
    pub(crate) static ORIGINS: Key = Key::new(
        "origins",
        Kind::Tables(&super::super::origin::TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Where requests are forwarded, by name.",
    )
    .required();
    pub(crate) static KEYS: Key = Key::new(
        "keys",
        Kind::Tables(&super::super::key::TABLE),
        r##""propertyNames": {"$ref": "#/$defs/key"}"##,
        "Keys by id: `eg_kid` of links, the middle part of issued tokens, `kid` of JWTs.",
    );
    pub(crate) static LINKS: Key = Key::new(
        "links",
        Kind::Tables(&super::super::link::TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Profiles of the generic signed link, by name. A route accepts one as `link:<name>`.",
    );
    pub(crate) static SIGNED_REDIRECTS: Key = Key::new(
        "signed_redirects",
        Kind::Tables(&super::super::signed_redirect::TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Profiles of the signed redirect (hex digest of query and secret), by name. A route accepts one as \
         `signed-redirect:<name>`.",
    );
    pub(crate) static BEARER: Key =
        Key::new("bearer", Kind::Table(&super::super::bearer::TABLE), "", "Opaque Bearer tokens.");
    pub(crate) static REGISTRY: Key = Key::new(
        "registry",
        Kind::Table(&super::super::registry::TABLE),
        "",
        "How clients are found and their secrets checked. `[clients.*]`, `[oauth]` and `token-pair` need it.",
    );
    pub(crate) static CLIENTS: Key = Key::new(
        "clients",
        Kind::Tables(&super::super::client::TABLE),
        r#""propertyNames": {"pattern": "^[A-Za-z0-9_-]{1,128}$"}"#,
        "Clients by `client_id`. More can be registered while the gateway runs.",
    );
    pub(crate) static OAUTH: Key = Key::new(
        "oauth",
        Kind::Table(&super::super::oauth::TABLE),
        "",
        "The authorization server. Needs `[registry]` and `[session]`; whoever has no session is sent to \
         `[sign_in]`.",
    );
    pub(crate) static ISSUERS: Key = Key::new(
        "issuers",
        Kind::Tables(&super::super::issuer::TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Authorization servers of others, by name. A route accepts the tokens of one as `issuer:<name>`.",
    );
    pub(crate) static SESSION: Key = Key::new(
        "session",
        Kind::Table(&super::super::session::TABLE),
        "",
        "Sessions: a cookie that stands for a record in Workers KV.",
    );
    pub(crate) static NONCE: Key =
        Key::new("nonce", Kind::Table(&super::super::nonce::TABLE), "", "One-time nonces that open a session.");
    pub(crate) static SIGN_IN: Key = Key::new(
        "sign_in",
        Kind::Table(&super::super::sign_in::TABLE),
        "",
        "The page at /.edgegate/sign-in; the password check is the origin's. Needs `[session]`.",
    );
    pub(crate) static BASIC: Key = Key::new(
        "basic",
        Kind::Table(&super::super::basic::TABLE),
        "",
        "User names and passwords over HTTP Basic (RFC 7617), on routes that accept `basic`.",
    );
    pub(crate) static TICKET: Key = Key::new(
        "ticket",
        Kind::Table(&super::super::ticket::TABLE),
        "",
        "Tickets (`Authorization: SOTicket`): a session for a program that cannot keep a cookie. Needs `[session]`.",
    );
    pub(crate) static BROKERS: Key = Key::new(
        "brokers",
        Kind::Tables(&super::super::broker::TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Who knows people by Negotiate or NTLM, by name. A route sends browsers to one by `broker`. Needs \
         `[session]`.",
    );
    pub(crate) static LUMINATE: Key = Key::new(
        "luminate",
        Kind::Table(&super::super::luminate::TABLE),
        "",
        "The Luminate dialect: sessions, tokens, single sign-on and methods under the addresses of that API, on \
         routes with `accept = [\"luminate\"]`. Needs `[sign_in]`, which checks its passwords.",
    );
    pub(crate) static IDENTITY: Key =
        Key::new("identity", Kind::Table(&super::super::identity::TABLE), "", "What the origin is told of the caller.");
    pub(crate) static ADMIN: Key =
        Key::new("admin", Kind::Table(&super::super::admin::TABLE), "", "The admin API; off without this table.");
    pub(crate) static LIMITS: Key = Key::new(
        "limits",
        Kind::Table(&super::super::limits::TABLE),
        "",
        "Bounds on a request, in bytes, before anything else is looked at.",
    );
    pub(crate) static STORAGE: Key =
        Key::new("storage", Kind::Table(&super::super::storage::TABLE), "", "Who keeps what.");
    pub(crate) static ALLOW_WARNINGS: Key = Key::new(
        "allow_warnings",
        Kind::List(&super::super::allow_warnings::TABLE),
        "",
        "Warnings that you have seen, each with the reason why it stays.",
    );
    pub(crate) static ROUTES: Key = Key::new(
        "routes",
        Kind::List(&super::super::route::TABLE),
        "",
        "The first route that fits decides; a request that fits none is refused.",
    )
    .required();
    pub(crate) static TESTS: Key = Key::new(
        "tests",
        Kind::List(&super::super::test::TABLE),
        "",
        "Requests and what they must come to. `edgegate check` and `edgegate build` send them through the gateway's own \
         code; the compiled policy does not contain them.",
    );
}
