//! `/.edgegate/sign-out`: ends the session that the request came with.

use crate::authenticate::sign_in::end_session;
use crate::credential::bearer;
use crate::credential::session::{self, xsrf};
use crate::endpoint::sign_in;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::{fetch_metadata, query};
use crate::page;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// GET shows a button, POST signs out and takes the cookie back. A form that names a `next` leads there, for a sign-in as
/// somebody else.
///
/// # Errors
/// `CrossSite`, `SecretMissing`, storage's own.
pub async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let Exchange { state, request, target, ports, .. } = *x;
    let ctx = x.ctx();
    let sessions = state.policy.session.as_ref().ok_or(Reason::NoRoute)?;
    if request.method != "POST" {
        return Ok(Access::answer(page::sign_out(&x.setting(), false, false)));
    }
    if !fetch_metadata::is_own_form(&request.headers, &target.origin()) {
        return Err(Reason::CrossSite.into());
    }
    // A key without a value here may have one elsewhere, where the session lives.
    let cookies = x.cookies(sessions);
    let value = cookies.present(ctx).ok().flatten();
    if value.is_some_and(|value| session::open(ctx, sessions, value) == Err(Reason::SecretMissing)) {
        return Err(Reason::SecretMissing.into());
    }
    let form = match request.has_form() {
        Ok(true) => bearer::read_form(ports, state.policy.limits.form).await?,
        _ => Default::default(),
    };
    end_session(x).await?;
    cookies.clear().into_iter().for_each(|cookie| x.jar.add(cookie));
    if state.policy.gives_xsrf_tokens {
        x.jar.add(xsrf::clear_cookie(target));
    }
    if query::sole(&form, "next").ok().flatten().is_some() {
        return Ok(Access::answer(Answer::see_other(sign_in::next(x, &form))));
    }
    Ok(Access::answer(page::sign_out(&x.setting(), true, state.policy.sign_in.is_some())))
}
