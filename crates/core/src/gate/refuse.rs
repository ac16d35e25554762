//! A refusal as the client gets it.

use crate::dialect::{Refused, checkfront, generic, superoffice};
use crate::exchange::format::ErrorFormat;
use crate::http::answer::{Answer, with_cookies};
use crate::http::cors;
use crate::luminate::errors;
use crate::refusal::{Public, Reason};
use crate::refused::{Refusal, Said};

/// The answer to a refused request, in the format of its route unless the refusal brought its own words.
pub(super) fn answer(refused: &Refused<'_>, refusal: &Refusal, format: ErrorFormat, cookies: Vec<String>) -> Answer {
    let answer = match (refusal.said(), format) {
        (Said::Answer(answer), _) => return answer.clone(),
        (Said::Body(answer), _) => answer.clone(),
        (_, ErrorFormat::Generic) => generic::answer(refused),
        (_, ErrorFormat::Checkfront) => named(checkfront::answer(refused), refused),
        (_, ErrorFormat::SuperOffice) => named(superoffice::answer(refused), refused),
        (_, ErrorFormat::Luminate(response)) => errors::answer(response, refused.reason),
    };
    let answer = match refused.reason {
        Reason::MethodNotAllowed => answer.with("allow", refusal.allowed().join(", ")),
        _ => answer,
    };
    let answer = refusal.fields().iter().fold(answer, |answer, (name, value)| answer.with(name, value.clone()));
    with_cookies(decorated(refused, answer), cookies)
}

/// What every refusal has beside its words: Retry-After and CORS.
fn decorated(refused: &Refused<'_>, mut answer: Answer) -> Answer {
    if matches!(refused.public(), Public::TooManyRequests) {
        answer = answer.with("retry-after", "60".to_owned());
    }
    if refused.reason == Reason::Overloaded {
        answer = answer.with("retry-after", "5".to_owned());
    }
    if refused.reason == Reason::Maintenance {
        answer = answer.with("retry-after", refused.state.policy.maintenance.retry_after.to_string());
    }
    let cors = refused.route.and_then(|route| route.cors.as_ref());
    match refused.reason {
        Reason::PreflightDenied if cors.is_some() => answer.with("vary", "Origin".to_owned()),
        _ => cors::dress(answer, cors, &refused.request.headers),
    }
}

/// With the request id in a field, where the body has no place for it.
fn named(answer: Answer, refused: &Refused<'_>) -> Answer {
    answer.with("edgegate-request-id", refused.request_id.to_owned())
}
