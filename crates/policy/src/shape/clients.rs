//! Clients and the tokens that the admin API issues.

pub(crate) mod client {
    use super::super::{Key, Kind, Shape, form, words};
    use crate::ClientKind;

    /// `[clients.NAME]`
    pub(crate) static TABLE: Shape = Shape::new(
        "clients.*",
        "A client: an application that asks for tokens, or a token pair.",
        "",
        &[
            &KIND,
            &NAME,
            &HOMEPAGE,
            &LOGO,
            &SECRET_DIGEST,
            &REDIRECT_URIS,
            &SCOPE,
            &SUBJECT,
            &ACT_FOR_OTHERS,
            &INTROSPECT,
            &PKCE,
            &DPOP,
            &RESOURCES,
        ],
    );
    pub(crate) static KIND: Key = Key::new(
        "kind",
        Kind::Text,
        "",
        "`\"confidential\"`: an OAuth client that can keep a secret. `\"public\"`: one that runs in a browser or on \
         a device and has no secret. `\"token-pair\"`: id and secret are themselves the credential, sent over HTTP \
         Basic; there is no token.",
    )
    .of(|| words(ClientKind::ALL))
    .required();
    pub(crate) static NAME: Key = Key::new(
        "name",
        Kind::Text,
        r#""type": "string", "minLength": 1, "maxLength": 200"#,
        "Its name on the consent page. Choose it yourself: a client that chooses its own name could pretend to be \
         another.",
    )
    .usually("the id");
    pub(crate) static HOMEPAGE: Key = Key::new(
        "homepage",
        Kind::Text,
        HTTPS,
        "Where people can read about it: an https address, linked on the consent page.",
    )
    .usually("none");
    pub(crate) static LOGO: Key = Key::new(
        "logo",
        Kind::Text,
        HTTPS,
        "Its picture on the consent page: an https address. The browser of whoever is asked fetches it from there.",
    )
    .usually("none");
    pub(crate) static SECRET_DIGEST: Key = Key::new(
        "secret_digest",
        Kind::Text,
        r#""type": "string", "pattern": "^[A-Za-z0-9_-]{43}$""#,
        "Keyed digest of its secret, 43 characters; `edgegate client new` makes both. Required, except that a \
         public client has none.",
    )
    .usually("none");
    pub(crate) static REDIRECT_URIS: Key = Key::new(
        "redirect_uris",
        Kind::Texts(None),
        r#""items": {"type": "string", "pattern": "^[a-z][a-z0-9+.-]*:/[^\\s\"'<>\\\\^`{|}#;,]*$", "maxLength": 2000, "examples": ["https://app.example.org/callback", "com.example.app:/callback"]}"#,
        "Addresses to which a browser may be returned with a code. At least one, except that a token pair has none. \
         https, http on loopback, or a private scheme of the app with a dot in it (`com.example.app:/cb`). Compared \
         byte for byte, including query and port, since a prefix or a pattern could send codes to an unintended \
         address. One exception: `http://127.0.0.1/…` and `http://[::1]/…` without a port stand for every port, since \
         a native app listens on whichever is free (RFC 8252 section 7.3); `localhost` does not. Any app on the device can register such a scheme, so prefer https if the system \
         opens it in the app.",
    );
    pub(crate) static SCOPE: Key = Key::new(
        "scope",
        Kind::Texts(None),
        r##""items": {"$ref": "#/$defs/scope"}, "maxItems": 64"##,
        "Scopes that it may request; for a token pair, the scopes that it has. At most 64. A request without a \
         scope asks for all of these.",
    );
    pub(crate) static SUBJECT: Key = Key::new(
        "subject",
        Kind::Text,
        form::SUBJECT,
        "Only for a token pair: the subject that the origin receives. Without it the origin receives the client and \
         no subject.",
    )
    .usually("none");
    pub(crate) static ACT_FOR_OTHERS: Key = Key::new(
        "act_for_others",
        Kind::Flag(false),
        form::FLAG,
        "On a route with `dialect = \"checkfront\"` it may name an account in `X-On-Behalf`, and the origin \
         receives that header. The origin must check which accounts it may name. Without this key such a request is \
         403.",
    );
    pub(crate) static INTROSPECT: Key = Key::new(
        "introspect",
        Kind::Flag(false),
        form::FLAG,
        "It may introspect tokens of every client, not only its own. For resource servers, which check other \
         clients' tokens. Not for a public client, since anybody could ask in its name.",
    );
    pub(crate) static PKCE: Key = Key::new(
        "pkce",
        Kind::Flag(true),
        form::FLAG,
        "A code is only issued for a PKCE challenge (RFC 7636) with S256. A secret proves which client redeems a \
         code, not which browser the code was issued to: without PKCE a stolen code can be injected into the \
         thief's own sign-in unnoticed (RFC 9700 section 2.1.1). `false` is for confidential clients without PKCE \
         support. Not for a token pair.",
    )
    .usually("`true`");
    pub(crate) static DPOP: Key = Key::new(
        "dpop",
        Kind::Flag(false),
        form::FLAG,
        "Tokens are only issued for a DPoP proof (RFC 9449) and are useless without the client's key. If `false`, a \
         proof is optional.",
    );
    pub(crate) static RESOURCES: Key = Key::new(
        "resources",
        Kind::Texts(None),
        r#""items": {"type": "string", "pattern": "^https?://[^\\s\"'<>\\\\^`{|}#;,?]+$", "maxLength": 2000, "examples": ["https://gate.example.org/api"]}, "maxItems": 8"#,
        "Resources (RFC 8707) that it may request tokens for, at most 8: https addresses without query and \
         fragment, or http on loopback. A slash at the end makes no difference. Without this key it may request those \
         of the routes that accept `bearer`, as the metadata of [protected resources](oauth.md#what-the-endpoints-answer) name them. A token for `https://gate.example.org/api` opens that address and \
         everything below it. A token that was requested without a resource is not bound to any.",
    );
    const HTTPS: &str = r#""type": "string", "pattern": "^https://[^\\s\"'<>\\\\^`{|}#;,]+$", "maxLength": 2000"#;
}
