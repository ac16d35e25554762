//! `http-session`: the first of two redirects, by which a browser gets a session at the http host.

use crate::credential::session::http_session;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::fetch_metadata;
use crate::http::query::value;
use crate::own_paths::{HTTP_SESSION_NEXT, HTTP_SESSION_NONCE};
use crate::ports::Ports;
use crate::redirect;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// 302 to the address that comes with the handoff, with the http session. Browsers that take https by themselves get
/// none, and go on all the same.
///
/// # Errors
/// `RedirectTarget` and its like, `NonceNotUsed`, and as [`http_session::redeem`].
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let Exchange { state, request, target, .. } = *x;
    let ctx = x.ctx();
    let luminate = state.policy.luminate.as_ref().ok_or(Reason::NoRoute)?;
    let query = target.query.unwrap_or_default();
    let next = value(query, HTTP_SESSION_NEXT)?;
    redirect::check(&next, &target.host, &luminate.redirects)?;
    let is_wanted = fetch_metadata::is_click(request.method, &request.headers, &target.origin());
    if fetch_metadata::looks_ahead(request.method, &request.headers) || !is_wanted {
        return Err(Reason::NonceNotUsed.into());
    }
    if target.secure {
        return Ok(Access::answer(Answer::found(next)));
    }
    let (cookie, identity) = http_session::redeem(ctx, &luminate.session, &value(query, HTTP_SESSION_NONCE)?).await?;
    x.jar.set(cookie);
    Ok(Access::answer(Answer::found(next)).by(identity))
}
