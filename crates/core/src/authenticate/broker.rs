//! Where a route names a broker, a page's visitor whom nothing opens the route for is sent there.
//!
//! The browser comes back to `/.edgegate/broker/<name>` (`endpoint/broker.rs`).

use crate::credential::journey::{AT_BROKER, Journey};
use crate::exchange::Exchange;
use crate::http::answer::{Answer, with_cookies};
use crate::policy::{Broker, Session};
use crate::ports::Entropy;
use crate::refusal::Reason;

/// The redirect to the broker. `next`: where to come back to.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub(super) fn send<P: Entropy>(
    x: &Exchange<'_, P>,
    sessions: &Session,
    broker: &Broker,
    next: &str,
) -> Result<Answer, Reason> {
    let (target, headers) = (x.target, &x.request.headers);
    let journey = Journey { policy: sessions, to: &broker.name, lasts: AT_BROKER, target, headers };
    let sent = journey.send(x.ctx(), next)?;
    let answer = Answer::see_other(format!("{}?state={}", broker.url, sent.state.expose_text()?));
    let answer = answer.with("referrer-policy", "no-referrer".to_owned());
    Ok(with_cookies(answer, sent.cookie.into_iter().collect()))
}
