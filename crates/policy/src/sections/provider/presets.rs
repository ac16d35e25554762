//! Well-known providers: a row a word, which fills keys that the file leaves out. docs/sign-in.md names the vendors' pages
//! that each row follows.

/// What a word of `preset` stands for. Of a provider that is no preset: [`PLAIN`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Preset {
    /// As `preset` has it.
    pub(super) word: &'static str,
    /// `label`
    pub(super) label: &'static str,
    /// `issuer`, where everybody has the same one; else empty.
    pub(super) issuer: &'static str,
    /// `scope`
    pub(super) scope: &'static str,
    /// What asks for a refresh token, for `recheck`: a scope, or parameters of the authorization request.
    pub(super) offline: Offline,
    /// `subject`
    pub(super) subject: &'static str,
    /// What stands between `issuer` and the place of its document; mostly nothing.
    pub(super) below: &'static str,
    /// Its endpoints, where there is no document that says them for everybody.
    pub(super) endpoints: Option<Places>,
}

/// What asks for a refresh token.
#[derive(Debug, Clone, Copy)]
pub(super) enum Offline {
    /// The scope of OpenID Connect Core section 11.
    Scope,
    /// Parameters of the vendor's own.
    Parameters(&'static [(&'static str, &'static str)]),
    /// Nothing: there is one anyway, or never.
    Nothing,
}

/// Addresses of endpoints.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    pub(super) authorization: &'static str,
    pub(super) token: &'static str,
    pub(super) userinfo: Option<&'static str>,
    /// Below the userinfo endpoint, the list of verified addresses.
    pub(super) emails: Option<&'static str>,
    /// Path of the keys at the issuer's host; None: it signs nothing.
    pub(super) keys: Option<&'static str>,
}

/// A provider of which nothing is known.
pub(super) const PLAIN: Preset = Preset {
    word: "",
    label: "",
    issuer: "",
    scope: "openid email profile",
    offline: Offline::Scope,
    subject: "sub",
    below: "",
    endpoints: None,
};

/// Every word.
pub(super) static PRESETS: [(&str, Preset); 8] = [
    row(Preset {
        word: "google",
        label: "Google",
        issuer: "https://accounts.google.com",
        // Google gives a refresh token at the first consent alone, unless it is asked to ask again.
        offline: Offline::Parameters(&[("access_type", "offline"), ("prompt", "consent")]),
        ..PLAIN
    }),
    // The addresses are for several tenants; one tenant has a document of its own.
    row(Preset {
        word: "entra",
        label: "Microsoft",
        issuer: "https://login.microsoftonline.com/{tenant}/v2.0",
        endpoints: Some(Places {
            authorization: "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize",
            token: "https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
            userinfo: None,
            emails: None,
            keys: Some("/common/discovery/v2.0/keys"),
        }),
        ..PLAIN
    }),
    row(Preset { word: "okta", label: "Okta", ..PLAIN }),
    row(Preset { word: "auth0", label: "Auth0", ..PLAIN }),
    // A refresh token that lives as long as the person's session there; that of `offline_access` lives on.
    row(Preset { word: "keycloak", label: "Keycloak", offline: Offline::Nothing, ..PLAIN }),
    row(Preset { word: "cognito", label: "Amazon Cognito", offline: Offline::Nothing, ..PLAIN }),
    row(Preset {
        word: "superid",
        label: "SuperID",
        issuer: "https://online.superoffice.com",
        scope: "openid",
        below: "/login",
        ..PLAIN
    }),
    // OAuth 2 without id_token. `id` never changes; a login can be given up and taken by somebody else.
    row(Preset {
        word: "github",
        label: "GitHub",
        issuer: "https://github.com",
        scope: "read:user user:email",
        offline: Offline::Nothing,
        subject: "id",
        below: "",
        endpoints: Some(Places {
            authorization: "https://github.com/login/oauth/authorize",
            token: "https://github.com/login/oauth/access_token",
            userinfo: Some("https://api.github.com/user"),
            emails: Some("/emails"),
            keys: None,
        }),
    }),
];

const fn row(preset: Preset) -> (&'static str, Preset) {
    (preset.word, preset)
}
