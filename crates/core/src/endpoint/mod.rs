//! What the gateway answers itself: under `/.edgegate/`, and where the authorization server stands.

mod admin;
mod assets;
mod broker;
mod callback;
mod email_link;
mod explain;
mod health;
mod hosts;
pub(crate) mod http_session;
mod jwks;
mod logout;
mod me;
mod next;
pub(crate) mod oauth;
mod sign_in;
mod sign_out;
mod ticket;

use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::own_paths::{
    self, ADMIN, ARRIVE, ASSETS, CALLBACK, EMAIL_LINK, EXPLAIN, HAND_OVER, HEALTH, HTTP_SESSION, JWKS, KNOWN, LOGOUT,
    ME, SIGN_IN, SIGN_OUT, TICKET,
};
use crate::policy::Policy;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::{Refusal, only};

/// How the log names one of those paths; None where the path is the caller's own words.
pub(crate) fn name(policy: &Policy, path: &str) -> Option<&'static str> {
    match own_paths::is_below_edgegate(path) {
        true if broker::is_one(policy, path) => Some(broker::BROKER),
        true if callback::is_one(policy, path) => Some(CALLBACK),
        true if logout::is_one(policy, path) => Some(LOGOUT),
        true if path.starts_with(ASSETS) => Some(ASSETS),
        true => KNOWN.iter().find(|known| **known == path).copied(),
        false => oauth::name(policy, path),
    }
}

/// Whether a request is meant to come by http: to the host that http sessions are for.
pub(crate) fn is_for_http<P>(x: &Exchange<'_, P>) -> bool {
    x.target.path == HTTP_SESSION && x.state.is_http_host(x.target)
}

/// Answers a request to one of the gateway's own paths.
///
/// # Errors
/// `NoRoute`, `MethodNotAllowed`, and the endpoint's own reasons.
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let (policy, path) = (&x.state.policy, x.target.path);
    if !own_paths::is_below_edgegate(path) {
        return oauth::answer(x).await;
    }
    let loopback = x.target.is_loopback();
    match path {
        HEALTH => {
            only(x.request, &["GET", "HEAD"])?;
            let is_administrator = admin::is_meant(x);
            if is_administrator {
                admin::authorize(x).await?;
            }
            Ok(Access::answer(health::answer(x.state, loopback, is_administrator)))
        }
        JWKS => {
            only(x.request, &["GET", "HEAD"])?;
            Ok(Access::answer(jwks::answer(x.state, loopback)?))
        }
        path if path.starts_with(ASSETS) => {
            only(x.request, &["GET", "HEAD"])?;
            Ok(Access::answer(assets::answer(x)?))
        }
        path if path.starts_with(ADMIN) && policy.admin.is_some() => {
            only(x.request, &["POST"])?;
            admin::answer(x).await
        }
        // Sessions end whether or not the site is open.
        path if logout::is_one(policy, path) => {
            only(x.request, &["POST"])?;
            logout::answer(x).await
        }
        path => {
            x.check_maintenance(false)?;
            for_visitors(x, path).await
        }
    }
}

/// Answers what visitors and their programs ask, and what maintenance therefore closes.
async fn for_visitors<P: Ports>(x: &Exchange<'_, P>, path: &str) -> Result<Access, Refusal> {
    let policy = &x.state.policy;
    match path {
        SIGN_IN if policy.has_sign_in() && policy.session.is_some() => {
            only(x.request, &["GET", "HEAD", "POST"])?;
            sign_in::answer(x).await
        }
        SIGN_OUT if policy.session.is_some() => {
            only(x.request, &["GET", "HEAD", "POST"])?;
            sign_out::answer(x).await
        }
        ME if policy.session.is_some() => {
            only(x.request, &["GET", "HEAD", "POST"])?;
            me::answer(x).await
        }
        EXPLAIN if policy.gateway.explain && x.target.is_loopback() => {
            only(x.request, &["GET", "HEAD"])?;
            Ok(Access::answer(explain::answer(x)))
        }
        HTTP_SESSION if x.state.names_http_host(x.target) => {
            only(x.request, &["GET"])?;
            http_session::answer(x).await
        }
        TICKET if policy.ticket.as_ref().is_some_and(|ticket| ticket.pages) => {
            only(x.request, &["POST"])?;
            ticket::answer(x).await
        }
        path if broker::is_one(policy, path) => {
            only(x.request, &["GET", "HEAD"])?;
            broker::answer(x).await
        }
        HAND_OVER if hosts::is_shared(policy) => {
            only(x.request, &["GET", "HEAD"])?;
            hosts::hand_over(x).await
        }
        ARRIVE if hosts::is_shared(policy) => {
            only(x.request, &["GET", "HEAD"])?;
            hosts::arrive(x).await
        }
        EMAIL_LINK if policy.email_link.is_some() && policy.session.is_some() => {
            only(x.request, &["GET", "HEAD", "POST"])?;
            email_link::answer(x).await
        }
        path if callback::is_one(policy, path) => {
            only(x.request, &["GET", "HEAD", "POST"])?;
            callback::answer(x).await
        }
        _ => Err(Reason::NoRoute.into()),
    }
}
