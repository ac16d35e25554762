//! `[issuers.<name>]`: authorization servers of others.

use std::sync::Arc;

use crate::Origin;

/// `[issuers.<name>]`: Bearer tokens that somebody else issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The table's name.
    pub name: String,
    /// `iss` (RFC 7519 section 4.1.1), compared byte for byte.
    pub issuer: String,
    /// One of these has to be in `aud`. Empty only where tokens are introspected: then the one that is asked has checked that.
    pub audience: Vec<String>,
    /// Who is asked.
    pub origin: Arc<Origin>,
    /// How a token is verified.
    pub verification: Verification,
    /// Seconds of tolerated clock difference, for `exp`, `nbf` and `iat` (default 60).
    pub skew: u64,
    /// The claim that is the subject (default `sub`).
    pub subject: String,
    /// Seconds for which an answer is used again: 10 min for keys, 30 s for introspection.
    pub cache: u64,
}

impl Issuer {
    /// Name of the Worker secret by which the gateway proves there who it is.
    pub fn secret(&self) -> Option<&str> {
        match &self.verification {
            Verification::Introspection { secret, .. } => Some(secret),
            Verification::Jwks { .. } => None,
        }
    }
}

/// Exactly one of `jwks` and `introspection`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// By signature: a JWT (RFC 7519).
    Jwks {
        /// Path of the issuer's keys (RFC 7517 section 5) at the origin.
        path: String,
        /// Pinned here, never by the token. Never empty.
        algorithms: Vec<JwsAlgorithm>,
    },
    /// By asking (RFC 7662).
    Introspection {
        /// Path of the endpoint at the origin.
        path: String,
        /// The gateway's own `client_id` there.
        client_id: String,
        /// Name of the Worker secret that holds its secret there.
        secret: String,
    },
}

/// An algorithm of RFC 7518 section 3.1 or RFC 8037.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwsAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl JwsAlgorithm {
    /// Every algorithm with its name.
    pub const ALL: &[(&str, JwsAlgorithm)] = &[
        ("RS256", JwsAlgorithm::Rs256),
        ("PS256", JwsAlgorithm::Ps256),
        ("ES256", JwsAlgorithm::Es256),
        ("EdDSA", JwsAlgorithm::EdDsa),
    ];

    /// `alg`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, algorithm)| *algorithm == self).map_or("", |(name, _)| name)
    }

    /// The algorithm of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }
}

