//! `http-session`: the first of two redirects, by which a browser gets a session at the http host.

use crate::credential::session::http_session;
use crate::endpoint::value;
use crate::exchange::Trace;
use crate::http::answer::Answer;
use crate::http::{Incoming, Target, fetch_metadata};
use crate::ports::Ports;
use crate::redirect;
use crate::refusal::Reason;
use crate::sealed::store::Context;
use crate::state::Gate;

/// Whether a request is at the host that http sessions are for, by http.
pub fn is_host(gate: &Gate, target: &Target<'_>) -> bool {
    !target.secure && is_named(gate, target)
}

/// The same, by https too.
pub fn is_named(gate: &Gate, target: &Target<'_>) -> bool {
    let host = gate.policy.luminate.as_ref().and_then(|luminate| luminate.http_host.as_deref());
    host == Some(&*target.host)
}

/// 302 to the address that comes with the passage, with the http session. Browsers that take https by themselves get
/// none, and go on all the same.
///
/// # Errors
/// `RedirectTarget` and its like, `NonceNotUsed`, and as [`http_session::redeem`].
pub(crate) async fn answer<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
    trace: &mut Trace,
) -> Result<Answer, Reason> {
    let luminate = gate.policy.luminate.as_ref().ok_or(Reason::NoRoute)?;
    let query = target.query.unwrap_or_default();
    let next = value(query, NEXT)?;
    redirect::judge(&next, &target.host, &luminate.redirects)?;
    let is_wanted = fetch_metadata::is_click(incoming.method, &incoming.headers, &target.origin());
    if fetch_metadata::looks_ahead(incoming.method, &incoming.headers) || !is_wanted {
        return Err(Reason::NonceNotUsed);
    }
    if target.secure {
        return Ok(Answer::found(next));
    }
    let (cookie, identity) = http_session::redeem(ctx, ports, &luminate.session, &value(query, NONCE)?).await?;
    trace.identity = Some(identity);
    Ok(Answer::found(next).with("set-cookie", cookie))
}

/// The parameter that holds the passage.
pub(crate) const NONCE: &str = "eg_passage";
/// The parameter that holds the next address.
pub(crate) const NEXT: &str = "next";
