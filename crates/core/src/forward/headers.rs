//! Which of a client's header fields never reach an origin.
//!
//! Origins fold names: CGI, WSGI and PHP make `-` and `_` one, some every sign, all ignore case. So a name
//! is compared after folding, and every alias of a listed name is removed.

use std::borrow::Cow;

use crate::forward::reserved;
use crate::http::Headers;
use crate::policy::NamePattern;
pub use crate::policy::field_name::fold;

/// Names of the fields to remove, as the request has them.
pub fn forged<'a>(headers: &Headers<'a>, more: &[NamePattern]) -> Vec<&'a str> {
    headers.iter().map(|(name, _)| name).filter(|name| is_reserved(name) || is_covered(name, more)).collect()
}

/// Whether one of the policy's patterns covers a name, in any alias.
pub fn is_covered(name: &str, patterns: &[NamePattern]) -> bool {
    if patterns.is_empty() {
        return false;
    }
    let name = fold(name);
    patterns.iter().any(|pattern| pattern.matches_ignoring_case(&name))
}

/// The fields of a request whose name some origin reads as that one.
pub fn aliases(headers: &Headers<'_>, name: &str) -> impl Iterator<Item = String> {
    let folded = fold(name).into_owned();
    headers.iter().map(|(name, _)| name).filter(move |name| fold(name) == folded).map(str::to_owned)
}

/// Whether a name, in any alias, is one that only the gateway may write.
pub fn is_reserved(name: &str) -> bool {
    match fold(name) {
        Cow::Borrowed(name) => reserved::covers(name),
        Cow::Owned(folded) => reserved::covers(&folded) || reserved::is_alias_of_platform(&folded),
    }
}

/// `Connection` can name other fields that the next hop then drops (RFC 9110 section 7.6.1), an identity
/// header among them. Only its harmless words pass.
pub fn is_harmless_connection(value: &str) -> bool {
    value.split(',').all(|word| {
        let word = word.trim();
        ["keep-alive", "close", "upgrade"].iter().any(|harmless| word.eq_ignore_ascii_case(harmless))
    })
}

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
            "SCRIPT_NAME",
            "script.name",
            "Path-Info",
            "X_Script.Name",
            "x-traversal-path",
            "X-Sendfile-Type",
            "x_accel_mapping",
            "Proxy",
            "X-Forwarded-Ssl",
            "X_FORWARDED_PROTOCOL",
            "x.url.scheme",
            "Front_End_Https",
            "X-HTTP-Host-Override",
            "Remote-Groups",
            "remote_name",
            "X-WEBAUTH-USER",
            "X-authentik-username",
            "X-MS-CLIENT-PRINCIPAL",
            "x_ms_client_principal_id",
            "X-Goog-Authenticated-User-Email",
            "X-Goog-Iap-Jwt-Assertion",
            "X-Amzn-Oidc-Identity",
            "X-Forwarded-Client-Cert",
            "SSL_CLIENT_S_DN",
            "X-SSL-Client-Verify",
            "Tailscale-User-Login",
            "X-Pomerium-Claim-Email",
            "X-Vouch-User",
            "X-Forwarded-Roles",
            "X-Userinfo",
            "x-middleware-subrequest",
            "$WSRU",
            "X-Real-IP",
            "x_real_ip",
            "True-Client-IP",
            "X-Client-IP",
            "X-Cluster-Client-Ip",
            "Fastly-Client-IP",
            "Client_IP",
            "Forwarded-For",
            "X-Forwarded-By",
            "cf_connecting_ip",
            "cf.connecting-ip",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        // What ordinary sites need: their own credentials, addresses, frameworks' words between page and server.
        for name in [
            "accept",
            "cookie",
            "x-forwarded-for",
            "edgegated",
            "cf-connecting-ip",
            "x-requested-with",
            "x-csrf-token",
            "x-xsrf-token",
            "x-auth-token",
            "x-access-token",
            "x-api-key",
            "x-user-agent",
            "x-middleware-prefetch",
            "x-nextjs-data",
            "x-wap-profile",
            "x-inertia",
            "hx-request",
            "x-livewire",
            "turbo-frame",
            "soapaction",
            "destination",
            "upgrade-insecure-requests",
            "sec-websocket-key",
            "if-match",
            "x-request-id",
            "traceparent",
            "x-goog-api-key",
            "x-amz-date",
        ] {
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
