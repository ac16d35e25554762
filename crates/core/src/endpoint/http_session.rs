//! `http-session`: the first of two redirects, by which a browser gets a session at the http host.

use crate::credential::session::http_session;
use crate::endpoint::value;
use crate::exchange::{Exchange, Trace};
use crate::http::answer::Answer;
use crate::http::fetch_metadata;
use crate::ports::Ports;
use crate::redirect;
use crate::refusal::Reason;

/// Whether a request is at the host that http sessions are for, by http.
pub fn is_host<P>(x: &Exchange<'_, P>) -> bool {
    let Exchange { state: _, target, .. } = *x;
    !target.secure && is_named(x)
}

/// The same, by https too.
pub fn is_named<P>(x: &Exchange<'_, P>) -> bool {
    let Exchange { state, target, .. } = *x;
    let host = state.policy.luminate.as_ref().and_then(|luminate| luminate.http_host.as_deref());
    host == Some(&*target.host)
}

/// 302 to the address that comes with the passage, with the http session. Browsers that take https by themselves get
/// none, and go on all the same.
///
/// # Errors
/// `RedirectTarget` and its like, `NonceNotUsed`, and as [`http_session::redeem`].
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>, trace: &mut Trace) -> Result<Answer, Reason> {
    let Exchange { state, request, target, ports, .. } = *x;
    let ctx = x.ctx();
    let luminate = state.policy.luminate.as_ref().ok_or(Reason::NoRoute)?;
    let query = target.query.unwrap_or_default();
    let next = value(query, NEXT)?;
    redirect::judge(&next, &target.host, &luminate.redirects)?;
    let is_wanted = fetch_metadata::is_click(request.method, &request.headers, &target.origin());
    if fetch_metadata::looks_ahead(request.method, &request.headers) || !is_wanted {
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
