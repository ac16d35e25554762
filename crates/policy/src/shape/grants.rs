//! The authorization server, and those of others.

pub(crate) mod oauth {
    use super::super::{CACHED, DAY, HOUR, KEY_LIST, Key, Kind, MINUTE, SPREAD, STORED, Shape, Span, form, words};
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
            &REMEMBER_CONSENT,
            &RETRY_WINDOW,
            &SHARDS,
            &CACHE,
            &QUERY,
            &SCOPES,
        ],
    );
    pub(crate) static KEYS: Key = Key::new(
        "keys",
        KEY_LIST,
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
            least: STORED,
            most: (365 * DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "Lifetime of a refresh token. Each refresh issues a new one, so this is how long a client may be inactive.",
    );
    pub(crate) static GRANT_LIFETIME: Key = Key::new(
        "grant_lifetime",
        Kind::Seconds(&Span { usual: 365 * DAY, least: STORED, most: (3650 * DAY, "that is no limit") }),
        form::DURATION,
        "After this time the user is asked for consent again, regardless of refreshes. No token outlives it, and \
         neither lifetime above may be longer.",
    );
    pub(crate) static REMEMBER_CONSENT: Key = Key::new(
        "remember_consent",
        Kind::Seconds(&Span {
            usual: 0,
            least: (0, ""),
            most: (365 * DAY, "a person would not remember having been asked"),
        }),
        form::DURATION,
        "For this time after a user allowed a client something, the user is not asked about the same, or less of it, \
         again; with `0s` every time. Ending the client's grant on [the user's own page](operations.md#a-persons-own-page) \
         or as an operator forgets it, and `prompt=consent` in the request asks again. A public client whose redirect address is not https \
         is never remembered, because another program can have taken that address.",
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
    pub(crate) static CACHE: Key =
        Key::new("cache", CACHED, form::DURATION, "Maximum age of an isolate's copy of a grant, as in `[bearer]`.");
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
