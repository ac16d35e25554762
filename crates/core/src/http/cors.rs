//! Cross-origin requests (Fetch standard, CORS protocol): off unless a route lists origins.

use crate::http::Headers;
use crate::http::answer::Answer;
use crate::policy::{Cors, Route};
use crate::refusal::Reason;

/// Whether this is a preflight.
pub fn is_preflight(method: &str, headers: &Headers<'_>) -> bool {
    method == "OPTIONS" && headers.get("origin").is_some() && headers.get("access-control-request-method").is_some()
}

/// Answers a preflight; it is never forwarded.
///
/// # Errors
/// `PreflightDenied` if origin, method or a header is not granted; the refusal then has no CORS header.
pub fn preflight(cors: &Cors, route: &Route, headers: &Headers<'_>) -> Result<Answer, Reason> {
    let origin = granted(cors, headers).ok_or(Reason::PreflightDenied)?;
    let method = headers.get("access-control-request-method").unwrap_or_default();
    let wanted = headers.get("access-control-request-headers").unwrap_or_default();
    let mut wanted = wanted.split(',').map(str::trim).filter(|name| !name.is_empty());
    let is_granted = |name: &str| cors.headers.iter().any(|granted| granted.eq_ignore_ascii_case(name));
    if !route.methods.iter().any(|m| m == method) || !wanted.all(is_granted) {
        return Err(Reason::PreflightDenied);
    }
    let mut answer = Answer { status: 204, ..Answer::default() }
        .with("cache-control", "no-store".to_owned())
        .with("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers".to_owned())
        .with("access-control-allow-origin", origin.to_owned())
        .with("access-control-allow-methods", route.methods.join(", "))
        .with("access-control-max-age", cors.max_age.to_string());
    if !cors.headers.is_empty() {
        answer = answer.with("access-control-allow-headers", cors.headers.join(", "));
    }
    if cors.credentials {
        answer = answer.with("access-control-allow-credentials", "true".to_owned());
    }
    Ok(answer)
}

/// Headers for the answer to an actual request. `Vary: Origin` is added by the caller in any case.
pub fn answer_headers(cors: &Cors, headers: &Headers<'_>) -> Vec<(&'static str, String)> {
    let Some(origin) = granted(cors, headers) else { return Vec::new() };
    let mut fields = vec![("access-control-allow-origin", origin.to_owned())];
    if cors.credentials {
        fields.push(("access-control-allow-credentials", "true".to_owned()));
    }
    if !cors.expose.is_empty() {
        fields.push(("access-control-expose-headers", cors.expose.join(", ")));
    }
    fields
}

/// An answer of the gateway's own, as a page of a granted origin may read it.
pub fn dress(mut answer: Answer, cors: Option<&Cors>, headers: &Headers<'_>) -> Answer {
    if let Some(cors) = cors {
        answer.headers.extend(answer_headers(cors, headers));
        answer.headers.push(("vary", "Origin".to_owned()));
    }
    answer
}

/// Whether the request comes from a page that the route admits.
pub fn is_granted(cors: &Cors, headers: &Headers<'_>) -> bool {
    granted(cors, headers).is_some()
}

fn granted<'a>(cors: &Cors, headers: &Headers<'a>) -> Option<&'a str> {
    headers.get("origin").filter(|origin| cors.origins.iter().any(|pattern| pattern.matches(origin)))
}