coded!(struct Issuer { name, issuer, audience, origin, verification, skew, subject, cache });
coded!(enum Verification { 0 Jwks { path, algorithms }, 1 Introspection { path, client_id, secret } });
coded!(enum JwsAlgorithm { 0 Rs256, 1 Ps256, 2 Es256, 3 EdDsa });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::{Issuer, JwsAlgorithm, Verification};
    use crate::Origin;
    use crate::reader::bucket;
    use crate::reader::deployment;
    use crate::reader::names::Names;
    use crate::reader::table::Table;
    use crate::reader::text;
    use crate::sections::key::Keys;
    use crate::shape::{DAY, Key, Kind, MINUTE, Shape, Span, form, words};

    pub(crate) static SECTION: Key = Key::new(
        "issuers",
        Kind::Tables(&TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Authorization servers of others, by name. A route accepts the tokens of one as `issuer:<name>`.",
    );
    /// `[issuers.NAME]`
    static TABLE: Shape = Shape::new(
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
    static ISSUER: Key = Key::new(
        "issuer",
        Kind::Text,
        form::AUDIENCE,
        "The value of `iss` in its tokens, compared byte for byte, including a trailing slash. Each table has a \
         different one.",
    )
    .required();
    static AUDIENCE: Key = Key::new(
        "audience",
        Kind::Texts(Some("is empty, so a token that was issued for somebody else would do")),
        form::AUDIENCES,
        "One of these must be in `aud`. Required with `jwks`: an issuer makes tokens for many services, and without \
         an audience each of them could use its visitors' tokens here. It may be omitted with `introspection` if \
         the issuer decides by who asks.",
    )
    .usually("none");
    static ORIGIN: Key = Key::new(
        "origin",
        Kind::Text,
        form::SLUG,
        "Name of the origin that serves the keys or the introspection endpoint.",
    )
    .required();
    static JWKS: Key = Key::new(
        "jwks",
        Kind::Text,
        form::PATH,
        "Path of the issuer's keys (RFC 7517) at that origin. Tokens are JWTs with `exp`.",
    )
    .usually("none");
    static ALGORITHMS: Key = Key::new(
        "algorithms",
        Kind::Texts(Some("is empty; name those that the issuer signs with")),
        "",
        "Required with `jwks`, and only there: one or more of `\"RS256\"`, `\"PS256\"`, `\"ES256\"`, `\"EdDSA\"`. \
         The policy decides which algorithm is valid. The token's header cannot, since a forger writes it.",
    )
    .of(|| words(JwsAlgorithm::ALL))
    .usually("none");
    static INTROSPECTION: Key = Key::new(
        "introspection",
        Kind::Text,
        form::PATH,
        "Path of the issuer's introspection endpoint (RFC 7662) at that origin. Tokens are sent to it, so the \
         origin cannot have `insecure = true`. If the answer has `iss` or `aud`, they must match. If a route \
         accepts several issuers with this key, only the first is asked.",
    )
    .usually("none");
    static CLIENT_ID: Key = Key::new(
        "client_id",
        Kind::Text,
        form::SUBJECT,
        "Required with `introspection`, and only there: the gateway's client id at the issuer, for HTTP Basic.",
    )
    .usually("none");
    static SECRET: Key = Key::new(
        "secret",
        Kind::Text,
        form::SECRET,
        "Required with `introspection`, and only there: name of the Worker secret that holds the gateway's secret \
         at the issuer. The issuer learns the value, so nothing else may use it.",
    )
    .usually("none");
    static SKEW: Key = Key::new(
        "skew",
        Kind::Seconds(&Span { usual: MINUTE, least: (0, ""), most: (5 * MINUTE, "clocks differ by seconds") }),
        form::DURATION,
        "Tolerated clock difference, for `exp`, `nbf` and `iat`.",
    );
    static SUBJECT: Key = Key::new(
        "subject",
        Kind::TextOr("sub"),
        form::SUBJECT,
        "The claim that holds the subject. A token without it is refused.",
    );
    static CACHE: Key = Key::new(
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

    /// Every `[issuers.*]`.
    pub(crate) fn read(root: &Table<'_>, keys: &Keys, origins: &Names<Origin>) -> Names<Issuer> {
        let mut issuers: Names<Issuer> = Names::new("issuers");
        for (name, table) in root.named(&SECTION) {
            deployment::check_name("issuers", name, &table);
            let issuer = issuer(name, &table, origins);
            let same = |other: &&std::sync::Arc<Issuer>| issuer.as_ref().is_some_and(|one| one.issuer == other.issuer);
            if let Some(other) = issuers.things().find(same) {
                let reason = format!("is that of `[issuers.{}]` already; put both audiences into one", other.name);
                table.wrong(&ISSUER, &reason);
            }
            let secret = issuer.as_ref().and_then(Issuer::secret);
            if let Some(key) = keys.things().find(|key| secret == Some(key.secret.as_str())) {
                let reason = format!("is the secret of `[keys.{}]` already, and would be sent to the issuer", key.id);
                table.wrong(&SECRET, &reason);
            }
            issuers.add(name, issuer);
        }
        issuers
    }

    fn issuer(name: &str, table: &Table<'_>, origins: &Names<Origin>) -> Option<Issuer> {
        let issuer = table.checked(&ISSUER, text::audience);
        let audience = table.texts(&AUDIENCE);
        let audience = audience.iter().filter_map(|text| text.parsed(audience_of)).collect();
        let origin = table.text(&ORIGIN);
        let origin = origin.and_then(|text| {
            let origin = origins.find(&text, text.value)?;
            bucket::check_for_calls(&text, &origin);
            Some(origin)
        });
        let verification = verification(table);
        if !table.has(&AUDIENCE) && table.has(&JWKS) {
            let reason = "`audience` is missing: a token that was issued for somebody else would do";
            table.report.add(table.line, format!("{}: {reason}", table.label));
        }
        if origin.as_ref().is_some_and(|origin| origin.insecure) {
            let reason =
                "is `insecure = true`: who is on the way could hand in keys of their own, or read tokens; use https";
            table.wrong(&ORIGIN, reason);
        }
        let asks = matches!(verification, Some(Verification::Introspection { .. }));
        if asks && origin.as_ref().is_some_and(|origin| origin.credentials.authorization.is_some()) {
            let reason = "has an `authorization`, and introspection authenticates by `client_id` and `secret` there";
            table.wrong(&ORIGIN, reason);
        }
        let cache = match verification {
            Some(Verification::Introspection { .. }) => &CACHE_OF_ANSWERS,
            _ => &CACHE_OF_KEYS,
        };
        Some(Issuer {
            name: name.to_owned(),
            issuer: issuer?,
            audience,
            origin: origin?,
            skew: table.seconds(&SKEW),
            subject: table.checked_or(&SUBJECT, text::name),
            cache: table.seconds_within(&CACHE, cache),
            verification: verification?,
        })
    }

    fn verification(table: &Table<'_>) -> Option<Verification> {
        let by_keys = [&ALGORITHMS];
        let by_asking = [&CLIENT_ID, &SECRET];
        let (others, what): (&[&Key], &str) = match (table.has(&JWKS), table.has(&INTROSPECTION)) {
            (true, false) => (&by_asking, "introspection"),
            (false, true) => (&by_keys, "jwks"),
            (true, true) => {
                table.wrong(&INTROSPECTION, "a token is verified by `jwks` or by `introspection`, not by both");
                return None;
            }
            (false, false) => {
                let reason = "says not how a token is verified; add `jwks = \"/…\"` or `introspection = \"/…\"`";
                table.report.add(table.line, format!("{}: {reason}", table.label));
                return None;
            }
        };
        for key in others.iter().filter(|key| table.has(key)) {
            table.wrong(key, &format!("has no effect without `{what}`"));
        }
        if table.has(&JWKS) {
            let path = table.checked(&JWKS, text::exact_path);
            let mut algorithms = Vec::new();
            for text in table.texts(&ALGORITHMS) {
                algorithms.extend(text.word(JwsAlgorithm::ALL));
            }
            if !table.has(&ALGORITHMS) {
                table
                    .report
                    .add(table.line, format!("{}: `algorithms` is missing; the token must not choose", table.label));
            }
            return Some(Verification::Jwks { path: path?, algorithms });
        }
        let path = table.checked(&INTROSPECTION, text::exact_path);
        for key in by_asking.iter().filter(|key| !table.has(key)) {
            let reason = "is missing: the gateway has to say there who it is";
            table.report.add(table.line, format!("{}: `{}` {reason}", table.label, key.name));
        }
        let client_id = table.checked(&CLIENT_ID, text::name);
        let secret = table.checked(&SECRET, text::secret);
        Some(Verification::Introspection { path: path?, client_id: client_id?, secret: secret? })
    }

    fn audience_of(text: &str) -> Result<String, String> {
        text::audience(text).map(|()| text.to_owned())
    }
}
