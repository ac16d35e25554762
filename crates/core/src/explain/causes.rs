//! What a reason means, in words.

use crate::policy::{Digest, SignedRedirect};
use crate::refusal::Reason;

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
            "The path differs from a guarded route's only in case or in path parameters; origins differ on both."
        }
        Reason::PathAmbiguous => {
            "The path can be read in several ways: the route does not allow that in `paths`, or not every reading leads to this route."
        }
        Reason::PathNearGuarded => {
            "Some origins would read the path as one that another route guards, which asks for more: by a slash, dot or space at an end, a front controller such as index.php, a session segment, or letters in another form."
        }
        Reason::PathParameter => "The path has a `;`, and the route does not say `path_parameters = true`; or it stands where `forward.path` replaces the path and cannot be kept.",
        _ => "No route of the policy matches this host and path.",
    }
    .to_owned()
}

/// Why the address cannot be read in one way only.
pub fn shape_cause(reason: Reason) -> String {
    match reason {
        Reason::UrlTooLong => "The URL is longer than the policy's limit.",
        Reason::PathAmbiguous => "The path has dot segments, an empty segment, a backslash, an escaped separator (`%2F`, `%3F`, `%23`), or escapes a character that needs no escape.",
        Reason::QueryAmbiguous => "The query has a character that URLs escape: a double quote, <, >, #, a space or a control character. Send it escaped, and sign it escaped.",
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
        Reason::LinkPathMismatch => "The link opens the folder in eg_path, and the path does not lie in it.",
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

/// The causes that were found, or what else is to be said. Never empty.
pub fn fallback(mut causes: Vec<String>, otherwise: &str) -> Vec<String> {
    causes.dedup();
    if causes.is_empty() {
        causes.push(otherwise.to_owned());
    }
    causes
}
