//! The keys of `[issuers.<name>]`.

use super::presets::PRESETS;
use super::{JwsAlgorithm, TokenPlace};
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
    "An issuer: its tokens are verified by exactly one of `jwks`, `discovery` and `introspection`, or as its `preset` says.",
    r#""anyOf": [{"required": ["preset"]}, {"required": ["issuer", "jwks", "algorithms"]}, {"required": ["issuer", "discovery", "algorithms"]}, {"required": ["issuer", "origin", "introspection", "client_id", "secret"]}]"#,
    &[
        &PRESET,
        &ISSUER,
        &TENANTS,
        &AUDIENCE,
        &AUDIENCE_CLAIM,
        &ORIGIN,
        &JWKS,
        &DISCOVERY,
        &ALGORITHMS,
        &INTROSPECTION,
        &CLIENT_ID,
        &SECRET,
        &SKEW,
        &SUBJECT,
        &CLIENT,
        &SCOPES,
        &REQUIRE,
        &ID_TOKENS,
        &PLACE,
        &CACHE,
    ],
);
pub(super) static PRESET: Key = Key::new(
    "preset",
    Kind::Text,
    "",
    "A well-known issuer, whose [row](issuers.md#presets) fills keys that are left out here. A key that stands here \
     wins; only `require` is added to.",
)
.of(|| words(&PRESETS))
.usually("none");
pub(super) static ISSUER: Key = Key::new(
    "issuer",
    Kind::Text,
    form::AUDIENCE,
    "The value of `iss` in its tokens, compared byte for byte, including a trailing slash. Each table has a \
     different one. `{tenant}` in it stands for each of `tenants`; a `*` is a mistake. Required, except with a preset \
     that has one.",
)
.usually("none");
pub(super) static TENANTS: Key = Key::new(
    "tenants",
    Kind::Texts(Some("is empty, so no token could be of this issuer")),
    r#""items": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"}"#,
    "What `{tenant}` in `issuer` stands for. Required with it, and only there. The claim `tid` must be the same \
     tenant.",
)
.usually("none");
pub(super) static AUDIENCE: Key = Key::new(
    "audience",
    Kind::Texts(Some("is empty, so a token that was issued for somebody else would do")),
    form::AUDIENCES,
    "One of these must be in `aud`. Required, except with `introspection`: an issuer makes tokens for many services, and without \
     an audience each of them could use its visitors' tokens here. It may be omitted with `introspection` if \
     the issuer decides by who asks.",
)
.usually("none");
pub(super) static AUDIENCE_CLAIM: Key = Key::new(
    "audience_claim",
    Kind::TextOr("aud"),
    form::SUBJECT,
    "The claim that names the audience, for issuers whose tokens have no `aud`. A token that has `aud` as well must \
     name one of `audience` there too (RFC 7519 section 4.1.3).",
);
pub(super) static ORIGIN: Key = Key::new(
    "origin",
    Kind::Text,
    form::SLUG,
    "Name of the origin that serves the keys, the document of `discovery` or the introspection endpoint. Required with \
     `introspection`. Without it keys are fetched from the host of `issuer`, over https.",
)
.usually("none");
pub(super) static JWKS: Key = Key::new(
    "jwks",
    Kind::Text,
    form::PATH,
    "Path of the issuer's keys (RFC 7517) at that origin. Tokens are JWTs with `exp`.",
)
.usually("none");
pub(super) static DISCOVERY: Key = Key::new(
    "discovery",
    Kind::Flag(false),
    form::FLAG,
    "The address of the keys is `jwks_uri` of `/.well-known/openid-configuration` below `issuer` (OpenID Connect \
     Discovery). Its `issuer` must be the same, byte for byte, and the address https. In place of `jwks`.",
);
pub(super) static ALGORITHMS: Key = Key::new(
    "algorithms",
    Kind::Texts(Some("is empty; name those that the issuer signs with")),
    "",
    "Required with `jwks` and `discovery`, and not with `introspection`: one or more of `\"RS256\"`, `\"RS384\"`, \
     `\"RS512\"`, `\"PS256\"`, `\"ES256\"`, `\"ES384\"`, `\"EdDSA\"` (Ed25519). The policy decides which algorithm is valid. The token's header cannot, since a forger writes it.",
)
.of(|| words(JwsAlgorithm::ALL))
.usually("none");
pub(super) static INTROSPECTION: Key = Key::new(
    "introspection",
    Kind::Text,
    form::PATH,
    "Path of the issuer's introspection endpoint (RFC 7662) at that origin. Tokens are sent to it, so the \
     origin cannot have `insecure = true`. If the answer has `iss` or `aud`, they must match. If a route \
     accepts several issuers with this key, only the first is asked.",
)
.usually("none");
pub(super) static CLIENT_ID: Key = Key::new(
    "client_id",
    Kind::Text,
    form::SUBJECT,
    "Required with `introspection`, and only there: the gateway's client id at the issuer, for HTTP Basic.",
)
.usually("none");
pub(super) static SECRET: Key = Key::new(
    "secret",
    Kind::Text,
    form::SECRET,
    "Required with `introspection`, and only there: name of the Worker secret that holds the gateway's secret \
     at the issuer. The issuer learns the value, so nothing else may use it.",
)
.usually("none");
pub(super) static SKEW: Key = Key::new(
    "skew",
    Kind::Seconds(&Span { usual: MINUTE, least: (0, ""), most: (5 * MINUTE, "clocks differ by seconds") }),
    form::DURATION,
    "Tolerated clock difference, for `exp`, `nbf` and `iat`.",
);
pub(super) static SUBJECT: Key = Key::new(
    "subject",
    Kind::TextOr("sub"),
    form::SUBJECT,
    "The claim that holds the subject. A token without it is refused. `email` counts as in [`require` of a route](#require-of-a-route): \
     a token without `email_verified` beside it is refused as well.",
);
pub(super) static CLIENT: Key = Key::new(
    "client",
    Kind::Text,
    form::SUBJECT,
    "The claim that holds the client. The origin receives it as `Edgegate-Client`.",
)
.usually("`client_id`, else `azp`");
pub(super) static SCOPES: Key = Key::new(
    "scopes",
    Kind::Texts(Some("is empty; leave it out for `scope` or `scp`")),
    r##""items": {"$ref": "#/$defs/subject"}"##,
    "The claims whose values together are the scopes: a text, split at spaces, or a list of texts. A dot leads into a \
     claim (`realm_access.roles`), except in a name with `://`; `\\.` is a dot of the name itself. Name only claims that the issuer alone decides: a route \
     with `bearer = { scope = […] }` trusts them.",
)
.usually("`scope`, else `scp`");
pub(super) static REQUIRE: Key = Key::new(
    "require",
    Kind::Other,
    r##""type": "object", "propertyNames": {"$ref": "#/$defs/subject"}, "additionalProperties": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 256}, "uniqueItems": true}"##,
    "Claims that a token must have, named as in `scopes`, and for each the values of which it must have one, compared \
     byte for byte. An empty list takes any text.",
)
.usually("none");
pub(super) static ID_TOKENS: Key = Key::new(
    "id_tokens",
    Kind::Flag(false),
    form::FLAG,
    "Accepts ID tokens (OpenID Connect), which say to one app who signed in. Everyone in `aud` must then be one of \
     `audience`. For issuers that sign nothing else; an API takes access tokens.",
)
.usually("`false`");
pub(super) static PLACE: Key = Key::new(
    "place",
    Kind::Text,
    "",
    "Where requests carry its tokens: `\"bearer\"` as a Bearer token, or `\"cf-access\"` as Cloudflare Access does, in \
     `Cf-Access-Jwt-Assertion` or else in the cookie `CF_Authorization`. A browser sends the latter by itself, so \
     `xsrf` of the route applies. Neither reaches an origin.",
)
.of(|| words(&PLACES))
.usually("`\"bearer\"`");
pub(super) static CACHE: Key = Key::new(
    "cache",
    Kind::Other,
    form::DURATION,
    "How long an answer is reused. With `jwks` `1m` to `1d`: a withdrawn key stays valid for this time. With \
     `introspection` `0s` to `5m`: a revoked token stays valid for this time.",
)
.usually("`\"10m\"` with `jwks`, `\"30s\"` with `introspection`");
/// Where keys are fetched.
pub(super) const CACHE_OF_KEYS: Span = Span {
    usual: 10 * MINUTE,
    least: (MINUTE, "the issuer would be asked all the time"),
    most: (DAY, "for so long a key that the issuer gave up may still be accepted"),
};
/// Where the issuer is asked about each token.
pub(super) const CACHE_OF_ANSWERS: Span =
    Span { usual: 30, least: (0, ""), most: (5 * MINUTE, "for so long a revoked token may still be accepted") };

/// `place`
pub(super) const PLACES: [(&str, TokenPlace); 2] =
    [("bearer", TokenPlace::Bearer), ("cf-access", TokenPlace::CfAccess)];
