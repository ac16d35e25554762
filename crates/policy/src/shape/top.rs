//! The tables at the top of the file, as far as `sections/` does not declare them.

pub(crate) mod root {
    use super::super::{Bounds, Key, Kind};

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
        "Bounds on a request; those on sizes before anything else is looked at.",
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
