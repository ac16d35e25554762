//! `/.edgegate/sign-out`: ends the session that the request came with.

use crate::authenticate::sign_in::{end_session, signed_in};
use crate::credential::bearer;
use crate::credential::journey::SIGNED_IN;
use crate::credential::provider::{address, endpoints};
use crate::credential::session::{self, xsrf};
use crate::endpoint::next::next;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::{fetch_metadata, query};
use crate::identity::person::Person;
use crate::own_paths::SIGN_OUT;
use crate::page;
use crate::policy::Revocation;
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
    if request.method != "POST" {
        return Ok(Access::answer(page::sign_out(&x.setting(), false, false)));
    }
    if !fetch_metadata::is_own_form(&request.headers, &target.origin()) {
        return Err(Reason::CrossSite.into());
    }
    let form = match request.has_form() {
        Ok(true) => bearer::read_form(ports, state.policy.limits.form).await?,
        _ => Default::default(),
    };
    let done = end(x).await?;
    // A person who takes another account goes on to what that is for.
    let leads_on = query::sole(&form, "next").ok().flatten().is_some();
    Ok(Access::answer(if leads_on { Answer::see_other(next(x, &form)) } else { done }))
}

/// Ends the session, takes back what the browser has of it, and says so.
///
/// # Errors
/// `SecretMissing`, storage's own.
pub(super) async fn end<P: Ports>(x: &Exchange<'_, P>) -> Result<Answer, Reason> {
    let Exchange { state, target, .. } = *x;
    let ctx = x.ctx();
    let sessions = state.policy.session.as_ref().ok_or(Reason::NoRoute)?;
    // A key without a value here may have one elsewhere, where the session lives.
    let cookies = x.cookies(sessions);
    let value = cookies.present(ctx).ok().flatten();
    if value.is_some_and(|value| session::open(ctx, sessions, value) == Err(Reason::SecretMissing)) {
        return Err(Reason::SecretMissing);
    }
    let person = signed_in(x, Revocation::Cached).await.ok().flatten().and_then(|it| it.identity.person);
    end_session(x).await?;
    cookies.clear().into_iter().for_each(|cookie| x.jar.add(cookie));
    if !state.policy.providers.is_empty() || !sessions.hosts.is_empty() {
        x.jar.add(session::write_host_cookie(SIGNED_IN, target, "", 0));
    }
    if state.policy.gives_xsrf_tokens {
        x.jar.add(xsrf::clear_cookie(target));
    }
    let there = match person {
        Some(person) => sign_out_there(x, &person).await,
        None => None,
    };
    Ok(match there {
        Some((label, address)) => page::provider::signed_out(&x.setting(), label, &address),
        None => page::sign_out(&x.setting(), true, state.policy.has_sign_in()),
    })
}

/// Where a person signs out of the provider too (OpenID Connect RP-Initiated Logout section 2): its name, and the address.
async fn sign_out_there<'p, P: Ports>(x: &Exchange<'p, P>, person: &Person) -> Option<(&'p str, String)> {
    let provider = x.state.policy.provider(&person.provider)?;
    let endpoints = endpoints::of(x.ctx(), &x.state.foreign, provider).await.ok()?;
    let back = format!("{}{SIGN_OUT}", x.target.origin());
    let fields = [("client_id", &*provider.client_id), ("post_logout_redirect_uri", &back)];
    Some((&provider.label, address(&endpoints.end_session?, &fields)))
}
