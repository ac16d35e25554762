//! Preflights of the authorization server.

use crate::dialect::oauth::ALLOW_ORIGIN;
use crate::http::answer::Answer;

/// No cookie counts here, so a page of any origin may call what any program may call.
pub(super) fn preflight(methods: &str) -> Answer {
    Answer { status: 204, ..Answer::default() }
        .with(ALLOW_ORIGIN, "*".to_owned())
        .with("access-control-allow-methods", methods.to_owned())
        .with("access-control-allow-headers", "authorization, content-type, dpop".to_owned())
        .with("access-control-max-age", "86400".to_owned())
}
