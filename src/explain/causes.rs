//! Why a signature does not match, and what the other reasons mean, in words.
//!
//! The signature is recomputed over each text that signers commonly hash by mistake; if the presented one is
//! right for such a text, that is the cause. No expected signature ever leaves this file.

use std::collections::BinaryHeap;

use subtle::ConstantTimeEq;

use crate::credential::link::{self, Signed};
use crate::credential::signed_redirect;
use crate::http::query;
use crate::keyring::Keyring;
use crate::policy::{Boundary, Digest, KeyUse, Link, MacAlgorithm, SignedRedirect};
use crate::refusal::Reason;

/// Causes of a link whose MAC does not match, the likeliest first. Never empty for a key that has a value.
pub fn link_mismatch(profile: &Link, keyring: &Keyring, signed: Signed<'_>, parts: &link::Parts<'_>) -> Vec<String> {
    let Some(key) = link::find_key(profile, parts.key_id) else { return Vec::new() };
    let Ok(secret) = keyring.secret(&key.secret, true) else { return Vec::new() };
    let holds = |profile: &Link, key: &crate::policy::Key, signed: Signed<'_>, covered: &str| {
        bool::from(link::compute(profile, key, secret, signed, covered).ct_eq(&parts.mac))
    };
    let mut causes = Vec::new();
    for (covered, cause) in spellings(parts.covered) {
        if holds(profile, key, signed, &covered) {
            causes.push(cause);
        }
    }
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        if holds(profile, key, Signed { method, ..signed }, parts.covered) {
            causes.push(format!("The signer hashed the method {method}."));
        }
    }
    let bare_host = signed.host.split(':').next().unwrap_or_default();
    if holds(profile, key, Signed { host: bare_host, ..signed }, parts.covered) {
        causes.push("The signer hashed the host without its port.".to_owned());
    }
    let slashless = signed.path.trim_end_matches('/');
    for path in [slashless.to_owned(), format!("{slashless}/")] {
        if path != signed.path && holds(profile, key, Signed { path: &path, ..signed }, parts.covered) {
            causes.push(format!("The signer hashed the path {path}, the request has {}.", signed.path));
        }
    }
    for (cover_method, cover_host) in [(false, false), (true, false), (false, true), (true, true)] {
        let other = Link { cover_method, cover_host, ..profile.clone() };
        if (cover_method, cover_host) != (profile.cover_method, profile.cover_host)
            && holds(&other, key, signed, parts.covered)
        {
            causes.push(
                "The signer left out, or added, the line with the method or the host; see `cover_method` and `cover_host` in the policy."
                    .to_owned(),
            );
        }
    }
    for usage in [KeyUse::Link(MacAlgorithm::HmacSha1), KeyUse::Link(MacAlgorithm::HmacSha256)] {
        let other = crate::policy::Key { usage, ..key.as_ref().clone() };
        if usage != key.usage && holds(profile, &other, signed, parts.covered) {
            causes.push("The signer used the other algorithm (HMAC-SHA-1 and HMAC-SHA-256 mixed up).".to_owned());
        }
    }
    fallback(causes, "Host, path or query was changed after signing, or the signer has another key.")
}

/// The same for a signed redirect.
pub fn redirect_mismatch(
    profile: &SignedRedirect,
    keyring: &Keyring,
    parts: &signed_redirect::Parts<'_>,
) -> Vec<String> {
    let mut causes = Vec::new();
    for key in &profile.keys {
        let Ok(secret) = keyring.secret(&key.secret, true) else { continue };
        let holds = |boundary: Boundary, covered: &str| {
            bool::from(
                signed_redirect::compute(profile, parts.digest, boundary, secret, covered).ct_eq(&parts.signature),
            )
        };
        for boundary in [Boundary::Inclusive, Boundary::Exclusive] {
            if !profile.boundaries.contains(&boundary) && holds(boundary, parts.covered) {
                causes.push(format!(
                    "The signer hashed the text {} `&{}=`; the policy's boundary is the other one.",
                    if boundary == Boundary::Inclusive { "up to and including" } else { "without" },
                    profile.signature
                ));
            }
        }
        for (covered, cause) in spellings(parts.covered) {
            if profile.boundaries.iter().any(|boundary| holds(*boundary, &covered)) {
                causes.push(cause);
            }
        }
    }
    let digest = match parts.digest {
        Digest::Md5 => "MD5",
        Digest::Sha1 => "SHA-1",
    };
    fallback(
        causes,
        &format!(
            "The query was changed after signing, or the signer has another secret (the signature's length says {digest})."
        ),
    )
}

