//! The error envelope and its codes (`protocols.md` A3.3). Texts that no record has are our own.

use crate::exchange::format::ResponseFormat;
use crate::http::answer::Answer;
use crate::luminate::document::{self, Content};
use crate::redirect::document::Document;
use crate::redirect::outcome::{Ended, OutcomeRedirect};
use crate::refusal::{Public, Reason};
use crate::refused::{Refusal, Said};

const ROOT: &str = "errorResponse";

/// The envelope for a refusal: 403 for errors of a call, 405 for a wrong verb, the gateway's own status where it is
/// at fault or full.
pub fn answer(format: ResponseFormat, reason: Reason) -> Answer {
    let status = match reason.public().status() {
        status @ (405 | 413..=414 | 429 | 500..) => status,
        _ => 403,
    };
    document::answer(format, status, ROOT, &content(reason))
}

/// A refusal, told in the envelope.
pub(super) fn refusal(format: ResponseFormat, refusal: Refusal) -> Refusal {
    let answer = answer(format, refusal.reason());
    refusal.saying(Said::Body(answer))
}

/// The refusal of a call whose outcome may lead somewhere. `now`: Unix seconds.
pub(crate) fn of_call(
    refusal: Refusal,
    format: ResponseFormat,
    outcome_redirect: Option<&OutcomeRedirect>,
    now: u64,
) -> Refusal {
    match outcome_redirect.and_then(|outcome_redirect| redirect(outcome_redirect, refusal.reason(), now)) {
        Some(redirect) => refusal.saying(Said::Body(redirect)),
        None => self::refusal(format, refusal),
    }
}

/// The redirect to where a refused call leads, if it leads anywhere. `now`: Unix seconds.
pub fn redirect(outcome_redirect: &OutcomeRedirect, reason: Reason, now: u64) -> Option<Answer> {
    let document = document::tree(ROOT, &content(reason));
    outcome_redirect.answer(Ended { is_success: false, document: document.as_ref() }, now)
}

/// The redirect to where a call leads that an origin answered, if it leads anywhere. `text`: the body, if it could be
/// read.
pub fn redirect_after(outcome_redirect: &OutcomeRedirect, status: u16, text: Option<&str>, now: u64) -> Option<Answer> {
    let document = text.and_then(Document::read);
    let is_error = document.as_ref().is_some_and(|document| document.root() == ROOT);
    match (200..300).contains(&status) || is_error {
        true => outcome_redirect.answer(Ended { is_success: !is_error, document: document.as_ref() }, now),
        // Clients take an error without a code for none.
        false => redirect(outcome_redirect, Reason::OriginUnavailable, now),
    }
}

fn content(reason: Reason) -> Content {
    let (code, message) = words(reason);
    Content::Members(vec![("code", Some(code.to_owned())), ("message", Some(message.to_owned()))])
}

fn words(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::ApiKeyUnknown => ("2", "Incorrect API key."),
        Reason::AdministratorRefused => ("3", "The login name or password of the administrator is not valid."),
        Reason::ServerAddress => ("4", "Server calls are not allowed from this address."),
        Reason::CallMethodMissing => ("6", "The method is missing."),
        Reason::CallParameterMissing => ("10", "A required field is missing."),
        Reason::MethodNotPermitted => ("14", "This method is not allowed for this caller."),
        Reason::SubjectUnknown => ("16", "No record matches."),
        Reason::CallMethodUnknown => ("17", "There is no such method."),
        Reason::SignInFailed => ("202", "Invalid user name or password."),
        Reason::NotSignedIn => ("204", "The user is not logged in."),
        Reason::ParameterDuplicate | Reason::ParameterShadowed => ("1", "A parameter is there more than once."),
        Reason::FormMalformed => ("1", "The body is not what its type says."),
        Reason::CallVersion => ("1", "The version must be 1.0."),
        Reason::CallFormat => ("1", "The response_format must be xml or json."),
        Reason::RedirectPlaceholder => ("1", "A placeholder in the redirect is not well formed, or not supported."),
        Reason::RedirectIdentity => ("1", "A signed redirect can name a person only by a value of the response."),
        Reason::RedirectQuery => ("1", "The query of a signed redirect must begin with a letter or an underscore."),
        Reason::RedirectTarget
        | Reason::RedirectScheme
        | Reason::RedirectCharacters
        | Reason::RedirectUserinfo
        | Reason::RedirectHost
        | Reason::RedirectTooLong => ("1", "The redirect is not to an allowed address."),
        reason => match reason.public() {
            Public::CredentialInvalid
            | Public::BadCredentialRequest
            | Public::SessionInvalid
            | Public::NonceInvalid
            | Public::NotUsedUp
            | Public::Forbidden => ("5", "This is only allowed from a trusted source."),
            Public::MethodNotAllowed => ("405", "This method cannot be called with this HTTP verb."),
            Public::TooManyRequests => ("1", "Too many attempts. Wait a minute and try again."),
            Public::RateExceeded => ("1", "Too many requests. Wait and try again."),
            Public::Unavailable | Public::Maintenance | Public::BadGateway | Public::Internal => {
                ("1", "The service is not available now.")
            }
            Public::BodyTooLarge => ("1", "The request is too large."),
            _ => ("1", "Unable to process request."),
        },
    }
}
