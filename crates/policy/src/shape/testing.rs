//! Tests of the policy.

pub(crate) mod test {
    use super::super::reasons::REASONS;
    use super::super::{Bounds, Key, Kind, Shape, form};

    /// `[[tests]]`
    pub(crate) static TABLE: Shape = Shape::new(
        "tests[]",
        "A request, and what it must come to.",
        "",
        &[&NAME, &METHOD, &URL, &HEADERS, &CLIENT, &CREDENTIAL, &AT, &ROUTE, &REFUSED, &FORWARDED, &STATUS, &SUBJECT],
    );
    pub(crate) static NAME: Key = Key::new(
        "name",
        Kind::Text,
        r#""type": "string", "minLength": 1, "maxLength": 200"#,
        "A unique name: what the test shows. It stands in the message if the test fails.",
    )
    .required();
    pub(crate) static METHOD: Key = Key::new(
        "method",
        Kind::TextOr("GET"),
        r#""type": "string", "pattern": "^[A-Z-]{1,32}$""#,
        "The method, in capitals.",
    );
    pub(crate) static URL: Key = Key::new(
        "url",
        Kind::Text,
        r#""type": "string", "pattern": "^(https?://[!-~]+|/[!-~]*)$", "examples": ["/downloads/report.pdf", "https://files.example.org/a"]"#,
        "The address, byte for byte as the Worker receives it: Cloudflare and `wrangler dev` may have normalised it before. One that begins with `/` is at the `issuer`.",
    )
    .required();
    pub(crate) static HEADERS: Key = Key::new(
        "headers",
        Kind::Other,
        r##""type": "object", "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": {"type": "string", "pattern": "^([!-~]([ -~]*[!-~])?)?$"}"##,
        "Request headers.",
    )
    .usually("none");
    pub(crate) static CLIENT: Key = Key::new(
        "client",
        Kind::Text,
        r#""type": "string", "examples": ["192.0.2.7", "2001:db8::7"]"#,
        "The client's IP address.",
    )
    .usually("unknown");
    pub(crate) static CREDENTIAL: Key = Key::new(
        "credential",
        Kind::Table(&super::super::test_credential::TABLE),
        "",
        "A valid credential that the request carries, below.",
    );
    pub(crate) static AT: Key = Key::new(
        "at",
        Kind::Number(&Bounds { usual: Some(1_800_000_000), least: 1_000_000_000, most: 99_999_999_999 }),
        form::NUMBER,
        "When the request arrives, in Unix seconds. The default is a day in January 2027: a test that passes today \
         passes tomorrow.",
    );
    pub(crate) static ROUTE: Key =
        Key::new("route", Kind::Text, form::SLUG, "Name of the route that takes the request, whether it opens or not.");
    pub(crate) static REFUSED: Key =
        Key::new("refused", Kind::Text, "", "The [reason](refusals.md) for which it is refused.")
            .of(|| REASONS.iter().copied().map(str::to_owned).collect());
    pub(crate) static FORWARDED: Key = Key::new(
        "forwarded",
        Kind::Text,
        r#""type": "string", "pattern": "^(https?://[!-~]+|/[!-~]*)$", "examples": ["https://origin.example.org/v1/orders", "/v1/orders?page=2"]"#,
        "The URL that the origin receives: all of it, or path and query alone. For a bucket: the key, escaped, behind a \
         `/`.",
    );
    pub(crate) static STATUS: Key = Key::new(
        "status",
        Kind::Number(&Bounds { usual: None, least: 100, most: 599 }),
        form::NUMBER,
        "The status of an answer that the gateway gives itself: to a refusal, a preflight, one of its own addresses.",
    );
    pub(crate) static SUBJECT: Key = Key::new(
        "subject",
        Kind::Text,
        r#""type": "string", "pattern": "^[!-~]{0,255}$""#,
        "As whom the request is let through: `Edgegate-Subject`. `\"\"`: as nobody in particular.",
    );
}

pub(crate) mod test_credential {
    use super::super::{DAY, Key, Kind, Shape, Span, form};

    /// `[tests[].credential]`
    pub(crate) static TABLE: Shape = Shape::new(
        "tests[].credential",
        "",
        "",
        &[&LINK, &SIGNED_REDIRECT, &BEARER, &SCOPE, &TOKEN_PAIR, &BASIC, &SESSION, &XSRF_TOKEN, &TICKET, &NONCE, &AGE],
    );
    pub(crate) static LINK: Key = Key::new(
        "link",
        Kind::Text,
        form::SLUG,
        "Name of the `[links.NAME]` by which the address is signed, for as long as that allows. With `require_ip` it \
         is bound to the address in `client`.",
    );
    pub(crate) static SIGNED_REDIRECT: Key = Key::new(
        "signed_redirect",
        Kind::Text,
        form::SLUG,
        "Name of the `[signed_redirects.NAME]` by which the address is signed.",
    );
    pub(crate) static BEARER: Key = Key::new(
        "bearer",
        Kind::Text,
        form::SUBJECT,
        "Subject of a Bearer token, as the admin API mints it. Needs `[bearer]`.",
    );
    pub(crate) static SCOPE: Key =
        Key::new("scope", Kind::Texts(None), form::SCOPES, "Scopes of that token. Only with `bearer`.");
    pub(crate) static TOKEN_PAIR: Key = Key::new(
        "token_pair",
        Kind::Text,
        r#""type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$""#,
        "`client_id` of a `[clients.ID]` that sends its id and secret by HTTP Basic.",
    );
    pub(crate) static BASIC: Key = Key::new(
        "basic",
        Kind::Text,
        r#""type": "string""#,
        "Name of the `[basic.machines.NAME]` that sends its password.",
    );
    pub(crate) static SESSION: Key =
        Key::new("session", Kind::Text, form::SUBJECT, "Subject of a session of `[session]`, in its cookie.");
    pub(crate) static XSRF_TOKEN: Key = Key::new(
        "xsrf_token",
        Kind::Flag(false),
        form::FLAG,
        "The request has the session's token in `X-XSRF-TOKEN`, as [`xsrf`](#xsrf-of-a-route) of a route may demand. \
         Only with `session`.",
    );
    pub(crate) static TICKET: Key = Key::new(
        "ticket",
        Kind::Text,
        form::SUBJECT,
        "Subject of a ticket, with `SO-AppToken` if `[ticket]` names `app_tokens`.",
    );
    pub(crate) static NONCE: Key = Key::new(
        "nonce",
        Kind::Text,
        form::SUBJECT,
        "Subject of a nonce for the route that takes the request, in the parameter that `[nonce]` names.",
    );
    pub(crate) static AGE: Key = Key::new(
        "age",
        Kind::Seconds(&Span { usual: 0, least: (0, ""), most: (3_650 * DAY, "nothing lives longer") }),
        form::DURATION,
        "How long before the request it was made, unused since: what is older than its lifetime has expired. Not \
         with `token_pair` and `basic`.",
    );
}