/// Texts that signers hash by mistake, each with the cause that it betrays.
fn spellings(covered: &str) -> Vec<(String, String)> {
    let mut list = vec![
        (
            covered.replace("%27", "'"),
            "The signer hashed ' where the request has %27: browsers and proxies escape it. Sign %27.",
        ),
        (covered.replace('+', "%20"), "The signer hashed %20 where the request has +."),
        (covered.replace("%20", "+"), "The signer hashed + where the request has %20."),
        (lower_escapes(covered), "The signer hashed escapes in lower case (%2f), the request has them in upper case."),
        (upper_escapes(covered), "The signer hashed escapes in upper case (%2F), the request has them in lower case."),
        (sorted(covered), "The signer sorted the parameters; the request has them in another order."),
        (format!("?{covered}"), "The signer hashed the question mark too."),
        (without_empty(covered), "The signer left out parameters with empty values."),
        (format!("{covered}\n"), "The signer hashed a line feed at the end (printf, not echo)."),
    ];
    let decoded = String::from_utf8(query::decode(covered)).unwrap_or_default();
    list.push((decoded, "The signer hashed the decoded query; the bytes as sent are what counts."));
    list.retain(|(text, _)| text != covered);
    list.into_iter().map(|(text, cause)| (text, cause.to_owned())).collect()
}

fn lower_escapes(text: &str) -> String {
    map_escapes(text, |c| c.to_ascii_lowercase())
}

fn upper_escapes(text: &str) -> String {
    map_escapes(text, |c| c.to_ascii_uppercase())
}

fn map_escapes(text: &str, case: impl Fn(char) -> char) -> String {
    let mut left = 0;
    text.chars()
        .map(|c| {
            let mapped = if left > 0 { case(c) } else { c };
            left = if c == '%' { 2 } else { left.max(1) - 1 };
            mapped
        })
        .collect()
}

fn sorted(covered: &str) -> String {
    let pieces: BinaryHeap<&str> = covered.split('&').collect(); // a tenth of the code that a sort brings along
    pieces.into_sorted_vec().join("&")
}

fn without_empty(covered: &str) -> String {
    query::cut(covered, |param| param.value.is_empty())
}

fn fallback(mut causes: Vec<String>, otherwise: &str) -> Vec<String> {
    causes.dedup();
    if causes.is_empty() {
        causes.push(otherwise.to_owned());
    }
    causes
}

/// How far a time in the address is from the clock.
pub fn clock_cause(name: &str, time: u64, now: u64) -> String {
    match time > now {
        true => format!("{name} is {} s ahead of the gateway's clock ({now}).", time - now),
        false => format!("{name} is {} s behind the gateway's clock ({now}).", now - time),
    }
}

/// Why no route takes the address.
pub fn route_cause(reason: Reason) -> String {
    match reason {
        Reason::PathCaseAmbiguous => {
            "The path is a guarded route's but for upper and lower case or path parameters; origins differ on both."
        }
        Reason::PathParameter => "The path has a `;`, and the route does not say `path_parameters = true`.",
        _ => "No route of the policy matches this host and path.",
    }
    .to_owned()
}

/// Why the address cannot be read in one way only.
pub fn shape_cause(reason: Reason) -> String {
    match reason {
        Reason::UrlTooLong => "The URL is longer than the policy's limit.",
        Reason::PathAmbiguous => "The path has dot segments, an empty segment, a backslash, an escaped separator, or escapes a character that needs no escape.",
        Reason::QueryAmbiguous => "The query has a character that URLs escape: a quote, <, >, # or a byte that is not ASCII. Send it escaped, and sign it escaped.",
        _ => "This is not an absolute http or https URL.",
    }
    .to_owned()
}

/// What a refusal of a link means.
pub fn link_cause(reason: Reason) -> String {
    match reason {
        Reason::LinkMalformed => "eg_kid, eg_exp or eg_sig is missing or not of its form: eg_exp in whole seconds, eg_sig in base64url without padding, last.",
        Reason::LinkKeyUnknown => "The link names a key id that this route's profile does not list.",
        Reason::LinkParameterAfterSignature => "A parameter follows eg_sig that is not on the profile's ignore list.",
        Reason::LinkLifetimeTooLong => "eg_exp is further ahead than the profile's max_lifetime.",
        Reason::LinkAddressMissing => "The profile wants links bound to a client network, and this one has no eg_ip.",
        other => return common_cause(other),
    }
    .to_owned()
}

/// What a refusal of a signed redirect means.
pub fn redirect_cause(reason: Reason, profile: &SignedRedirect) -> String {
    match reason {
        Reason::RedirectMalformed => {
            let digests: Vec<&str> = profile
                .digests
                .iter()
                .map(|digest| if *digest == Digest::Md5 { "32 hex digits (MD5)" } else { "40 hex digits (SHA-1)" })
                .collect();
            format!("ts is not whole seconds before the signature, or the signature is not {}.", digests.join(" or "))
        }
        Reason::RedirectParameterAfterSignature => {
            format!("Something follows {}; it must come last.", profile.signature)
        }
        other => common_cause(other),
    }
}

fn common_cause(reason: Reason) -> String {
    match reason {
        Reason::ParameterDuplicate => "A signing parameter occurs twice, or an ignored parameter has the name of a signed one.",
        Reason::ParameterShadowed => "Another spelling of a signing parameter occurs (case, escapes, brackets, a semicolon, or the other name of the signature).",
        Reason::SecretMissing => "The secret that the key names is not set.",
        _ => "See the reason's code.",
    }
    .to_owned()
}
