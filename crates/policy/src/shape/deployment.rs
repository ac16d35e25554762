//! The gateway itself and what stands around it.

pub(crate) mod gateway {
    use super::super::{Key, Kind, Shape, form, words};
    use crate::ClientAddress;

    /// `[gateway]`
    pub(crate) static TABLE: Shape = Shape::new(
        "gateway",
        "",
        "",
        &[&ISSUER, &REALM, &EXPLAIN, &DECISION_LOG, &CLIENT_ADDRESS, &PROXIES, &MAINTENANCE],
    );
    pub(crate) static ISSUER: Key = Key::new(
        "issuer",
        Kind::Text,
        form::URL,
        "The public address of the gateway, without a path. https, except on loopback; with an http issuer, \
         credentials are accepted only if the gateway [runs locally](operations.md#off-the-platform). It is `iss` \
         of identity JWTs.",
    )
    .required();
    pub(crate) static REALM: Key = Key::new(
        "realm",
        Kind::TextOr("edgegate"),
        r#""type": "string", "pattern": "^[ !#-\\[\\]-~]{1,128}$""#,
        "The realm in challenges (`WWW-Authenticate`).",
    );
    pub(crate) static EXPLAIN: Key = Key::new(
        "explain",
        Kind::Flag(false),
        form::FLAG,
        "Serves `/.edgegate/explain`. Requires an issuer on loopback; only a gateway that [runs \
         locally](operations.md#off-the-platform) answers it.",
    );
    pub(crate) static DECISION_LOG: Key = Key::new(
        "decision_log",
        Kind::Flag(true),
        form::FLAG,
        "One JSON line for each request. See [operations](operations.md#the-log).",
    );
    pub(crate) static CLIENT_ADDRESS: Key = Key::new(
        "client_address",
        Kind::Texts(Some("is empty; write `none` if no origin is to be told the client's address")),
        "",
        "The header fields in which origins are told [the client's address](origins.md#the-clients-address): \
         `\"x-forwarded-for\"`, `\"x-real-ip\"`, `\"forwarded\"` (RFC 7239, with host and scheme), or `\"none\"` alone. \
         Whatever a client sends in such fields is removed.",
    )
    .of(|| words(&ADDRESS_FIELDS))
    .usually("`[\"x-forwarded-for\"]`");
    pub(crate) static PROXIES: Key = Key::new(
        "proxies",
        Kind::Texts(None),
        form::NETWORKS,
        "Networks of your own proxies in front of the gateway. If the platform says that one of them connected, the \
         client is the last address in `X-Forwarded-For` that is none of them. A network that contains every address is a \
         mistake.",
    );
    pub(crate) const ADDRESS_FIELDS: [(&str, ClientAddress); 4] = [
        ("x-forwarded-for", ClientAddress { x_forwarded_for: true, ..NOWHERE }),
        ("x-real-ip", ClientAddress { x_real_ip: true, ..NOWHERE }),
        ("forwarded", ClientAddress { forwarded: true, ..NOWHERE }),
        ("none", NOWHERE),
    ];
    const NOWHERE: ClientAddress = ClientAddress { x_forwarded_for: false, x_real_ip: false, forwarded: false };
    pub(crate) static MAINTENANCE: Key = Key::new(
        "maintenance",
        Kind::Flag(false),
        form::FLAG,
        "Closes every route, the sign-in page, the endpoints of `[oauth]` and all other own addresses for \
         [maintenance](operations.md#maintenance). Health, `jwks.json`, metadata and the admin API stay.",
    );
}

pub(crate) mod origin {
    use super::super::{Key, Kind, MINUTE, Shape, Span, form};

