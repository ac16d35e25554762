//! Routes.

pub(crate) mod route {
    use super::super::{Key, Kind, Shape, form, words};
    use crate::{Dialect, Revocation, Xsrf};

    /// `[[routes]]`
    pub(crate) static TABLE: Shape = Shape::new(
        "routes[]",
        "A route.",
        "",
        &[
            &NAME,
            &HOST,
            &PATH,
            &METHODS,
            &ACCEPT,
            &BEARER,
            &DIALECT,
            &XSRF,
            &BROKER,
            &PROVIDERS,
            &NETWORK,
            &REQUIRE,
            &HEADERS,
            &RATE,
            &CONFIRM,
            &REVOCATION,
            &FORWARD,
            &CORS,
            &PATHS,
            &PATH_PARAMETERS,
            &METHOD_OVERRIDE,
            &TAGS,
            &MAINTENANCE,
        ],
    );
    pub(crate) static NAME: Key = Key::new(
        "name",
        Kind::Text,
        form::SLUG,
        "A unique name, a-z, 0-9 and `-`. The origin and the log receive it; nonces are bound to it.",
    )
    .required();
    pub(crate) static HOST: Key = Key::new(
        "host",
        Kind::Text,
        r#""type": "string", "examples": ["gate.example.org", "*.example.org"]"#,
        "The host it answers for, or `*.example.org` for every subdomain. A host without a port matches every port.",
    )
    .usually("any");
    pub(crate) static PATH: Key = Key::new(
        "path",
        Kind::Text,
        form::PATH_PATTERN,
        "`/a/b` for exactly that path, `/a/*` for `/a` and everything under it. Not under `/.edgegate`, the `path` \
         of `[oauth]`, or the metadata paths (`/.well-known/oauth-…`).",
    )
    .required();
    pub(crate) static METHODS: Key = Key::new(
        "methods",
        Kind::Texts(Some("is empty; leave it out for GET and HEAD")),
        r#""items": {"type": "string", "pattern": "^[A-Z-]{1,32}$", "not": {"enum": ["TRACE", "CONNECT", "TRACK"]}}"#,
        "Methods in capitals. Never TRACE, TRACK or CONNECT.",
    )
    .usually("`[\"GET\", \"HEAD\"]`");
    pub(crate) static ACCEPT: Key = Key::new(
        "accept",
        Kind::Texts(Some("is empty; name credentials, or `none` for a route that is open to everybody")),
        "",
        "The credentials that open it, [below](#accept-of-a-route).",
    )
    .of(crate::facts::words)
    .required();
    pub(crate) static BEARER: Key = Key::new(
        "bearer",
        Kind::Table(&super::super::route_bearer::TABLE),
        "",
        "What a Bearer token or token pair must contain, where a token may be sent and how it begins, below.",
    );
    pub(crate) static DIALECT: Key = Key::new(
        "dialect",
        Kind::Text,
        "",
        "The format of refusals. `\"checkfront\"`: as Checkfront's API answers. There `X-On-Behalf` with an account \
         needs `act_for_others`, and `X-Forwarded-For` reaches the origin only from a token pair. \
         `\"superoffice\"`: as SuperOffice's WebApi answers; there an `Authorization` that does not open the route \
         is refused, whatever the route accepts. It is the default with a preset of that name in `accept`. Not with \
         `luminate`, which has a format of its own.",
    )
    .of(|| words(&DIALECTS))
    .usually("`\"generic\"`");
    pub(crate) static XSRF: Key = Key::new(
        "xsrf",
        Kind::Text,
        "",
        "Protection against requests from other sites, where a browser sends the credential by itself, \
         [below](#xsrf-of-a-route): `\"off\"`, `\"origin\"`, `\"token\"`, `\"always\"`. With a preset in `accept` \
         the default is `\"always\"`.",
    )
    .of(|| words(&XSRF_WORDS))
    .usually("`\"origin\"`");
    pub(crate) static BROKER: Key = Key::new(
        "broker",
        Kind::Text,
        form::SLUG,
        "Name of the [broker](#brokersname) that a browser without a session is redirected to. It applies to pages: \
         a GET that prefers HTML and has no `Authorization`. A script's request is refused as on other routes. \
         Needs `session` in `accept`, and a `host` that is none of `hosts` of `[session]`.",
    )
    .usually("none");
    pub(crate) static PROVIDERS: Key = Key::new(
        "providers",
        Kind::Texts(Some("is empty, so nobody could be signed in by one; leave it out for sessions of every kind")),
        r##""items": {"$ref": "#/$defs/slug"}"##,
        "Names of the [providers](#providersname) by one of which a session must have been opened. A page's visitor without such \
         a session is sent there at once, or, where there are several, to the sign-in page. A script is refused with 401. \
         Needs `session` in `accept`.",
    )
    .usually("any session; without `[sign_in]` visitors are sent to the providers of the policy");
    pub(crate) static NETWORK: Key = Key::new(
        "network",
        Kind::Text,
        form::SLUG,
        "The `[networks.NAME]` that a client must come from, whatever its credential. For clients that need no other \
         credential there, write `network:NAME` in `accept`.",
    )
    .usually("any");
    pub(crate) static REQUIRE: Key = Key::new(
        "require",
        Kind::Other,
        form::RULES,
        "What a credential has to say of its holder, [below](#require-of-a-route): claims, and for each the values of which \
         it must have one. All of them have to hold, for every credential; otherwise 403.",
    )
    .usually("none");
    pub(crate) static HEADERS: Key = Key::new(
        "headers",
        Kind::Other,
        form::CLAIM_FIELDS,
        "Header fields in which the origin receives claims, each with the name of its claim, \
         [below](#headers-of-a-route). No client can write these fields, on any route.",
    )
    .usually("none");
    pub(crate) static RATE: Key = Key::new(
        "rate",
        Kind::Table(&super::super::route_rate::TABLE),
        "",
        "How many requests the route takes of each network, subject, client or link, [below](#rate-of-a-route). More are \
         429.",
    )
    .usually("any number");
    pub(crate) static CONFIRM: Key = Key::new(
        "confirm",
        Kind::Flag(false),
        form::FLAG,
        "A nonce, and a link that works once, is used up only by the button of a confirmation page, which posts: `methods` \
         must include `POST`. For addresses in mail, which scanners open first.",
    );
    pub(crate) static REVOCATION: Key = Key::new(
        "revocation",
        Kind::Text,
        "",
        "`\"strict\"`: the Ledger is asked on every request, so a revocation is seen at once everywhere. For a \
         password over HTTP Basic the origin is asked on every request.",
    )
    .of(|| words(&REVOCATIONS))
    .usually("`\"cached\"`");
    pub(crate) static FORWARD: Key = Key::new(
        "forward",
        Kind::Table(&super::super::route_forward::TABLE),
        "",
        "The origin that requests go to, below.",
    )
    .required();
    pub(crate) static CORS: Key = Key::new(
        "cors",
        Kind::WordOr("origin", &super::super::route_cors::TABLE),
        "",
        "Cross-origin requests, below. `\"origin\"`, only with `accept = [\"none\"]`: the origin answers preflights \
         and says who may read.",
    )
    .usually("none");
    pub(crate) static PATHS: Key = Key::new(
        "paths",
        Kind::Table(&super::super::route_paths::TABLE),
        "",
        "Allows paths that origins read in several ways, below. Not with `luminate`.",
    );
    pub(crate) static PATH_PARAMETERS: Key = Key::new(
        "path_parameters",
        Kind::Flag(false),
        form::FLAG,
        "Allows a `;` in the path. On a route that accepts `luminate`, only the `;jsessionid=` that its clients \
         add; it is cut.",
    );
    pub(crate) static METHOD_OVERRIDE: Key = Key::new(
        "method_override",
        Kind::Flag(false),
        form::FLAG,
        "With `_method` in a query or form, Rails, Laravel, Symfony, Spring, CakePHP, Yii, WordPress and others use \
         another method than the request's. It is refused if it names a method that is not in `methods` \
         ([more](#_method)). `true` turns the check off, and such an origin does what the caller names.",
    );
    pub(crate) static TAGS: Key = Key::new(
        "tags",
        Kind::Texts(Some("is empty; write `tags = [\"html\"]`, or leave it out")),
        r#""items": {"enum": ["html", "script", "style", "comment"]}, "contains": {"const": "html"}"#,
        "Only with `luminate` or `session`: expands tags in HTML, those of [Luminate](luminate.md#tags-in-pages) or \
         those of [a session's token](#xsrf-of-a-route). `[\"html\"]`: in text and attributes. `\"script\"`, \
         `\"style\"` and `\"comment\"` add these places, which may contain text from other users.",
    )
    .usually("none");
    pub(crate) static MAINTENANCE: Key = Key::new(
        "maintenance",
        Kind::Flag(false),
        form::FLAG,
        "Closes the route for [maintenance](operations.md#maintenance): 503 with `Retry-After`, before a credential is \
         looked at. [`[maintenance]`](#maintenance) says what is told and who may look.",
    );
    pub(crate) const DIALECTS: [(&str, Dialect); 3] =
        [("generic", Dialect::Generic), ("checkfront", Dialect::Checkfront), ("superoffice", Dialect::SuperOffice)];
    pub(crate) const XSRF_WORDS: [(&str, Xsrf); 4] =
        [("off", Xsrf::Off), ("origin", Xsrf::Origin), ("token", Xsrf::Token), ("always", Xsrf::Always)];
    pub(crate) const REVOCATIONS: [(&str, Revocation); 2] =
        [("cached", Revocation::Cached), ("strict", Revocation::Strict)];
}

