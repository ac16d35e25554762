//! `rate` of a route: requests are counted, and what is too much is 429.
//!
//! By network they are counted first of all, so that a flood of whatever costs little. By whom a credential is for they are
//! counted once that was verified: a stranger without one uses up nothing of somebody else's. In either case before anything
//! is claimed, so that a link that works once is good for another request; one that was used up still counts. A count that
//! fails refuses.

use crate::exchange::Exchange;
use crate::exchange::decision::Decision;
use crate::gate::whose::{self, Caller};
use crate::policy::{Rate, RateBy, Route};
use crate::ports::{Counted, Ports};
use crate::refusal::Reason;
use crate::refused::Refusal;

/// Header fields of an answer.
pub(super) type Fields = Vec<(&'static str, String)>;

/// Counts a request of a network, where the route counts by that. Fields of the answer that say what is left.
///
/// # Errors
/// `RateExceeded`, the Ledger's and the limiter's own.
pub(super) async fn of_network<P: Ports>(x: &Exchange<'_, P>, route: &Route) -> Result<Fields, Refusal> {
    match route.rate_by(RateBy::Network) {
        Some(rate) => Box::pin(count(x, route, rate, Caller::default())).await,
        None => Ok(Fields::new()),
    }
}

/// The same by whom a verified credential is for.
///
/// # Errors
/// As [`of_network`].
pub(super) async fn of_caller<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    caller: Caller<'_>,
) -> Result<Fields, Refusal> {
    match route.rate.as_ref().filter(|rate| rate.by != RateBy::Network) {
        Some(rate) => Box::pin(count(x, route, rate, caller)).await,
        None => Ok(Fields::new()),
    }
}

/// A decision whose answer says what is left.
pub(super) fn told(decision: Decision, fields: Fields) -> Decision {
    match decision {
        Decision::Forward(mut forwarding) => {
            forwarding.answer.extend(fields);
            Decision::Forward(forwarding)
        }
        Decision::Answer(answer) => {
            Decision::Answer(fields.into_iter().fold(answer, |answer, (name, value)| answer.with(name, value)))
        }
    }
}

async fn count<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    rate: &Rate,
    caller: Caller<'_>,
) -> Result<Fields, Refusal> {
    let key = whose::key(x, route, rate, caller);
    if !rate.exact {
        // When its window ends the limiter does not tell, and it has none that is longer.
        let full = Counted { count: rate.limit.saturating_add(1), left: rate.period };
        return match x.ports.is_within(rate, &key).await? {
            true => Ok(Fields::new()),
            false => Err(exceeded(rate, &full)),
        };
    }
    let over = &x.state.over;
    // Until the window ends it is known here what the Ledger would say.
    let ends = over.get(&key.0, x.now, rate.period).filter(|ends| *ends > x.now);
    if let Some(ends) = ends {
        return Err(exceeded(rate, &Counted { count: rate.limit.saturating_add(1), left: ends - x.now }));
    }
    let counted = x.ports.count(rate, &key).await?;
    if counted.count > rate.limit {
        over.put(key.0, x.now.saturating_add(counted.left), x.now);
        return Err(exceeded(rate, &counted));
    }
    Ok(fields(rate, &counted))
}

/// 429 with Retry-After (RFC 6585 section 4).
fn exceeded(rate: &Rate, counted: &Counted) -> Refusal {
    let mut all = fields(rate, counted);
    all.push(("retry-after", counted.left.to_string()));
    Refusal::from(Reason::RateExceeded).with(all)
}

/// The fields of draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4. The policy's name is what is counted by: the
/// route's own is told to no client.
fn fields(rate: &Rate, counted: &Counted) -> Fields {
    let Rate { limit, period, by, .. } = rate;
    let (name, remaining) = (by.word(), limit.saturating_sub(counted.count));
    vec![
        ("ratelimit-policy", format!("\"{name}\";q={limit};w={period}")),
        ("ratelimit", format!("\"{name}\";r={remaining};t={}", counted.left)),
    ]
}