    /// `[origins.NAME]`
    pub(crate) static TABLE: Shape = Shape::new(
        "origins.*",
        "An origin: exactly one of `url`, `service`, `r2` and `handler`.",
        r#""oneOf": [{"required": ["url"]}, {"required": ["service"]}, {"required": ["r2"]}, {"required": ["handler"]}]"#,
        &[
            &URL,
            &SERVICE,
            &R2,
            &HANDLER,
            &INDEX,
            &NOT_FOUND,
            &UPLOADS,
            &INSECURE,
            &TIMEOUT,
            &AUTHORIZATION,
            &SET_SECRET,
        ],
    );
    pub(crate) static URL: Key = Key::new(
        "url",
        Kind::Text,
        form::URL,
        "Its address, optionally with a base path, without a trailing slash. https, except on loopback. Requests \
         carry the host of this address; `X-Forwarded-Host` and `X-Forwarded-Proto` say what the client asked for. In \
         answers this address is [written as the gateway's](origins.md#answers-that-come-back).",
    );
    pub(crate) static SERVICE: Key = Key::new(
        "service",
        Kind::Text,
        r#""type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,63}$""#,
        "A service binding of `wrangler.toml`. Requests carry the gateway's own host unless the route sets another.",
    );
    pub(crate) static R2: Key = Key::new(
        "r2",
        Kind::Text,
        r#""type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,63}$""#,
        "A bucket binding of `wrangler.toml`. A path names the object of that key, without the `/` in front; the \
         query means nothing. See [a bucket](origins.md#a-bucket).",
    );
    pub(crate) static HANDLER: Key = Key::new(
        "handler",
        Kind::Flag(false),
        r#""const": true"#,
        "`true` for the application in the gateway's own Worker, around which it stands as [middleware](middleware.md). \
         Requests carry the gateway's own host unless the route sets another. In a Worker without an application \
         routes to it are refused.",
    );
    pub(crate) static INDEX: Key = Key::new(
        "index",
        Kind::Text,
        r#""type": "string", "pattern": "^[^/]{1,128}$", "examples": ["index.html"]"#,
        "Only for a bucket: the object that stands for a path with a `/` at its end, as `index.html`. Without it such \
         a path is a key like others. A folder is never listed.",
    )
    .usually("none");
    pub(crate) static NOT_FOUND: Key = Key::new(
        "not_found",
        Kind::Text,
        r#""type": "string", "pattern": "^[^/].{0,1023}$", "examples": ["404.html"]"#,
        "Only for a bucket: the key of the object that is sent, with 404, where there is none of the name. Without it \
         the gateway refuses with `object_missing`.",
    )
    .usually("none");
    pub(crate) static UPLOADS: Key = Key::new(
        "uploads",
        Kind::Flag(false),
        form::FLAG,
        "Only for a bucket: routes may list `PUT` and `DELETE`. What is in it is then sent with \
         `Content-Security-Policy: sandbox`, unless its type is one in which no browser runs a script: an upload must \
         not act as a page of your site.",
    );
    pub(crate) static INSECURE: Key = Key::new(
        "insecure",
        Kind::Flag(false),
        form::FLAG,
        "Allows an http address that is not loopback. Identity and content then travel unencrypted. Passwords never \
         do: `[sign_in]` and routes that accept `luminate` refuse such an origin.",
    );
    pub(crate) static TIMEOUT: Key = Key::new(
        "timeout",
        Kind::Seconds(&Span {
            usual: MINUTE,
            least: (1, "no origin would be in time"),
            most: (10 * MINUTE, "no visitor waits for longer"),
        }),
        form::DURATION,
        "The time in which its answer must begin; after that 504, like nginx's `proxy_read_timeout`. While a \
         request body is being sent, each piece restarts the time. Once an answer has begun it streams without a \
         limit, and so does a WebSocket.",
    );
    pub(crate) static AUTHORIZATION: Key = Key::new(
        "authorization",
        Kind::Table(&super::super::origin_authorization::TABLE),
        "",
        "The `Authorization` that this origin receives with every request, below.",
    )
    .usually("none");
    pub(crate) static SET_SECRET: Key = Key::new(
        "set_secret",
        Kind::Other,
        form::SECRET_HEADERS,
        "Request headers that this origin receives with every request, also with the gateway's own calls to it, each \
         with the name of the Worker secret that holds its value: `{ X-Origin-Key = \"ORIGIN_KEY\" }`. An origin that \
         refuses requests without it [is closed](operations.md#closing-the-origin).",
    )
    .usually("none");
}

pub(crate) mod identity {
    use super::super::{KEY_LIST, Key, Kind, MINUTE, Shape, Span, form};

    /// `[identity]`
    pub(crate) static TABLE: Shape = Shape::new("identity", "", "", &[&KEYS, &LIFETIME, &STRIP]);
    pub(crate) static KEYS: Key = Key::new(
        "keys",
        KEY_LIST,
        r##""items": {"$ref": "#/$defs/key"}, "maxItems": 2"##,
        "Ids of one or two keys with `use = \"identity\"`. The first signs; both are in `/.edgegate/jwks.json`.",
    )
    .usually("`[]`");
    pub(crate) static LIFETIME: Key = Key::new(
        "lifetime",
        Kind::Seconds(&Span {
            usual: MINUTE,
            least: (1, "it must reach the origin"),
            most: (MINUTE, "the gateway signs anew long before, so only a stolen one would live longer"),
        }),
        form::DURATION,
        "Lifetime of an identity JWT. A JWT is reused for half its lifetime.",
    );
    pub(crate) static STRIP: Key = Key::new(
        "strip",
        Kind::Texts(None),
        form::NAME_PATTERNS,
        "Additional header names that no client may send. Every alias (case, `_`, `.`) is removed as well.",
    );
}

pub(crate) mod admin {
    use super::super::{Key, Kind, Shape, form};