pub(crate) mod route_bearer {
    use super::super::{Key, Kind, Shape, form};

    /// `[routes[].bearer]`
    pub(crate) static TABLE: Shape = Shape::new("routes[].bearer", "", "", &[&SCOPE, &QUERY, &FORM, &PREFIX]);
    pub(crate) static SCOPE: Key = Key::new(
        "scope",
        Kind::Texts(None),
        form::SCOPES,
        "Scopes that a token or token pair must have, all of them; otherwise 403.",
    );
    pub(crate) static QUERY: Key = Key::new(
        "query",
        Kind::Flag(false),
        form::FLAG,
        "Accepts a token from `access_token` in the query. Such a token ends up in logs and histories.",
    );
    pub(crate) static FORM: Key = Key::new(
        "form",
        Kind::Flag(false),
        form::FLAG,
        "Accepts a token from `access_token` in an urlencoded form. The form is held in memory and forwarded \
         without the token.",
    );
    pub(crate) static PREFIX: Key = Key::new(
        "prefix",
        Kind::Text,
        r#""type": "string", "pattern": "^[A-Za-z0-9._~+/:-]{1,64}$", "examples": ["8A:Cust12345."]"#,
        "The prefix of this route's tokens, such as `8A:Cust12345.` of SuperOffice's: 1 to 64 of A-Z, a-z, 0-9 and \
         `-._~+/:`. [`edgegate token mint --route NAME`](cli.md#token) makes such a token. It is accepted only on \
         routes with this prefix, and introspection does not report on it. The gateway's tokens that were made \
         without a prefix are accepted too, with or without the prefix in front.",
    )
    .usually("none");
}

