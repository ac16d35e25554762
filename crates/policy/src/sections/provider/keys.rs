//! The keys of `[providers.<name>]`.

use super::presets::PRESETS;
use crate::sections::JwsAlgorithm;
use crate::shape::{DAY, Key, Kind, MINUTE, Shape, Span, form, words};

pub(crate) static SECTION: Key = Key::new(
    "providers",
    Kind::Tables(&TABLE),
    r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
    "Who signs people in, by name: an OpenID provider, or plain OAuth 2. Its redirect URI is \
     `/.edgegate/callback/<name>` on each host of the gateway. Needs `[session]`. [How](sign-in.md).",
);
/// `[providers.NAME]`
static TABLE: Shape = Shape::new(
    "providers.*",
    "A provider that signs people in.",
    r#""required": ["client_id"], "anyOf": [{"required": ["preset"]}, {"required": ["issuer"]}]"#,
    &[
        &PRESET,
        &ISSUER,
        &TENANTS,
        &CLIENT_ID,
        &SECRET,
        &CLIENT_AUTH,
        &KEY,
        &SCOPE,
        &LABEL,
        &DOMAIN,
        &RESPONSE_MODE,
        &RECHECK,
        &USERINFO,
        &ALGORITHMS,
        &SUBJECT,
        &ORIGIN,
        &AUTHORIZATION_ENDPOINT,
        &TOKEN_ENDPOINT,
        &USERINFO_ENDPOINT,
    ],
);
pub(super) static PRESET: Key = Key::new(
    "preset",
    Kind::Text,
    "",
    "A well-known provider, whose [row](sign-in.md#presets) fills keys that are left out here. A key that stands here wins.",
)
.of(|| words(&PRESETS))
.usually("none");
pub(super) static ISSUER: Key = Key::new(
    "issuer",
    Kind::Text,
    form::AUDIENCE,
    "`iss` of its id_tokens, compared byte for byte, including a trailing slash: https, or http on loopback. Its document \
     (OpenID Connect Discovery) is found below. `{tenant}` in it stands for each of `tenants`. Required, except with a preset \
     that has one.",
)
.usually("none");
pub(super) static TENANTS: Key = Key::new(
    "tenants",
    Kind::Texts(Some("is empty, so nobody could sign in")),
    r#""items": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"}"#,
    "What `{tenant}` in `issuer` stands for. Required with it, and only there. The claim `tid` must be the same tenant. \
     Several need `preset = \"entra\"`, since no other document is common to tenants.",
)
.usually("none");
pub(super) static CLIENT_ID: Key =
    Key::new("client_id", Kind::Text, form::AUDIENCE, "The gateway's client id there. `aud` of its id_tokens.")
        .required();
