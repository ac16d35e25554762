//! What Checkfront's API says and reads (`protocols.md` B1): its error object, and two headers of its clients.

use serde_json::json;

use crate::dialect::Refused;
use crate::http::answer::Answer;
use crate::refusal::Reason;

/// The answer to a refused call. Only the texts are documented. Which status goes with which is inferred from a library
/// that has the same texts (`protocols.md` B1).
pub fn answer(refused: &Refused<'_>) -> Answer {
    let Refused { state, reason, route, .. } = *refused;
    let public = reason.public();
    let (status, error, text) = match reason {
        Reason::CredentialMissing => (400, "invalid_request", "The access token was not found."),
        Reason::BearerMultiple => (
            400,
            "invalid_request",
            "Only one method may be used to authenticate at a time (Auth header, GET or POST).",
        ),
        Reason::AuthorizationMalformed
        | Reason::AuthorizationDuplicate
        | Reason::BasicMalformed
        | Reason::SchemeNotAccepted => (400, "invalid_request", "Malformed auth header."),
        Reason::SchemeNeedsConnection => (401, "invalid_request", "Malformed auth header."),
        Reason::TokenExpired | Reason::JwtExpired => (401, "invalid_grant", "The access token provided has expired."),
        Reason::ClientUnknown | Reason::ClientSecret | Reason::SignInFailed => {
            (401, "access_denied", "You do not have access to this resource.")
        }
        Reason::ClientKind | Reason::OnBehalf => (403, "access_denied", "You do not have access to this resource."),
        _ if public.code() == "invalid_token" => (401, "invalid_grant", "The access token provided is invalid."),
        _ => (public.status(), public.code(), public.title()),
    };
    let answer = Answer::json(status, &json!({"error": error, "error_description": text}));
    let realm = &state.policy.gateway.realm;
    let is_about_pairs = matches!(reason, Reason::ClientUnknown | Reason::ClientSecret | Reason::SignInFailed);
    match (status, route) {
        (401, Some(_)) if is_about_pairs => answer.with("www-authenticate", format!("Basic realm=\"{realm}\"")),
        (400 | 401 | 403, Some(_)) => answer.with(
            "www-authenticate",
            format!("Bearer realm=\"{realm}\", error=\"{error}\", error_description=\"{text}\""),
        ),
        _ => answer,
    }
}