pub(crate) mod route_forward {
    use super::super::{Key, Kind, Shape, form};

    /// `[routes[].forward]`
    pub(crate) static TABLE: Shape = Shape::new(
        "routes[].forward",
        "",
        "",
        &[&ORIGIN, &PATH, &HOST, &MAP, &SET, &SET_SECRET, &AUTHORIZATION, &REMOVE, &JWT_AUDIENCE, &JWT_CLAIMS],
    );
    pub(crate) static ORIGIN: Key = Key::new("origin", Kind::Text, form::SLUG, "Name of the origin.").required();
    pub(crate) static PATH: Key = Key::new(
        "path",
        Kind::Text,
        form::PATH_PATTERN,
        "Replaces the route's `path`: with the route `/api/*` and `path = \"/v1/*\"`, `/api/x` arrives as `/v1/x`.",
    )
    .usually("the same path");
    pub(crate) static HOST: Key = Key::new(
        "host",
        Kind::Text,
        r#""type": "string""#,
        "Host of the URL that an origin by `service` or `handler` receives. Not possible with `url`, since the platform sends \
         that URL's host.",
    )
    .usually("the gateway's");
    pub(crate) static MAP: Key = Key::new(
        "map",
        Kind::Flag(true),
        form::FLAG,
        "Writes the address of an origin by `url` as the gateway's in `Location`, `Content-Location`, `Refresh` and \
         `Link` of its answers, and maps `Path` and `Domain` of its cookies \
         ([how](origins.md#answers-that-come-back)). With `false` answers pass as they are. An origin by `service` or `handler` gets \
         the gateway's own host, so there is nothing to map.",
    );
    pub(crate) static SET: Key = Key::new(
        "set",
        Kind::Other,
        r##""type": "object", "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": {"type": "string", "pattern": "^([!-~]([ -~]*[!-~])?)?$"}"##,
        "Request headers to set, also in place of what the gateway tells of host, scheme and client's address. \
         No `Edgegate-*`, no credential and no connection header. The values are in this file, so a secret belongs into `set_secret`.",
    )
        .usually("none");
    pub(crate) static SET_SECRET: Key = Key::new(
        "set_secret",
        Kind::Other,
        form::SECRET_HEADERS,
        "The same with values from Worker secrets: each header has the name of its secret. It adds to the `set_secret` \
         of the origin, and replaces a header of the same name there.",
    )
    .usually("none");
    pub(crate) static AUTHORIZATION: Key = Key::new(
        "authorization",
        Kind::WordOr("pass", &super::super::route_authorization::TABLE),
        "",
        "The `Authorization` that the origin receives. A client's never goes through, except with `\"pass\"`, [for \
         origins that authenticate their users themselves](#forwardauthorization--pass): only with `accept = \
         [\"none\"]`. A table names a Worker secret in place of the one of the origin, below.",
    )
    .usually("that of the origin, or none");
    pub(crate) static REMOVE: Key = Key::new(
        "remove",
        Kind::Texts(None),
        form::NAME_PATTERNS,
        "Request headers to remove, those in which the gateway tells host, scheme and client's address among them. A name \
         may end with `*`.",
    );
    pub(crate) static JWT_AUDIENCE: Key = Key::new(
        "jwt_audience",
        Kind::Text,
        form::AUDIENCE,
        "Adds `Edgegate-Jwt`, signed for this audience, to requests that have a subject. Needs `[identity] keys`.",
    )
    .usually("none");
    pub(crate) static JWT_CLAIMS: Key = Key::new(
        "jwt_claims",
        Kind::Texts(Some("is empty; name claims, or leave it out")),
        r##""items": {"$ref": "#/$defs/subject"}"##,
        "Claims of the caller that `Edgegate-Jwt` has too, named as in `headers`. `name`, `email`, `preferred_username`, \
         `given_name`, `family_name`, `locale` and `picture` are texts there, all others lists of texts.",
    )
    .usually("none");
}

