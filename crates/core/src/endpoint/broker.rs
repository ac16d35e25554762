//! `/.edgegate/broker/<name>`: a broker's answer, a signed link that works once, for the browser that was sent.

use crate::authenticate::sign_in::open_session;
use crate::credential::journey::{AT_BROKER, Journey};
use crate::credential::session::Opened;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::{fetch_metadata, query};
use crate::identity::Identity;
use crate::policy::Policy;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::{claim_key, once};
use crate::signed::link;

/// Whether a path is where one of the policy's brokers answers.
pub(crate) fn is_one(policy: &Policy, path: &str) -> bool {
    path.strip_prefix(BROKER).is_some_and(|name| policy.brokers.iter().any(|broker| broker.name == name))
}

/// Opens a session for the person whom the broker names, and redirects to the address that the browser had asked for. What
/// costs no storage is checked first: an answer is not used up by a request that will be refused.
///
/// # Errors
/// The reasons of links, `BrokerStateForged`, `BrokerStateExpired`, `BrokerBrowser`, and storage's own.
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let Exchange { state, request, target, .. } = *x;
    let ctx = x.ctx();
    let name = target.path.strip_prefix(BROKER).unwrap_or_default();
    let broker = state.policy.brokers.iter().find(|broker| broker.name == name).ok_or(Reason::NoRoute)?;
    let sessions = state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let (path, query) = (target.path, target.query.unwrap_or_default());
    let signed = link::Signed { method: request.method, host: &target.host, path, query };
    let authentic = link::authenticate(&broker.link, ctx.secrets, signed)?;
    let (link, parts) = authentic.ok_or(Reason::LinkMalformed)?;
    let subject = link.subject.as_deref().ok_or(Reason::LinkMalformed)?;
    if fetch_metadata::looks_ahead(request.method, &request.headers) {
        return Err(Reason::LinkNotUsed.into());
    }
    let arrival = link::Arrival { client: request.client_address, now: ctx.now };
    link::check_terms(&broker.link, &parts, arrival)?;
    let state = query::sole(parts.covered, STATE)?.ok_or(Reason::BrokerStateForged)?;
    let key = claim_key("link", &link.key_id, &link.mac);
    let to = &*broker.name;
    let journey = Journey { policy: sessions, to, lasts: AT_BROKER, target, headers: &request.headers };
    let returned = journey.open(ctx, state)?;
    match journey.back(ctx, &returned) {
        // Another browser was sent to the broker. What the broker signed is claimed, so that no one who finds it can use it.
        Err(Reason::BrokerBrowser) => {
            once::claim(ctx, &key, link.until, Reason::BrokerBrowser).await?;
            return Err(Reason::BrokerBrowser.into());
        }
        back => drop(back?),
    }
    ctx.signing_key(&sessions.keys)?;
    once::claim(ctx, &key, link.until, Reason::LinkReplayed).await?;
    let identity = open_session(x, &Opened::here(subject, &broker.name)).await?;
    Ok(Access::answer(Answer::see_other(returned.next)).by(Identity { kind: "broker", ..identity }))
}

/// Where brokers answer.
pub(crate) const BROKER: &str = "/.edgegate/broker/";
const STATE: &str = "state";
