//! In which header fields an origin may be told a claim.

use super::text::settable_header;
use crate::field_name;

/// Headers in which an origin is told a claim: those that `set` may touch, except what decides how a request is read.
pub(super) fn check(text: &str) -> Result<(), String> {
    settable_header(text)?;
    let plain = field_name::fold(text);
    let is_meant = |name: &&str| plain == **name || (name.ends_with('-') && plain.starts_with(*name));
    let reason = match &*plain {
        "forwarded" | "x-real-ip" | "x-forwarded-for" | "x-forwarded-host" | "x-forwarded-proto" => {
            "the gateway tells the client's address, host and scheme there"
        }
        _ if IDENTITIES.iter().any(is_meant) => return Ok(()),
        _ if READ_BY_ORIGINS.contains(&&*plain) || READ_FAMILIES.iter().any(|family| plain.starts_with(family)) => {
            "it says how a request is read, which no claim may decide"
        }
        _ if PROOFS.iter().any(|start| plain.starts_with(start)) => {
            "origins take it for a credential or a certificate, and a claim is none"
        }
        _ => return Ok(()),
    };
    Err(format!("`{text}` cannot hold a claim: {reason}"))
}

/// Fields by which an origin, the platform or the gateway itself reads the rest of a request, as origins fold names. What of
/// the core's list of reserved fields is no identity is here or below; `tests/native/policy/claim_fields.rs` compares them.
const READ_BY_ORIGINS: [&str; 58] = [
    "accept",
    "auth-type",
    "client-ip",
    "date",
    "do-connecting-ip",
    "document-root",
    "document-uri",
    "dpop",
    "expect",
    "fastly-client-ip",
    "fly-client-ip",
    "forwarded-for",
    "front-end-https",
    "gateway-interface",
    "http2-settings",
    "https",
    "incap-client-ip",
    "origin",
    "path-info",
    "path-translated",
    "proxy",
    "proxy-client-ip",
    "query-string",
    "range",
    "referer",
    "remote-addr",
    "remote-host",
    "remote-port",
    "request-method",
    "request-scheme",
    "request-uri",
    "server-addr",
    "server-name",
    "server-port",
    "server-protocol",
    "so-apptoken",
    "true-client-ip",
    "via",
    "x-cf-forwarded-url",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-forwarded",
    "x-host",
    "x-matched-path",
    "x-method-override",
    "x-nf-client-connection-ip",
    "x-now-route-matches",
    "x-on-behalf",
    "x-override-url",
    "x-proxyuser-ip",
    "x-scheme",
    "x-script-name",
    "x-sendfile",
    "x-sucuri-clientip",
    "x-url-scheme",
    "x-vercel-forwarded-for",
    "x-waws-unencoded-url",
    "x-xsrf-token",
];
/// How such names begin.
const READ_FAMILIES: [&str; 29] = [
    "-ws",
    "accept-",
    "cf-",
    "cloudfront-",
    "content-",
    "if-",
    "l5d-",
    "redirect-",
    "script-",
    "sec-",
    "wl-proxy-",
    "x-accel-",
    "x-apigateway-",
    "x-appengine-",
    "x-arr-",
    "x-astro-",
    "x-azure-",
    "x-cf-proxy-",
    "x-envoy-",
    "x-forwarded-",
    "x-http-",
    "x-invoke-",
    "x-middleware-",
    "x-original-",
    "x-proxy-",
    "x-rewrite-",
    "x-sendfile-",
    "x-traversal-",
    "x-vhm-",
];
/// How names begin in which origins look for a credential, or for the certificate of a client.
const PROOFS: [&str; 8] = [
    "client-cert",
    "ssl-",
    "x-amzn-mtls-",
    "x-client-cert",
    "x-client-verify",
    "x-ms-token-",
    "x-serverless-authorization",
    "x-ssl-",
];
/// What names an identity in such a family. With a `-` at its end: all that begins so.
const IDENTITIES: [&str; 11] = [
    "l5d-client-id",
    "x-apigateway-api-userinfo",
    "x-appengine-user-",
    "x-forwarded-email",
    "x-forwarded-groups",
    "x-forwarded-preferred-username",
    "x-forwarded-roles",
    "x-forwarded-user",
    "x-proxy-ext-",
    "x-proxy-roles",
    "x-proxy-user",
];
