//! The authorization server, and those of others.

pub(crate) mod oauth {
    use super::super::{DAY, HOUR, Key, Kind, MINUTE, SPREAD, Shape, Span, form, words};
    use crate::Dialect;

    /// `[oauth]`
    pub(crate) static TABLE: Shape = Shape::new(
        "oauth",
        "",
        "",
        &[
            &KEYS,
            &PATH,
            &DIALECT,
            &CODE_LIFETIME,
            &ACCESS_LIFETIME,
            &REFRESH_LIFETIME,
            &GRANT_LIFETIME,
            &RETRY_WINDOW,
            &SHARDS,
            &CACHE,
            &QUERY,
            &SCOPES,
        ],
    );
    pub(crate) static KEYS: Key = Key::new(
        "keys",
        Kind::Texts(Some("is empty; name at least one key")),
        form::KEY_IDS,
        "Ids of keys with `use = \"seal\"`, for codes and tokens. The first issues, all verify.",
    )
    .required();
    pub(crate) static PATH: Key =
        Key::new("path", Kind::TextOr("/oauth"), form::PATH, "Path of the endpoints. No route can use it.");
    pub(crate) static DIALECT: Key = Key::new(
        "dialect",
        Kind::Text,
        "",
        "Texts of its errors. `\"checkfront\"`: those that Checkfront's clients expect. Codes and statuses are RFC \
         6749's in both.",
    )
    .of(|| words(&DIALECTS))
    .usually("`\"generic\"`");
    pub(crate) static CODE_LIFETIME: Key = Key::new(
        "code_lifetime",
        Kind::Seconds(&Span {
            usual: MINUTE,
            least: (10, "a client has to come back with it"),
            most: (10 * MINUTE, "a code is redeemed at once (RFC 6749 section 4.1.2)"),
        }),
        form::DURATION,
        "Lifetime of an authorization code. It works once. Clients redeem it at once, so a longer lifetime only \
         helps a thief.",
    );
    pub(crate) static ACCESS_LIFETIME: Key = Key::new(
        "access_lifetime",
        Kind::Seconds(&Span {
            usual: HOUR,
            least: (MINUTE, "clients would do nothing but refresh"),
            most: (DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "Lifetime of an access token. A refresh ends it early. At most `refresh_lifetime`, after which the grant's \
         record is gone.",
    );
    pub(crate) static REFRESH_LIFETIME: Key = Key::new(
        "refresh_lifetime",
        Kind::Seconds(&Span {
            usual: 14 * DAY,
            least: (MINUTE, "its record lies in Workers KV, which keeps nothing for less than a minute"),
            most: (365 * DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "Lifetime of a refresh token. Each refresh issues a new one, so this is how long a client may be inactive.",
    );
    pub(crate) static GRANT_LIFETIME: Key = Key::new(
        "grant_lifetime",
        Kind::Seconds(&Span {
            usual: 365 * DAY,
            least: (MINUTE, "its record lies in Workers KV, which keeps nothing for less than a minute"),
            most: (3650 * DAY, "that is no limit"),
        }),
        form::DURATION,
        "After this time the user is asked for consent again, regardless of refreshes. No token outlives it, and \
         neither lifetime above may be longer.",
    );
    pub(crate) static RETRY_WINDOW: Key = Key::new(
        "retry_window",
        Kind::Seconds(&Span {
            usual: 10,
            least: (0, ""),
            most: (MINUTE, "for so long a thief of a used token gets what its owner got"),
        }),
        form::DURATION,
        "A refresh token works once. For this time after its first use it gets the same answer again, and so does a \
         code with its PKCE verifier or the key of its proof. A later use counts as theft, and all tokens of the \
         grant are revoked. Ten seconds cover a lost answer and two tabs that refresh at once; with `0s` either of \
         these signs the user out. During this time the thief of a used token gets what its owner got.",
    );
    pub(crate) static SHARDS: Key = Key::new(
        "shards",
        SPREAD,
        form::NUMBER,
        "The number of [Ledger](storage.md#the-ledger) objects among which grants and DPoP proofs are divided. \
         These belong to no single key, so a new key cannot bring more. **Never change it while grants are valid**: \
         used refresh tokens and revoked grants would be unknown. Choose it before the first grant; [how \
         many](scale.md).",
    );
    pub(crate) static CACHE: Key = Key::new(
        "cache",
        Kind::Seconds(&Span {
            usual: 30,
            least: (0, ""),
            most: (5 * MINUTE, "for so long a revoked credential may still be accepted"),
        }),
        form::DURATION,
        "Maximum age of an isolate's copy of a grant, as in `[bearer]`.",
    );
    pub(crate) static QUERY: Key = Key::new(
        "query",
        Kind::Flag(false),
        form::FLAG,
        "The client's own calls (token, revoke, introspect) may have parameters in the URL. Codes, refresh tokens \
         and secrets then end up in logs, so this is only for clients that cannot do otherwise.",
    );
    pub(crate) static SCOPES: Key = Key::new(
        "scopes",
        Kind::Other,
        r##""type": "object", "propertyNames": {"$ref": "#/$defs/scope"}, "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 200}"##,
        "Description of each scope on the consent page: up to 200 bytes of text. A scope without a description is \
         shown as it is.",
    )
        .usually("none");
    pub(crate) const DIALECTS: [(&str, Dialect); 2] =
        [("generic", Dialect::Generic), ("checkfront", Dialect::Checkfront)];
}

pub(crate) mod issuer {
    use super::super::{DAY, Key, Kind, MINUTE, Shape, Span, form, words};
    use crate::JwsAlgorithm;

    /// `[issuers.NAME]`
    pub(crate) static TABLE: Shape = Shape::new(
        "issuers.*",
        "An issuer: its tokens are verified by exactly one of `jwks` and `introspection`.",
        r#""oneOf": [{"required": ["jwks", "algorithms"]}, {"required": ["introspection", "client_id", "secret"]}]"#,
        &[
            &ISSUER,
            &AUDIENCE,
            &ORIGIN,
            &JWKS,
            &ALGORITHMS,
            &INTROSPECTION,
            &CLIENT_ID,
            &SECRET,
            &SKEW,
            &SUBJECT,
            &CACHE,
        ],
    );
    pub(crate) static ISSUER: Key = Key::new(
        "issuer",
        Kind::Text,
        form::AUDIENCE,
        "The value of `iss` in its tokens, compared byte for byte, including a trailing slash. Each table has a \
         different one.",
    )
    .required();
    pub(crate) static AUDIENCE: Key = Key::new(
        "audience",
        Kind::Texts(Some("is empty, so a token that was issued for somebody else would do")),
        form::AUDIENCES,
        "One of these must be in `aud`. Required with `jwks`: an issuer makes tokens for many services, and without \
         an audience each of them could use its visitors' tokens here. It may be omitted with `introspection` if \
         the issuer decides by who asks.",
    )
    .usually("none");
    pub(crate) static ORIGIN: Key = Key::new(
        "origin",
        Kind::Text,
        form::SLUG,
        "Name of the origin that serves the keys or the introspection endpoint.",
    )
    .required();
    pub(crate) static JWKS: Key = Key::new(
        "jwks",
        Kind::Text,
        form::PATH,
        "Path of the issuer's keys (RFC 7517) at that origin. Tokens are JWTs with `exp`.",
    )
    .usually("none");
    pub(crate) static ALGORITHMS: Key = Key::new(
        "algorithms",
        Kind::Texts(Some("is empty; name those that the issuer signs with")),
        "",
        "Required with `jwks`, and only there: one or more of `\"RS256\"`, `\"PS256\"`, `\"ES256\"`, `\"EdDSA\"`. \
         The policy decides which algorithm is valid. The token's header cannot, since a forger writes it.",
    )
    .of(|| words(JwsAlgorithm::ALL))
    .usually("none");
    pub(crate) static INTROSPECTION: Key = Key::new(
        "introspection",
        Kind::Text,
        form::PATH,
        "Path of the issuer's introspection endpoint (RFC 7662) at that origin. Tokens are sent to it, so the \
         origin cannot have `insecure = true`. If the answer has `iss` or `aud`, they must match. If a route \
         accepts several issuers with this key, only the first is asked.",
    )
    .usually("none");
    pub(crate) static CLIENT_ID: Key = Key::new(
        "client_id",
        Kind::Text,
        form::SUBJECT,
        "Required with `introspection`, and only there: the gateway's client id at the issuer, for HTTP Basic.",
    )
    .usually("none");
    pub(crate) static SECRET: Key = Key::new(
        "secret",
        Kind::Text,
        form::SECRET,
        "Required with `introspection`, and only there: name of the Worker secret that holds the gateway's secret \
         at the issuer. The issuer learns the value, so nothing else may use it.",
    )
    .usually("none");
    pub(crate) static SKEW: Key = Key::new(
        "skew",
        Kind::Seconds(&Span { usual: MINUTE, least: (0, ""), most: (5 * MINUTE, "clocks differ by seconds") }),
        form::DURATION,
        "Tolerated clock difference, for `exp`, `nbf` and `iat`.",
    );
    pub(crate) static SUBJECT: Key = Key::new(
        "subject",
        Kind::TextOr("sub"),
        form::SUBJECT,
        "The claim that holds the subject. A token without it is refused.",
    );
    pub(crate) static CACHE: Key = Key::new(
        "cache",
        Kind::Other,
        form::DURATION,
        "How long an answer is reused. With `jwks` `1m` to `1d`: a withdrawn key stays valid for this time. With \
         `introspection` `0s` to `5m`: a revoked token stays valid for this time.",
    )
    .usually("`\"10m\"` with `jwks`, `\"30s\"` with `introspection`");
    /// Where keys are fetched.
    pub(crate) const CACHE_OF_KEYS: Span = Span {
        usual: 10 * MINUTE,
        least: (MINUTE, "the issuer would be asked all the time"),
        most: (DAY, "for so long a key that the issuer gave up may still be accepted"),
    };
    /// Where the issuer is asked about each token.
    pub(crate) const CACHE_OF_ANSWERS: Span =
        Span { usual: 30, least: (0, ""), most: (5 * MINUTE, "for so long a revoked token may still be accepted") };
}