    /// `[admin]`
    pub(crate) static TABLE: Shape = Shape::new("admin", "", "", &[&SECRET, &NEXT_SECRET, &ALLOW]);
    pub(crate) static SECRET: Key = Key::new(
        "secret",
        Kind::Text,
        form::SECRET,
        "Name of the Worker secret that holds the admin key. No other key may use it.",
    )
    .required();
    pub(crate) static NEXT_SECRET: Key = Key::new(
        "next_secret",
        Kind::Text,
        form::SECRET,
        "The same for the next admin key, [while it is changed](operations.md#changing-a-key): both are accepted.",
    )
    .usually("none");
    pub(crate) static ALLOW: Key = Key::new(
        "allow",
        Kind::Texts(Some("is empty, so nobody could call; name networks or leave `[admin]` out")),
        form::NETWORKS,
        "Client networks that may call, in canonical CIDR form. A network that contains every address is a mistake.",
    )
    .required();
}

pub(crate) mod limits {
    use super::super::{Bounds, Key, Kind, Shape, Span, form};

    /// `[limits]`
    pub(crate) static TABLE: Shape = Shape::new("limits", "", "", &[&URL, &HEADERS, &FORM, &BODY, &WAIT]);
    pub(crate) static URL: Key = Key::new(
        "url",
        Kind::Number(&Bounds { usual: Some(8192), least: 256, most: 16384 }),
        form::NUMBER,
        "The whole URL; above it 414.",
    );
    pub(crate) static HEADERS: Key = Key::new(
        "headers",
        Kind::Number(&Bounds { usual: Some(32768), least: 1024, most: 131072 }),
        form::NUMBER,
        "All header names and values together; above it 431.",
    );
    pub(crate) static FORM: Key = Key::new(
        "form",
        Kind::Number(&Bounds { usual: Some(65536), least: 256, most: 1048576 }),
        form::NUMBER,
        "A form that is read for a credential, or the part of a multipart form before its first file; above it 413.",
    );
    pub(crate) static BODY: Key = Key::new(
        "body",
        Kind::Number(&Bounds { usual: None, least: 0, most: u64::MAX }),
        form::NUMBER,
        "A declared `Content-Length`, on any route; above it 413. A body without a declared length is not counted. \
         Without this key only the platform's own limit applies.",
    )
    .usually("none");
    pub(crate) static WAIT: Key = Key::new(
        "wait",
        Kind::Seconds(&Span {
            usual: 10,
            least: (3, "one call alone may take so long"),
            most: (25, "the platform ends what a client left after 30 s, and what was begun has to be done by then"),
        }),
        form::DURATION,
        "How long a request waits in total for storage, the limiter, and the gateway's own calls to origins and \
         issuers; each of these may take 3 s. After that 503. The time in which a client sends its form is not \
         counted: that has 30 s, then 408.",
    );
}

pub(crate) mod storage {
    use super::super::{Key, Kind, Shape, words};
    use crate::SingleUse;

    /// `[storage]`
    pub(crate) static TABLE: Shape = Shape::new("storage", "", "", &[&SINGLE_USE, &LOCATION_HINT, &JURISDICTION]);
    pub(crate) static SINGLE_USE: Key = Key::new(
        "single_use",
        Kind::Text,
        "",
        "`\"ledger\"`: the Durable Object decides, exactly once. `\"best-effort\"`: only KV is used. Then two \
         requests at the same moment, or within KV's lag of a minute or more, can both use a single-use credential, \
         `revocation = \"strict\"` is not possible, and two simultaneous refreshes can [sign a user out](#oauth).",
    )
    .of(|| words(&SINGLE_USES))
    .usually("`\"ledger\"`");
    pub(crate) static LOCATION_HINT: Key = Key::new(
        "location_hint",
        Kind::Text,
        "",
        "The region near which the Ledger's objects are created: `\"wnam\"`, `\"enam\"`, `\"sam\"`, `\"weur\"`, \
         `\"eeur\"`, `\"apac\"`, `\"oc\"`, `\"afr\"` or `\"me\"`. An object stays where it was created, so this \
         does not move existing ones. Without it each object is created near the first request for it.",
    )
    .of(|| words(&LOCATION_HINTS))
    .usually("none");
    pub(crate) static JURISDICTION: Key = Key::new(
        "jurisdiction",
        Kind::Text,
        "",
        "The region that the Ledger's objects never leave: `\"eu\"`, `\"us\"` or `\"fedramp\"`. **Never change it \
         while claims are valid**: the same name is a different object in each jurisdiction, so everything that was \
         used or revoked would be unknown. It has no effect in local runs, because workerd has no jurisdictions.",
    )
    .of(|| words(&JURISDICTIONS))
    .usually("none");
    pub(crate) const SINGLE_USES: [(&str, SingleUse); 2] =
        [("ledger", SingleUse::Ledger), ("best-effort", SingleUse::BestEffort)];
    pub(crate) const LOCATION_HINTS: [(&str, &str); 9] = [
        ("wnam", "wnam"),
        ("enam", "enam"),
        ("sam", "sam"),
        ("weur", "weur"),
        ("eeur", "eeur"),
        ("apac", "apac"),
        ("oc", "oc"),
        ("afr", "afr"),
        ("me", "me"),
    ];
    pub(crate) const JURISDICTIONS: [(&str, &str); 3] = [("eu", "eu"), ("us", "us"), ("fedramp", "fedramp")];
}
