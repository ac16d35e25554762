//! Rules for the small strings of the file. Each says what is wrong.

use crate::field_name;
use crate::host;
use crate::path;
use crate::pattern;
use crate::text::admit;
pub(crate) use crate::text::{scope, title};

/// Names of tables and routes: they go to logs and headers.
pub(crate) fn slug(text: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    admit(text, 64, allowed, "1 to 64 of a-z, 0-9 and `-`")
}

/// Ids of keys: they stand in links and tokens.
pub(crate) fn key_id(text: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    admit(text, 32, allowed, "1 to 32 of A-Z, a-z, 0-9 and `-`")
}

/// Names of Worker secrets.
pub(crate) fn secret(text: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if !text.starts_with(|first: char| first.is_ascii_uppercase()) || admit(text, 64, allowed, "").is_err() {
        // The text may be the secret's value, put here by mistake: it is not shown.
        return Err(String::from(
            "must be the name of a Worker secret: A-Z, 0-9 and `_`, beginning with a letter; the value itself never stands in this file",
        ));
    }
    Ok(())
}

/// Names of service bindings.
pub(crate) fn binding(text: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(format!("`{text}` begins with a digit, which no binding does"));
    }
    admit(text, 64, allowed, "1 to 64 of A-Z, a-z, 0-9 and `_`, as `binding` in wrangler.toml")
}

