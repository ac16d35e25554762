//! Keys, and what other systems sign: links and redirects.

pub(crate) mod key {
    use super::super::{Key, Kind, SPREAD, Shape, form, words};
    use crate::{KeyUse, MacAlgorithm};

    /// `[keys.NAME]`
    pub(crate) static TABLE: Shape = Shape::new(
        "keys.*",
        "A key: the secret that holds its value, and the one purpose that it serves.",
        "",
        &[&SECRET, &USE, &ALGORITHM, &SHARDS],
    );
    pub(crate) static SECRET: Key = Key::new(
        "secret",
        Kind::Text,
        form::SECRET,
        "Name of the Worker secret: capitals, digits and `_`. A value of fewer than 16 bytes counts as missing, \
         except with `use = \"digest\"`, where another system chose the secret.",
    )
    .required();
    pub(crate) static USE: Key = Key::new(
        "use",
        Kind::Text,
        "",
        "`\"link\"`: signed links. `\"digest\"`: signed redirects. `\"seal\"`: tokens, codes, sessions, tickets and \
         nonces that the gateway issues. `\"identity\"`: a private P-256 key in JWK form that signs identity JWTs. \
         `\"assertion\"`: signs the gateway's calls to your password check and lookup. `\"client\"`: authenticates \
         the ids of registered clients, and keys the digests of client secrets.",
    )
    .of(|| words(&USES))
    .required();
    pub(crate) static ALGORITHM: Key = Key::new(
        "algorithm",
        Kind::Text,
        "",
        "Only with `use = \"link\"`. The alternative is `\"hmac-sha1\"`, for signers that cannot do better.",
    )
    .of(|| words(&ALGORITHMS))
    .usually("`\"hmac-sha256\"`");
    pub(crate) static SHARDS: Key = Key::new(
        "shards",
        SPREAD,
        form::NUMBER,
        "The number of [Ledger](storage.md#the-ledger) objects among which the claims of this key are divided. An \
         object handles about a thousand calls a second. **Never change it while anything issued with the key is \
         still valid**: what was used under the old number would not be found under the new one and would work \
         again. To grow, add a key with more shards and [let it take over](operations.md#changing-a-key). Not with \
         `use = \"identity\"` and `use = \"assertion\"`.",
    );
    pub(crate) const USES: [(&str, KeyUse); 6] = [
        ("link", KeyUse::Link(MacAlgorithm::HmacSha256)),
        ("digest", KeyUse::Digest),
        ("seal", KeyUse::Seal),
        ("identity", KeyUse::Identity),
        ("assertion", KeyUse::Assertion),
        ("client", KeyUse::Client),
    ];
    pub(crate) const ALGORITHMS: [(&str, MacAlgorithm); 2] =
        [("hmac-sha256", MacAlgorithm::HmacSha256), ("hmac-sha1", MacAlgorithm::HmacSha1)];
}

pub(crate) mod link {
    use super::super::{DAY, Key, Kind, MINUTE, Shape, Span, form};

    /// `[links.NAME]`
    pub(crate) static TABLE: Shape = Shape::new(
        "links.*",
        "A profile of the generic signed link.",
        "",
        &[&KEYS, &MAX_LIFETIME, &SKEW, &IGNORE, &SINGLE_USE, &COVER_METHOD, &COVER_HOST, &REQUIRE_IP, &SUBJECT],
    );
    pub(crate) static KEYS: Key = Key::new(
        "keys",
        Kind::Texts(Some("is empty; name at least one key")),
        form::KEY_IDS,
        "Ids of keys with `use = \"link\"`. All of them verify; `edgegate link sign` signs with the first.",
    )
    .required();
    pub(crate) static MAX_LIFETIME: Key = Key::new(
        "max_lifetime",
        Kind::Seconds(&Span {
            usual: 7 * DAY,
            least: (1, "no link would ever work"),
            most: (3650 * DAY, "that is no limit"),
        }),
        form::DURATION,
        "The farthest that `eg_exp` may be in the future.",
    );
    pub(crate) static SKEW: Key = Key::new(
        "skew",
        Kind::Seconds(&Span {
            usual: 0,
            least: (0, ""),
            most: (5 * MINUTE, "clocks differ by seconds; more only lengthens a link's life"),
        }),
        form::DURATION,
        "Tolerated clock difference, for `eg_exp` and `eg_nbf`.",
    );
    pub(crate) static IGNORE: Key = Key::new(
        "ignore",
        Kind::Texts(None),
        form::NAME_PATTERNS,
        "Parameters that may follow the signature. They are forwarded. A name may end with `*`.",
    );
    pub(crate) static SINGLE_USE: Key = Key::new("single_use", Kind::Flag(false), form::FLAG, "Each link works once.");
    pub(crate) static COVER_METHOD: Key = Key::new(
        "cover_method",
        Kind::Flag(true),
        form::FLAG,
        "The signature covers the method. A link for GET also works for HEAD.",
    );
    pub(crate) static COVER_HOST: Key =
        Key::new("cover_host", Kind::Flag(true), form::FLAG, "The signature covers the host.");
    pub(crate) static REQUIRE_IP: Key =
        Key::new("require_ip", Kind::Flag(false), form::FLAG, "A link without `eg_ip` is refused.");
    pub(crate) static SUBJECT: Key = Key::new(
        "subject",
        Kind::Text,
        form::NAME,
        "Name of the signed parameter that holds the user of the link. The origin receives its value as \
         `Edgegate-Subject`.",
    )
    .usually("none");
}

