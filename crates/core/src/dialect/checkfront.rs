//! What Checkfront's API says and reads (`protocols.md` B1): its error object, and two headers of its clients.

use serde_json::json;

use crate::dialect::Refused;
use crate::forward::headers::fold;
use crate::http::Headers;
use crate::http::answer::Answer;
use crate::identity::Identity;
use crate::policy::{Dialect, Policy, Route};
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

/// Judges what a client says of others: `X-On-Behalf`, for which account it acts, and `X-Forwarded-For`, for which
/// address. `remove`: the names that do not go on.
///
/// # Errors
/// `OnBehalf`.
pub fn judge_headers(
    policy: &Policy,
    route: &Route,
    identity: &Identity,
    headers: &Headers<'_>,
    remove: &mut Vec<String>,
) -> Result<(), Reason> {
    let is_spoken_here = route.dialect == Dialect::Checkfront;
    for (name, value) in headers.iter().filter(|(name, _)| may_be_one(name)) {
        let folded = fold(name);
        let goes_on = match (&*folded == ON_BEHALF, &*folded == FORWARDED_FOR) {
            _ if folded != name => !matches!(&*folded, ON_BEHALF | FORWARDED_FOR),
            (true, _) if is_spoken_here => match value.trim() {
                "" => false,
                value if value.eq_ignore_ascii_case("off") => true,
                account if identity.acts_for_others && !account.contains(',') => true,
                _ => return Err(Reason::OnBehalf),
            },
            // An origin that knows the header would not ask on which route it came.
            (true, _) => !policy.routes.iter().any(|route| route.dialect == Dialect::Checkfront),
            (_, true) => !is_spoken_here || identity.kind == "token-pair",
            _ => true,
        };
        if !goes_on {
            remove.push(name.to_owned());
        }
    }
    Ok(())
}

fn may_be_one(name: &str) -> bool {
    name.starts_with('x') && matches!(name.len(), 11 | 15)
}

const ON_BEHALF: &str = "x-on-behalf";
const FORWARDED_FOR: &str = "x-forwarded-for";
