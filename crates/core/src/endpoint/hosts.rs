//! One sign-in for several hosts: `/.edgegate/hand-over` at the issuer's host, and `/.edgegate/arrive` at the others.

use crate::authenticate::hosts::{self, SIGN_IN_HOST};
use crate::authenticate::provider::{JUST_NOW, trouble};
use crate::authenticate::sign_in::{SignedIn, signed_in};
use crate::credential::journey::SIGNED_IN;
use crate::credential::session::shared::{self, To};
use crate::credential::session::{self, xsrf};
use crate::endpoint::next::own_address;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::fetch_metadata;
use crate::http::query::{encode_component, value};
use crate::identity::Identity;
use crate::own_paths::{ARRIVE, SIGN_IN};
use crate::policy::{Policy, Revocation};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::store;

/// Whether hosts share their sessions.
pub(crate) fn is_shared(policy: &Policy) -> bool {
    policy.session.as_ref().is_some_and(|session| !session.hosts.is_empty())
}

/// At the issuer's host: sends a person who is signed in back with a code, and anybody else to the sign-in page first.
///
/// # Errors
/// `NoRoute` for a host that shares nothing; storage's own.
pub(crate) async fn hand_over<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let Exchange { state, target, request, .. } = *x;
    let sessions = state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let query = target.query.unwrap_or_default();
    let (host, text, by) = (value(query, "host")?, value(query, "state")?, value(query, "by")?);
    let is_here = state.policy.gateway.issuer.authority() == &*target.host;
    if !is_here || !sessions.hosts.contains(&host) || text.is_empty() {
        return Err(Reason::NoRoute.into());
    }
    if fetch_metadata::looks_ahead(request.method, &request.headers) {
        return Err(Reason::LinkNotUsed.into());
    }
    let wanted: Vec<&str> = by.split('.').filter(|name| state.policy.provider(name).is_some()).collect();
    let fits = |identity: &Identity| {
        let by = identity.person.as_ref().map(|person| &*person.provider);
        wanted.is_empty() || wanted.iter().any(|name| Some(*name) == by)
    };
    let Some(SignedIn { session, identity }) =
        signed_in(x, Revocation::Cached).await?.filter(|one| fits(&one.identity))
    else {
        let next = encode_component(format!("{}?{query}", target.path));
        let named = if let [sole] = wanted.as_slice() { format!("&provider={sole}") } else { String::new() };
        return Ok(Access::answer(Answer::see_other(format!("{SIGN_IN}?next={next}{named}"))));
    };
    let code = shared::mint(x.ctx(), sessions, &session, To { host: &host, state: &text })?;
    let (scheme, code, text) = (target.scheme(), code.expose_text()?, encode_component(&text));
    let answer = Answer::see_other(format!("{scheme}://{host}{ARRIVE}?code={code}&state={text}"));
    Ok(Access::answer(answer.with("referrer-policy", "no-referrer".to_owned())).by(identity))
}

/// At another host: takes the session over, and redirects to the address that the browser had asked for.
///
/// # Errors
/// `BrokerStateForged`, `BrokerStateExpired`, `BrokerBrowser`, those of [`shared::redeem`], each with a page; storage's own.
pub(crate) async fn arrive<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let Exchange { state, target, request, .. } = *x;
    let ctx = x.ctx();
    let sessions = state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let query = target.query.unwrap_or_default();
    if !hosts::is_one(x) {
        return Err(Reason::NoRoute.into());
    }
    if fetch_metadata::looks_ahead(request.method, &request.headers) {
        return Err(Reason::LinkNotUsed.into());
    }
    let label = state.policy.gateway.issuer.host();
    let (code, text) = (value(query, "code")?, value(query, "state")?);
    let journey = hosts::journey(x, sessions);
    let returned = journey.open(ctx, &text).map_err(|reason| trouble(x, label, reason, "/"))?;
    let next = own_address(x, &returned.next);
    let to = To { host: &target.host, state: &text };
    let taken = match journey.back(ctx, &returned) {
        Ok(_) => shared::redeem(ctx, sessions, to, &code).await,
        // In another browser than the one that set out the code is used up, so that nobody who finds it can use it.
        Err(reason) => shared::redeem(ctx, sessions, to, &code).await.and(Err(reason)).or(Err(reason)),
    };
    let (session, identity) = match taken {
        Ok(taken) => taken,
        // The back button: what it asked for is open already.
        Err(Reason::NonceReplayed) if signed_in(x, Revocation::Cached).await?.is_some() => {
            return Ok(Access::answer(Answer::see_other(next)));
        }
        Err(reason) => return Err(trouble(x, label, reason, &next)),
    };
    let before = x.cookies(sessions).present(ctx).ok().flatten();
    let before = before.and_then(|value| session::open(ctx, sessions, value).ok());
    if let Some(before) = before.filter(|before| *before != session && before.expires > ctx.now) {
        store::revoke(ctx, &before).await?;
    }
    x.jar.set(x.cookies(sessions).set(&session)?);
    if state.policy.gives_xsrf_tokens {
        let token = xsrf::token(ctx, sessions, &session, target)?;
        x.jar.set(xsrf::set_cookie(&token, sessions.absolute, target)?);
    }
    x.jar.set(session::write_host_cookie(SIGNED_IN, target, SIGN_IN_HOST, JUST_NOW));
    Ok(Access::answer(Answer::see_other(next)).by(identity))
}