/// Names of cookies, without the prefix that the gateway adds.
pub(crate) fn cookie(text: &str) -> Result<(), String> {
    if text.starts_with("__") {
        return Err(format!("`{text}`: leave the prefix out; the gateway adds `__Host-` on https"));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    admit(text, 64, allowed, "1 to 64 of A-Z, a-z, 0-9, `-` and `_`")
}

/// Names of headers.
pub(crate) fn header_name(text: &str) -> Result<(), String> {
    match pattern::is_name(text) {
        true => Ok(()),
        false => Err(format!("`{text}` is not a header name; it consists of letters, digits, `-`, `.` and `_`")),
    }
}

/// Names of query parameters that the gateway reads, other than those of its own formats.
pub(crate) fn parameter(text: &str) -> Result<(), String> {
    if !pattern::is_name(text) {
        return Err(format!("`{text}` is not a parameter name; it consists of letters, digits, `-`, `.` and `_`"));
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("eg_") || RESERVED_PARAMETERS.contains(&lower.as_str()) {
        return Err(format!("`{text}` has a meaning of its own to the gateway; choose another parameter"));
    }
    Ok(())
}

/// A host, with its port where it has one, that is kept as it is.
pub(crate) fn authority(text: &str) -> Result<(), String> {
    host::authority(text).map(|_| ())
}

/// One path, no pattern.
pub(crate) fn exact_path(text: &str) -> Result<(), String> {
    match text.ends_with("/*") {
        true => Err(format!("`{text}` is a pattern; write one path")),
        false => path::check(text),
    }
}

/// Values of headers that the gateway sets.
pub(crate) fn header_value(text: &str) -> Result<(), String> {
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    match printable && text.trim_matches(' ') == text {
        true => Ok(()),
        false => Err(String::from("must be printable ASCII without spaces at its ends")),
    }
}

/// `realm` of challenges, which stands in quotes.
pub(crate) fn realm(text: &str) -> Result<(), String> {
    header_value(text)?;
    match text.is_empty() || text.len() > 128 || text.contains(['"', '\\']) {
        true => Err(String::from("must be 1 to 128 characters without `\"` and `\\`")),
        false => Ok(()),
    }
}

/// `jwt_audience`.
pub(crate) fn audience(text: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    admit(text, 256, allowed, "1 to 256 printable characters without space, `\"` and `\\`")
}

/// What stands before a Bearer token: a `b64token`, in which SuperOffice also has colons (`protocols.md` C1).
pub(crate) fn token_prefix(text: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/:".contains(&byte);
    if (TOKEN.starts_with(text) && !text.is_empty()) || text.starts_with(TOKEN) {
        return Err(format!("`{text}` is how every token of the gateway begins"));
    }
    admit(text, 64, allowed, "1 to 64 of A-Z, a-z, 0-9 and `-._~+/:`")
}

/// An API key of the Luminate dialect; `protocols.md` A0 has the characters that break its clients.
pub(crate) fn api_key(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    admit(text, 128, allowed, "1 to 128 of A-Z, a-z, 0-9, `-`, `.`, `_` and `~`")?;
    Ok(text.to_owned())
}

/// A method of the Luminate dialect.
pub(crate) fn api_method(text: &str) -> Result<String, String> {
    if !text.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(format!("`{}` is no method; they begin with a small letter", text.escape_debug()));
    }
    admit(text, 64, |byte| byte.is_ascii_alphanumeric(), "1 to 64 of A-Z, a-z and 0-9")?;
    Ok(text.to_owned())
}

/// The name of an administrator.
pub(crate) fn login_name(text: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._@".contains(&byte);
    admit(text, 64, allowed, "1 to 64 of A-Z, a-z, 0-9, `-`, `.`, `_` and `@`")
}

/// Ids of clients: they stand in addresses and headers.
pub(crate) fn client_id(text: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    admit(text, 128, allowed, "1 to 128 of A-Z, a-z, 0-9, `-` and `_`")
}

/// Subjects, and names of claims.
pub(crate) fn name(text: &str) -> Result<(), String> {
    admit(text, 255, |byte| byte.is_ascii_graphic(), "1 to 255 printable ASCII characters without spaces")
}

/// A request method.
pub(crate) fn method(text: &str) -> Result<String, String> {
    if REFUSED_METHODS.contains(&text) {
        return Err(format!("`{text}` is never let through: it shows or tunnels a request instead of making one"));
    }
    let upper = text.to_ascii_uppercase();
    if upper != text {
        return Err(format!("methods are written in capitals: `{upper}`"));
    }
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte == b'-';
    admit(text, 32, allowed, "a method is 1 to 32 of A-Z and `-`")?;
    Ok(text.to_owned())
}

/// Headers that `set` may not touch.
pub(crate) fn settable_header(text: &str) -> Result<(), String> {
    header_name(text)?;
    let plain = field_name::fold(text);
    if plain.starts_with("edgegate-") {
        return Err(format!("`{text}`: `Edgegate-*` headers are the gateway's word; nothing else may set them"));
    }
    match REFUSED_HEADERS.iter().find(|(name, _)| *name == plain) {
        Some((_, reason)) => Err(format!("`{text}` cannot be set: {reason}")),
        None => Ok(()),
    }
}

/// How Bearer tokens of the gateway begin.
const TOKEN: &str = "egt_";
const RESERVED_PARAMETERS: [&str; 4] = ["access_token", "signature", "sig", "ts"];
const REFUSED_METHODS: [&str; 3] = ["TRACE", "CONNECT", "TRACK"];
const CONNECTION: &str = "it belongs to the connection, not to the request";
const CREDENTIAL: &str = "the origin gets no credential; it is told the caller by `Edgegate-*`";
const REFUSED_HEADERS: [(&str, &str); 14] = [
    ("connection", CONNECTION),
    ("keep-alive", CONNECTION),
    ("proxy-authenticate", CONNECTION),
    ("proxy-authorization", CONNECTION),
    ("proxy-connection", CONNECTION),
    ("te", CONNECTION),
    ("trailer", CONNECTION),
    ("transfer-encoding", CONNECTION),
    ("upgrade", CONNECTION),
    ("content-length", "it follows from the body"),
    ("authorization", "it has a key of its own, `authorization = …`"),
    ("cookie", CREDENTIAL),
    ("cookie2", CREDENTIAL),
    ("host", "use `host = \"…\"` of `forward`"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_put_in_place_of_its_name_is_not_repeated() {
        let reason = secret("s3cr3t-KEY_0001").expect_err("a value");
        assert!(!reason.contains("s3cr3t"), "{reason}");
        assert!(secret("EDGEGATE_LINK_KEY").is_ok());
        assert!(secret("_KEY").is_err() && secret("").is_err() && secret("1KEY").is_err());
    }

    #[test]
    fn headers_that_set_may_not_touch() {
        for name in
            ["Cookie", "AUTHORIZATION", "Transfer_Encoding", "edgegate.subject", "Edgegate-Jwt", "Host", "x y", ""]
        {
            assert!(settable_header(name).is_err(), "{name}");
        }
        assert!(settable_header("X-Forwarded-Proto").is_ok());
    }

    #[test]
    fn methods() {
        assert_eq!(method("GET"), Ok(String::from("GET")));
        assert_eq!(method("OPTIONS"), Ok(String::from("OPTIONS")));
        for name in ["get", "TRACE", "CONNECT", "TRACK", "", "G T", "*"] {
            assert!(method(name).is_err(), "{name}");
        }
    }
}
