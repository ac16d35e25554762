//! Which of a client's header fields never reach an origin.
//!
//! Origins fold names: CGI, WSGI and PHP make `-` and `_` one, some every sign, all ignore case. So a name
//! is compared after folding, and every alias of a listed name is removed.

use std::borrow::Cow;

use crate::http::Headers;
use crate::policy::NamePattern;

/// Names of the fields to remove, as the request has them.
pub fn forged<'a>(headers: &Headers<'a>, more: &[NamePattern]) -> Vec<&'a str> {
    let names = headers.iter().map(|(name, _)| name);
    names
        .filter(|name| is_reserved(name) || more.iter().any(|pattern| pattern.matches_ignoring_case(&fold(name))))
        .collect()
}

/// Whether a name, in any alias, is one that only the gateway may write.
pub fn is_reserved(name: &str) -> bool {
    let name = fold(name);
    EXACT.contains(&&*name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// `Connection` can name other fields that the next hop then drops (RFC 9110 section 7.6.1), an identity
/// header among them. Only its harmless words pass.
pub fn is_harmless_connection(value: &str) -> bool {
    value.split(',').all(|word| {
        let word = word.trim();
        ["keep-alive", "close", "upgrade"].iter().any(|harmless| word.eq_ignore_ascii_case(harmless))
    })
}

/// A name as the most forgiving origin reads it.
pub fn fold(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Cow::Borrowed(name);
    }
    let fold_char = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    Cow::Owned(name.chars().map(fold_char).collect())
}

/// Identity, credentials, and headers by which an origin would take another path or method than was judged.
const EXACT: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "dpop",
    "forwarded",
    "remote-user",
    "x-remote-user",
    "x-forwarded-user",
    "x-forwarded-email",
    "x-forwarded-groups",
    "x-forwarded-preferred-username",
    "x-forwarded-access-token",
    "x-forwarded-host",
    "x-forwarded-method",
    "x-forwarded-path",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-forwarded-scheme",
    "x-forwarded-server",
    "x-forwarded-uri",
    "x-envoy-original-path",
    "x-original-host",
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-rewrite-url",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "http2-settings",
    "proxy-connection",
];

const FAMILIES: [&str; 5] = ["edgegate-", "x-auth-request-", "x-authenticated-", "x-consumer-", "cf-access-"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alias_is_reserved() {
        for name in [
            "edgegate-subject",
            "Edgegate_Subject",
            "EDGEGATE.subject",
            "edgegate!subject",
            "edgegate~subject",
            "edgegate-anything",
            "x.forwarded_user",
            "X-Auth-Request-Email",
            "remote_user",
            "X_Remote.User",
            "x-authenticated-userid",
            "x_consumer_custom_id",
            "cf_access_jwt_assertion",
            "Forwarded",
            "authorization",
            "x-original-url",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        for name in
            ["accept", "cookie", "x-forwarded-for", "edgegated", "x-userinfo", "cf-connecting-ip", "forwarded-for"]
        {
            assert!(!is_reserved(name), "{name}");
        }
    }

    #[test]
    fn connection_may_not_name_other_fields() {
        assert!(is_harmless_connection("Upgrade"));
        assert!(is_harmless_connection("keep-alive, Upgrade"));
        assert!(!is_harmless_connection("close, Edgegate-Subject"));
    }
}