pub(super) static SECRET: Key = Key::new(
    "secret",
    Kind::Text,
    form::SECRET,
    "Name of the Worker secret that holds the gateway's secret there. The provider learns the value, so nothing else may use \
     it. Without it PKCE alone protects the code.",
)
.usually("none");
pub(super) static CLIENT_AUTH: Key = Key::new(
    "client_auth",
    Kind::Text,
    "",
    "How the gateway proves there who it is: `\"basic\"` and `\"post\"` with `secret`, `\"private_key_jwt\"` with `key`, or \
     `\"none\"`.",
)
.of(|| words(&WAYS))
.usually("`\"basic\"` with `secret`, else `\"none\"`");
pub(super) static KEY: Key = Key::new(
    "key",
    Kind::Text,
    form::KEY_ID,
    "Only with `client_auth = \"private_key_jwt\"`: id of the key with `use = \"identity\"` that signs (ES256). Give the \
     provider `/.edgegate/jwks.json`.",
)
.usually("none");
pub(super) static SCOPE: Key = Key::new(
    "scope",
    Kind::Texts(Some("is empty; leave it out for `openid email profile`")),
    form::SCOPES,
    "Scopes that are asked for. `openid` is one of them, except with plain OAuth 2.",
)
.usually("`[\"openid\", \"email\", \"profile\"]`; with `recheck` also what gives a refresh token");
pub(super) static LABEL: Key = Key::new(
    "label",
    Kind::Text,
    r#""type": "string", "minLength": 1, "maxLength": 200"#,
    "What buttons and pages call it.",
)
.usually("the preset's name, or that of the table");
pub(super) static DOMAIN: Key = Key::new(
    "domain",
    Kind::Texts(None),
    r#""items": {"type": "string", "pattern": "^[a-z0-9.-]+$", "examples": ["example.org"]}"#,
    "Domains of e-mail addresses: the sign-in page leads there who gives such an address. It lets nobody in and keeps nobody \
     out; that is for `require` of routes.",
);
pub(super) static RESPONSE_MODE: Key = Key::new(
    "response_mode",
    Kind::Text,
    "",
    "How its answer comes back: `\"query\"`, or `\"form_post\"` (OAuth 2.0 Form Post Response Mode).",
)
.of(|| words(&MODES))
.usually("`\"query\"`");
pub(super) static RECHECK: Key = Key::new(
    "recheck",
    Kind::Other,
    form::DURATION,
    "How often the provider is asked, by its refresh token, whether a person still may be signed in, and for newer claims: \
     `1m` to `1d`. Whoever was removed there is out after this time. Where it gives no refresh token the session ends \
     then, and the next page is sent to the provider.",
)
.usually("never");
pub(super) static USERINFO: Key = Key::new(
    "userinfo",
    Kind::Flag(false),
    form::FLAG,
    "Asks the userinfo endpoint too (OpenID Connect Core section 5.3), for providers whose id_token lacks claims. One more call.",
);
pub(super) static ALGORITHMS: Key = Key::new(
    "algorithms",
    Kind::Texts(Some("is empty; name those that the provider signs with")),
    "",
    "What its id_tokens may be signed with, as in `[issuers]`. The token's header cannot say, since a forger writes it.",
)
.of(|| words(JwsAlgorithm::ALL))
.usually("`[\"RS256\", \"ES256\"]`");
pub(super) static SUBJECT: Key = Key::new(
    "subject",
    Kind::Text,
    form::SUBJECT,
    "The claim that says who somebody is, for ever: not `email`, `preferred_username`, `login` or `name`, \
     which can be given to somebody else.",
)
.usually("`sub`, or what the preset has");
pub(super) static ORIGIN: Key = Key::new(
    "origin",
    Kind::Text,
    form::SLUG,
    "Name of the origin by which the gateway calls the provider's own host: a service binding, for example.",
)
.usually("the host of `issuer`");
pub(super) static AUTHORIZATION_ENDPOINT: Key = Key::new(
    "authorization_endpoint",
    Kind::Text,
    ADDRESS,
    "For plain OAuth 2, which has no document: where browsers are sent. With it `token_endpoint` and `userinfo_endpoint`.",
)
.usually("what the document says");
pub(super) static TOKEN_ENDPOINT: Key =
    Key::new("token_endpoint", Kind::Text, ADDRESS, "For plain OAuth 2: where codes are redeemed.")
        .usually("what the document says");
pub(super) static USERINFO_ENDPOINT: Key = Key::new(
    "userinfo_endpoint",
    Kind::Text,
    ADDRESS,
    "For plain OAuth 2: who somebody is, as JSON. Its answer takes the place of the id_token.",
)
.usually("what the document says");

/// A whole address.
const ADDRESS: &str = r#""type": "string", "pattern": "^https?://[a-z0-9.\\[\\]:-]+/[!-~]*$""#;

/// How the gateway proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Basic,
    Post,
    PrivateKeyJwt,
    None,
}

/// `client_auth`
pub(super) const WAYS: [(&str, Way); 4] =
    [("basic", Way::Basic), ("post", Way::Post), ("private_key_jwt", Way::PrivateKeyJwt), ("none", Way::None)];
/// `response_mode`, and whether the answer is posted.
pub(super) const MODES: [(&str, bool); 2] = [("query", false), ("form_post", true)];
/// `recheck`
pub(super) const RECHECKS: Span = Span {
    usual: 15 * MINUTE,
    least: (MINUTE, "the provider would be asked all the time"),
    most: (DAY, "for so long somebody who was removed there would stay signed in"),
};