pub(crate) mod signed_redirect {
    use super::super::{HOUR, Key, Kind, Shape, Span, form, words};
    use crate::{Boundary, Digest};

    /// `[signed_redirects.NAME]`
    pub(crate) static TABLE: Shape = Shape::new(
        "signed_redirects.*",
        "A profile of the signed redirect.",
        "",
        &[&KEYS, &DIGESTS, &BOUNDARY, &SIGNATURE, &WINDOW, &SINGLE_USE, &SUNSET, &SUBJECT],
    );
    pub(crate) static KEYS: Key = Key::new(
        "keys",
        Kind::Texts(Some("is empty; name at least one key")),
        form::KEY_IDS,
        "Ids of keys with `use = \"digest\"`, tried in turn.",
    )
    .required();
    pub(crate) static DIGESTS: Key = Key::new(
        "digests",
        Kind::Texts(Some("is empty; name `md5`, `sha1` or both")),
        "",
        "`\"md5\"`, `\"sha1\"` or both. The tool signs with the first.",
    )
    .of(|| words(&DIGEST_WORDS))
    .required();
    pub(crate) static BOUNDARY: Key = Key::new(
        "boundary",
        Kind::Text,
        "",
        "Where the hashed text ends: after `&signature=` (`\"inclusive\"`), before it (`\"exclusive\"`), or \
         `\"either\"`.",
    )
    .of(|| words(&BOUNDARIES))
    .usually("`\"inclusive\"`");
    pub(crate) static SIGNATURE: Key =
        Key::new("signature", Kind::Text, "", "Name of the signature parameter; the alternative is `\"sig\"`.")
            .of(|| words(&SIGNATURES))
            .usually("`\"signature\"`");
    pub(crate) static WINDOW: Key = Key::new(
        "window",
        Kind::Seconds(&Span {
            usual: 5,
            least: (1, "no redirect would arrive in time"),
            most: (HOUR, "a redirect is followed at once; until its window ends it can only be replayed"),
        }),
        form::DURATION,
        "How far `ts` may be in the past or in the future.",
    );
    pub(crate) static SINGLE_USE: Key =
        Key::new("single_use", Kind::Flag(true), form::FLAG, "Each signature works once.");
    pub(crate) static SUNSET: Key = Key::new(
        "sunset",
        Kind::Text,
        r#""type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2027-12-31"]"#,
        "The day by which this format is to be given up. `check` warns from 90 days before that day on. The gateway \
         itself continues to accept it.",
    )
    .required();
    pub(crate) static SUBJECT: Key =
        Key::new("subject", Kind::Text, form::NAME, "As in `[links.NAME]`.").usually("none");
    pub(crate) const DIGEST_WORDS: [(&str, Digest); 2] = [("md5", Digest::Md5), ("sha1", Digest::Sha1)];
    pub(crate) const BOUNDARIES: [(&str, &[Boundary]); 3] = [
        ("inclusive", &[Boundary::Inclusive]),
        ("exclusive", &[Boundary::Exclusive]),
        ("either", &[Boundary::Inclusive, Boundary::Exclusive]),
    ];
    pub(crate) const SIGNATURES: [(&str, &str); 2] = [("signature", "signature"), ("sig", "sig")];
}
