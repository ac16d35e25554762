//! What the tokens of well-known issuers look like: a row a word, which fills keys that the file leaves out. The pages of the
//! vendors that each row follows are in docs/issuers.md.

use super::{JwsAlgorithm, TokenPlace};

/// What a word of `preset` stands for. Of an issuer that is no preset: [`PLAIN`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preset {
    /// As `preset` has it.
    pub(super) word: &'static str,
    /// `issuer`, where everybody has the same one; else empty.
    pub(super) issuer: &'static str,
    /// Whether `iss` ends with a slash.
    pub(super) has_slash: bool,
    /// Where the keys are; None: the file says it.
    pub(super) keys: Option<Place>,
    /// `algorithms`
    pub(super) algorithms: &'static [JwsAlgorithm],
    /// `audience_claim`
    pub(super) audience_claim: &'static str,
    /// `client`
    pub(super) client: Option<&'static str>,
    /// `scopes`
    pub(super) scopes: &'static [&'static str],
    /// `require`, to which the file adds.
    pub(super) require: &'static [(&'static str, &'static [&'static str])],
    /// Claims of which the file has to require one: everybody can get a token for any audience there.
    pub(super) restricted_by: &'static [&'static str],
    /// `id_tokens`
    pub(super) id_tokens: bool,
    /// `place`
    pub(super) place: TokenPlace,
}

/// Where an issuer publishes its keys.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// Below the issuer's own address.
    Below(&'static str),
    /// At this path of the issuer's host.
    AtHost(&'static str),
    /// At this path of another host.
    Elsewhere(&'static str, &'static str),
}

/// An issuer of which nothing is known.
pub(super) const PLAIN: Preset = Preset {
    word: "",
    issuer: "",
    has_slash: false,
    keys: None,
    algorithms: &[],
    audience_claim: "aud",
    client: None,
    scopes: &[],
    require: &[],
    restricted_by: &[],
    id_tokens: false,
    place: TokenPlace::Bearer,
};
const RS256: &[JwsAlgorithm] = &[JwsAlgorithm::Rs256];

/// Every word.
pub(crate) static PRESETS: [(&str, Preset); 8] = [
    // Only access tokens have `azp`, so an ID token is refused, even that of an app which is its own API.
    row(Preset {
        word: "entra",
        issuer: "https://login.microsoftonline.com/{tenant}/v2.0",
        keys: Some(Place::AtHost("/common/discovery/v2.0/keys")),
        scopes: &["scp", "roles"],
        require: &[("azp", &[])],
        ..PLAIN
    }),
    row(Preset {
        word: "auth0",
        has_slash: true,
        keys: Some(Place::Below("/.well-known/jwks.json")),
        scopes: &["scope", "permissions"],
        ..PLAIN
    }),
    row(Preset {
        word: "cognito",
        keys: Some(Place::Below("/.well-known/jwks.json")),
        audience_claim: "client_id",
        require: &[("token_use", &["access"])],
        ..PLAIN
    }),
    // `cid` is in access tokens alone.
    row(Preset {
        word: "okta",
        keys: Some(Place::Below("/v1/keys")),
        client: Some("cid"),
        scopes: &["scp"],
        require: &[("cid", &[])],
        ..PLAIN
    }),
    // Google's access tokens are opaque; what it signs are ID tokens.
    row(Preset {
        word: "google",
        issuer: "https://accounts.google.com",
        keys: Some(Place::Elsewhere("https://www.googleapis.com", "/oauth2/v3/certs")),
        id_tokens: true,
        ..PLAIN
    }),
    row(Preset {
        word: "keycloak",
        keys: Some(Place::Below("/protocol/openid-connect/certs")),
        scopes: &["scope", "realm_access.roles"],
        require: &[("typ", &["Bearer", "DPoP"])],
        ..PLAIN
    }),
    // `org` is the token of the whole team's sign-in, which is for no application.
    row(Preset {
        word: "cloudflare-access",
        keys: Some(Place::Below("/cdn-cgi/access/certs")),
        require: &[("type", &["app"])],
        place: TokenPlace::CfAccess,
        ..PLAIN
    }),
    row(Preset {
        word: "github-actions",
        issuer: "https://token.actions.githubusercontent.com",
        keys: Some(Place::Below("/.well-known/jwks")),
        restricted_by: &[
            "sub",
            "repository",
            "repository_id",
            "repository_owner",
            "repository_owner_id",
            "enterprise",
            "enterprise_id",
        ],
        ..PLAIN
    }),
];

/// All of them sign by RS256.
const fn row(preset: Preset) -> (&'static str, Preset) {
    (preset.word, Preset { algorithms: RS256, ..preset })
}
