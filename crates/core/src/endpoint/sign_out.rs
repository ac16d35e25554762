//! `/.edgegate/sign-out`: ends the session that the request came with.

use crate::authenticate::sign_in::end_session;
use crate::credential::session::{self, xsrf};
use crate::http::answer::Answer;
use crate::http::answer::with_cookies;
use crate::http::{Incoming, Target, fetch_metadata};
use crate::page;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::store::Context;
use crate::state::Gate;

/// GET shows a button, POST signs out and takes the cookie back.
///
/// # Errors
/// `CrossSite`, `SecretMissing`, storage's own.
pub async fn answer<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
) -> Result<Answer, Reason> {
    let sessions = gate.policy.session.as_ref().ok_or(Reason::NoRoute)?;
    if incoming.method != "POST" {
        return Ok(page::sign_out(false, false));
    }
    if !fetch_metadata::is_own_form(&incoming.headers, &target.origin()) {
        return Err(Reason::CrossSite);
    }
    // A key without a value here may have one elsewhere, where the session lives.
    let value = session::present(ctx, sessions, target, &incoming.headers).ok().flatten();
    if value.is_some_and(|value| session::open(ctx, sessions, value) == Err(Reason::SecretMissing)) {
        return Err(Reason::SecretMissing);
    }
    end_session(gate, ctx, incoming, target, ports).await?;
    let mut cookies = session::clear_cookies(sessions, target, &incoming.headers, false);
    if gate.policy.gives_xsrf_tokens {
        cookies.push(xsrf::clear_cookie(target));
    }
    Ok(with_cookies(page::sign_out(true, gate.policy.sign_in.is_some()), cookies))
}
