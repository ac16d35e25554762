//! How the endpoints of OAuth refuse: the error object of RFC 6749 section 5.2, which RFC 7009, 7662, 8707 and 9449 add
//! codes to. In Checkfront's dialect the texts are those that its clients know; codes and statuses stay the RFCs'.

use serde_json::json;

use crate::http::answer::Answer;
use crate::policy::Dialect;
use crate::refusal::{Public, Reason};
use crate::state::State;

/// The answer to a refused request of a client.
pub fn answer(state: &State, reason: Reason, dialect: Dialect) -> Answer {
    let (status, error) = error(reason);
    let body = json!({"error": error, "error_description": text(reason, dialect)});
    let answer = Answer::json(status, &body).with("pragma", "no-cache".to_owned()).with(ALLOW_ORIGIN, "*".to_owned());
    match status {
        401 => answer.with("www-authenticate", format!("Basic realm=\"{}\"", state.policy.gateway.realm)),
        _ => answer,
    }
}

/// Status and code.
pub fn error(reason: Reason) -> (u16, &'static str) {
    match reason {
        Reason::ClientUnknown | Reason::ClientSecret | Reason::ClientUnauthenticated => (401, "invalid_client"),
        Reason::ClientKind => (400, "unauthorized_client"),
        Reason::GrantType => (400, "unsupported_grant_type"),
        Reason::ResponseType => (400, "unsupported_response_type"),
        Reason::ScopeRefused => (400, "invalid_scope"),
        Reason::ResourceRefused => (400, "invalid_target"),
        Reason::ConsentDenied => (400, "access_denied"),
        Reason::CodeForged
        | Reason::CodeExpired
        | Reason::CodeUnknown
        | Reason::CodeMisdirected
        | Reason::CodeReplayed
        | Reason::PkceMismatch
        | Reason::RefreshForged
        | Reason::RefreshExpired
        | Reason::RefreshRevoked
        | Reason::RefreshMisdirected
        | Reason::RefreshReused => (400, "invalid_grant"),
        Reason::DpopMalformed | Reason::DpopMismatch | Reason::DpopStale | Reason::DpopReplayed | Reason::DpopKey => {
            (400, "invalid_dpop_proof")
        }
        other => match other.public() {
            Public::Internal => (500, "server_error"),
            Public::Unavailable | Public::Maintenance => (503, "temporarily_unavailable"),
            public => (public.status(), "invalid_request"),
        },
    }
}

/// What the developer of a client reads. It never says how close a forgery came.
pub fn text(reason: Reason, dialect: Dialect) -> &'static str {
    if dialect == Dialect::Checkfront
        && let Some(text) = of_checkfront(reason)
    {
        return text;
    }
    match reason {
        Reason::ClientUnknown | Reason::ClientSecret => "The client or its secret is not known.",
        Reason::ClientUnauthenticated => "The client has to prove who it is, in one way.",
        Reason::ClientKind => "A token pair is a credential of its own and gets no token.",
        Reason::CodeMissing => "code is missing.",
        Reason::RefreshMissing => "refresh_token is missing.",
        Reason::GrantType | Reason::GrantTypeMissing => "grant_type must be authorization_code or refresh_token.",
        Reason::ResponseType => "response_type must be code.",
        Reason::ScopeRefused => "scope names what the client or its grant does not have.",
        Reason::ResourceRefused => "resource names what the client or its grant does not have.",
        Reason::ConsentDenied => "The person did not agree.",
        Reason::PkceMissing => "code_challenge is missing, or code_challenge_method is not S256.",
        Reason::OAuthParameter => "A parameter is missing or not of its form.",
        Reason::ParameterDuplicate | Reason::ParameterShadowed => "A parameter stands there twice.",
        Reason::FormMalformed => "The body must be application/x-www-form-urlencoded, in UTF-8.",
        Reason::BasicMalformed | Reason::AuthorizationMalformed | Reason::AuthorizationDuplicate => {
            "Authorization must be one value: Basic, and base64 of id:secret."
        }
        Reason::DpopMalformed => "DPoP must be one proof: a JWT of type dpop+jwt, signed by the key in it.",
        Reason::DpopMismatch => "The proof is for another method or address.",
        Reason::DpopStale => "The proof was made more than a minute ago, or lies ahead: look at the clock.",
        Reason::DpopReplayed => "The proof has been used; make one for each request.",
        Reason::DpopKey => "The proof is of another key.",
        _ => match error(reason) {
            (_, "invalid_grant") => "The code or refresh token is not valid for this client and this request.",
            _ => reason.public().title(),
        },
    }
}

/// `protocols.md` B1.
fn of_checkfront(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::GrantType | Reason::GrantTypeMissing => "Invalid grant_type parameter or parameter missing",
        Reason::CodeMissing => "Missing parameter. \"code\" is required",
        Reason::RefreshMissing => "No \"refresh_token\" parameter found",
        Reason::ClientUnknown | Reason::ClientSecret | Reason::ClientUnauthenticated => {
            "The client credentials are invalid"
        }
        Reason::CodeExpired => "The authorization code has expired",
        Reason::RefreshForged | Reason::RefreshRevoked | Reason::RefreshMisdirected | Reason::RefreshReused => {
            "Invalid refresh token"
        }
        Reason::RefreshExpired => "Refresh token has expired",
        _ => return None,
    })
}

/// Nothing here is decided by a cookie, so any page may read what it could also fetch without a browser.
pub const ALLOW_ORIGIN: &str = "access-control-allow-origin";