pub(crate) mod route_cors {
    use super::super::{DAY, Key, Kind, MINUTE, Shape, Span, form};

    /// `[routes[].cors]`
    pub(crate) static TABLE: Shape =
        Shape::new("routes[].cors", "", "", &[&ORIGINS, &CREDENTIALS, &HEADERS, &EXPOSE, &MAX_AGE]);
    pub(crate) static ORIGINS: Key = Key::new(
        "origins",
        Kind::Texts(Some("is empty, so no page could call; name origins or leave `cors` out")),
        r#""items": {"type": "string", "pattern": "^https?://(\\*\\.)?[a-z0-9.\\[\\]:-]+$", "examples": ["https://app.example.org", "https://*.example.org"]}"#,
        "Web origins that may call: `https://app.example.org`, or `https://*.example.org` for any depth of \
         subdomains. Never `*`.",
    )
        .required();
    pub(crate) static CREDENTIALS: Key =
        Key::new("credentials", Kind::Flag(false), form::FLAG, "Cookies and `Authorization` may be sent.");
    pub(crate) static HEADERS: Key =
        Key::new("headers", Kind::Texts(None), form::NAMES, "Request headers that a preflight may request.");
    pub(crate) static EXPOSE: Key =
        Key::new("expose", Kind::Texts(None), form::NAMES, "Response headers that a script may read.");
    pub(crate) static MAX_AGE: Key = Key::new(
        "max_age",
        Kind::Seconds(&Span { usual: 10 * MINUTE, least: (0, ""), most: (DAY, "no browser keeps a preflight longer") }),
        form::DURATION,
        "How long a preflight may be cached.",
    );
}
