//! The Luminate dialect.

pub(crate) mod luminate {
    use super::super::{CACHED, DAY, HOUR, KEY_LIST, Key, Kind, MINUTE, STORED, Shape, Span, form};

    /// `[luminate]`
    pub(crate) static TABLE: Shape = Shape::new(
        "luminate",
        "",
        "",
        &[
            &KEYS,
            &API_KEYS,
            &SIGNATURE,
            &IDLE,
            &ABSOLUTE,
            &CACHE,
            &NONCE_LIFETIME,
            &SIGN_ON_LIFETIME,
            &NO_AUTH,
            &METHODS,
            &REDIRECTS,
            &IDENTITY_NAMES,
            &WITHHELD_NAMES,
            &HTTP_HOST,
            &SERVER_NETWORKS,
            &ADMINISTRATORS,
            &LOOKUP,
        ],
    );
    pub(crate) static KEYS: Key = Key::new(
        "keys",
        KEY_LIST,
        form::KEY_IDS,
        "Ids of keys with `use = \"seal\"`, for its sessions, tokens and nonces. The first issues, all verify.",
    )
    .required();
    pub(crate) static API_KEYS: Key = Key::new(
        "api_keys",
        Kind::Texts(Some("is empty, so nobody could call")),
        r#""items": {"type": "string", "pattern": "^[A-Za-z0-9._~-]{1,128}$"}, "maxItems": 2"#,
        "One or two values of `api_key` that callers may send. The second is for rotation: add the new one, let the \
         callers change, remove the old one. It is visible in pages, so it is not a secret.",
    )
    .required();
    pub(crate) static SIGNATURE: Key = Key::new(
        "signature",
        Kind::Text,
        form::SLUG,
        "Name of the signed-redirect profile whose first key and first digest sign the answers of `login` and \
         `loginTest`. No route needs to accept it.",
    )
    .required();
    pub(crate) static IDLE: Key = Key::new(
        "idle",
        Kind::Seconds(&Span {
            usual: 15 * MINUTE,
            least: STORED,
            most: (DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "A session ends after this time without a request. At most `absolute`.",
    );
    pub(crate) static ABSOLUTE: Key = Key::new(
        "absolute",
        Kind::Seconds(&Span {
            usual: 12 * HOUR,
            least: STORED,
            most: (7 * DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "A session ends after this time in any case.",
    );
    pub(crate) static CACHE: Key = Key::new("cache", CACHED, form::DURATION, "As in `[bearer]`.");
    pub(crate) static NONCE_LIFETIME: Key = Key::new(
        "nonce_lifetime",
        Kind::Seconds(&Span {
            usual: 15 * MINUTE,
            least: (10, "it has to arrive"),
            most: (HOUR, "it travels in addresses and forms, and whoever finds it can use it"),
        }),
        form::DURATION,
        "Lifetime of a `NONCE_TOKEN`. It works once and never outlives its session.",
    );
    pub(crate) static SIGN_ON_LIFETIME: Key = Key::new(
        "sign_on_lifetime",
        Kind::Seconds(&Span {
            usual: 15 * MINUTE,
            least: (10, "it has to arrive"),
            most: (HOUR, "it travels in addresses and forms, and whoever finds it can use it"),
        }),
        form::DURATION,
        "Lifetime of an `sso_auth_token`. It can be used repeatedly until then.",
    );
    pub(crate) static NO_AUTH: Key = Key::new(
        "no_auth",
        Kind::Texts(None),
        form::API_METHODS,
        "Client methods that need no `auth`, the token which proves that the caller could read a page of its \
         session. The default is [this list](luminate.md#methods-that-need-no-auth), each method in its own \
         servlet. A list in the policy replaces the default and applies to every servlet, so repeat the methods \
         that you keep.",
    )
    .usually("first calls of a visitor, donations, and public searches");
    pub(crate) static METHODS: Key = Key::new(
        "methods",
        Kind::Other,
        r##""type": "object", "propertyNames": {"pattern": "^[CS]R[A-Za-z0-9]*API$"}, "additionalProperties": {"type": "array", "items": {"$ref": "#/$defs/apiMethod"}, "uniqueItems": true}"##,
        "Methods beyond the known ones, by servlet; they are forwarded after the checks. An unknown servlet is \
         added. The known methods are in `crates/core/src/luminate/catalog.rs`; every other method is refused.",
    )
        .usually("`{}`");
    pub(crate) static REDIRECTS: Key = Key::new(
        "redirects",
        Kind::Texts(None),
        r#""items": {"type": "string", "examples": ["www.example.org", "*.example.org"]}"#,
        "Hosts that a browser may be redirected to and that tags may name. Nonces and tokens are sent to these \
         hosts only. The gateway's own host is always included. `*.example.org` matches every subdomain except \
         international names (`xn--…`), which must be listed individually. A host without a port matches every \
         port.",
    );
    pub(crate) static IDENTITY_NAMES: Key = Key::new(
        "identity_names",
        Kind::Texts(None),
        form::FIELDS,
        "Names by which the receiver of a [signed redirect](redirects.md#what-a-signature-says) identifies a \
         person. Under these names only values that the response gives about the caller are signed. `*` matches any \
         characters; every spelling of a name is covered. A list in the policy replaces the default. The `subject` \
         of each profile that shares a key with `signature` is always included.",
    )
    .usually("`[\"cons_id\", \"*_cons_id\", \"member_id\", \"user_name\", \"email\"]`");
    pub(crate) static WITHHELD_NAMES: Key = Key::new(
        "withheld_names",
        Kind::Texts(None),
        form::FIELDS,
        "Names whose values no redirect passes on. A list in the policy replaces [the \
         default](redirects.md#what-is-never-passed-on).",
    )
    .usually("passwords, cards, accounts, tokens, sessions");
    pub(crate) static HTTP_HOST: Key = Key::new(
        "http_host",
        Kind::Text,
        r#""type": "string", "examples": ["old.example.org"]"#,
        "Host, with its port if it has one, at which browsers reach the gateway by plain http. Only for pages that \
         have no https: before a redirect to another host, a browser that has just signed in gets [a session \
         there](redirects.md#pages-without-https).",
    )
    .usually("none");
    pub(crate) static SERVER_NETWORKS: Key = Key::new(
        "server_networks",
        Kind::Texts(None),
        form::NETWORKS,
        "Client networks that may make server calls (`SR…API`), in canonical CIDR form. Without this key nobody \
         may. They are compared with `CF-Connecting-IP`, which can be forged [off the \
         platform](operations.md#off-the-platform). A network that contains every address, or \
         `2a06:98c0:3600::103`, which all Workers share, is a mistake.",
    );
    pub(crate) static ADMINISTRATORS: Key = Key::new(
        "administrators",
        Kind::Tables(&super::super::administrator::TABLE),
        r#""propertyNames": {"pattern": "^[A-Za-z0-9._@-]{1,64}$"}"#,
        "Who may make server calls, below. Needs `server_networks`, and the reverse.",
    )
    .usually("none");
    pub(crate) static LOOKUP: Key =
        Key::new("lookup", Kind::Text, form::PATH, "Path of your user lookup at the origin of `[sign_in]`.")
            .usually("none");
}

pub(crate) mod administrator {
    use super::super::{Key, Kind, Shape, form};

    /// `[luminate.administrators.NAME]`
    pub(crate) static TABLE: Shape = Shape::new(
        "luminate.administrators.*",
        "An administrator: a password, and what it may call.",
        "",
        &[&SECRET, &METHODS],
    );
    pub(crate) static SECRET: Key = Key::new(
        "secret",
        Kind::Text,
        form::SECRET,
        "Name of the Worker secret that holds `login_password`. Nothing else may use it. The value may be short, as \
         you may have to keep an existing one; guesses are [throttled](luminate.md#throttling).",
    )
    .required();
    pub(crate) static METHODS: Key = Key::new(
        "methods",
        Kind::Texts(Some("is empty; name what it may call")),
        form::NAME_PATTERNS,
        "Server methods that the administrator may call. A name may end with `*`.",
    )
    .required();
}
