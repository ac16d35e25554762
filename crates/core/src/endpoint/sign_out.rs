//! `/.edgegate/sign-out`: ends the session that the request came with.

use crate::authenticate::sign_in::end_session;
use crate::credential::session::{self, xsrf};
use crate::exchange::Exchange;
use crate::http::answer::Answer;
use crate::http::answer::with_cookies;
use crate::http::fetch_metadata;
use crate::page;
use crate::ports::Ports;
use crate::refusal::Reason;

/// GET shows a button, POST signs out and takes the cookie back.
///
/// # Errors
/// `CrossSite`, `SecretMissing`, storage's own.
pub async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Answer, Reason> {
    let Exchange { state, request, target, ports: _, .. } = *x;
    let ctx = x.ctx();
    let sessions = state.policy.session.as_ref().ok_or(Reason::NoRoute)?;
    if request.method != "POST" {
        return Ok(page::sign_out(false, false));
    }
    if !fetch_metadata::is_own_form(&request.headers, &target.origin()) {
        return Err(Reason::CrossSite);
    }
    // A key without a value here may have one elsewhere, where the session lives.
    let value = session::present(ctx, sessions, target, &request.headers).ok().flatten();
    if value.is_some_and(|value| session::open(ctx, sessions, value) == Err(Reason::SecretMissing)) {
        return Err(Reason::SecretMissing);
    }
    end_session(x).await?;
    let mut cookies = session::clear_cookies(sessions, target, &request.headers, false);
    if state.policy.gives_xsrf_tokens {
        cookies.push(xsrf::clear_cookie(target));
    }
    Ok(with_cookies(page::sign_out(true, state.policy.sign_in.is_some()), cookies))
}
