//! How the gateway speaks: the words, shapes and status codes of a refusal.
//!
//! [`generic`] is RFC-shaped and what every route speaks unless it says otherwise. A vendor's dialect is
//! data and rendering only; nothing in `gate/` or `credential/` decides by it.

pub(crate) mod challenge;
pub mod checkfront;
pub mod generic;
pub mod oauth;
pub mod superoffice;

use crate::exchange::format::Voice;
use crate::exchange::{Moment, Trace};
use crate::http::Incoming;
use crate::http::answer::Answer;
use crate::luminate::errors;
use crate::refusal::Reason;
use crate::state::State;

/// The answer to a refused request. What it says is [`Reason::public`], never more.
pub(crate) fn refuse(
    gate: &State,
    reason: Reason,
    incoming: &Incoming<'_>,
    moment: Moment<'_>,
    trace: &Trace,
) -> Answer {
    match trace.voice {
        Voice::Generic => generic::refuse(gate, reason, incoming, moment, trace),
        Voice::Checkfront => {
            let answer = checkfront::answer(gate, reason, trace.route.as_deref());
            generic::dress(reason, incoming, trace, named(answer, moment))
        }
        Voice::SuperOffice => {
            let answer = superoffice::answer(gate, reason, incoming, moment, trace);
            generic::dress(reason, incoming, trace, named(answer, moment))
        }
        Voice::OAuth(dialect) => {
            generic::dress(reason, incoming, trace, named(oauth::answer(gate, reason, dialect), moment))
        }
        Voice::Luminate(manner) => {
            let onward = trace.onward.as_ref().and_then(|it| errors::redirect(it, reason, moment.now));
            let answer = onward.unwrap_or_else(|| errors::answer(manner, reason));
            generic::dress(reason, incoming, trace, answer)
        }
    }
}

/// With the request id in a field, where the body has no place for it.
fn named(answer: Answer, moment: Moment<'_>) -> Answer {
    answer.with("edgegate-request-id", moment.request_id.to_owned())
}
