//! Opening and ending the session of a browser.

use crate::credential::session::{self, Opened, xsrf};
use crate::exchange::Exchange;
use crate::http::cookie;
use crate::identity::Identity;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::store;

/// Signs somebody in: ends the session that the request came with and opens one. It is handed over, with its token
/// where the policy gives one. Returns whose it is.
///
/// # Errors
/// Storage's own reasons.
pub async fn open_session<P: Ports>(x: &Exchange<'_, P>, opened: &Opened<'_>) -> Result<Identity, Reason> {
    let Exchange { state, request, target, .. } = *x;
    let ctx = x.ctx();
    let policy = state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let session = session::start(ctx, policy, opened, request).await?;
    end_session(x).await?;
    let cookie = x.cookies(policy).set(&session)?;
    let token = match state.policy.gives_xsrf_tokens {
        true => Some(xsrf::set_cookie(&xsrf::token(ctx, policy, &session)?, policy.absolute, target)?),
        false => None,
    };
    x.jar.set(cookie);
    token.into_iter().for_each(|token| x.jar.set(token));
    let Opened { subject, issuer, .. } = *opened;
    let (subject, issuer) = (Some(subject.to_owned()), issuer.map(str::to_owned));
    Ok(Identity { subject, issuer, ..Identity::by_key("session", &session.key_id) })
}

/// Ends the session that the request came with, no matter whose: a log-in never continues another session.
///
/// # Errors
/// Storage's own reasons.
pub async fn end_session<P: Ports>(x: &Exchange<'_, P>) -> Result<(), Reason> {
    let Exchange { state, request, target, .. } = *x;
    let ctx = x.ctx();
    let (Some(policy), Some(header)) = (&state.policy.session, request.headers.get("cookie")) else { return Ok(()) };
    let name = session::cookie_name(policy, target);
    for value in cookie::all(header, &name) {
        match session::open(ctx, policy, value) {
            Ok(old) if ctx.now < old.expires.saturating_add(WRONG_CLOCK) => store::revoke(ctx, &old).await?,
            _ => {}
        }
    }
    Ok(())
}

/// Seconds by which this clock may be ahead: a session that seems to have ended lives on once the clock is right again.
const WRONG_CLOCK: u64 = 86_400;
