//! A page's visitor whom nothing opens the route for is sent to where people sign in, at once.
//!
//! Only a person's own navigation is: a script, a picture, a form or a request that shows another credential is refused.

use std::sync::Arc;

use crate::authenticate::{broker, hosts, provider};
use crate::exchange::Exchange;
use crate::forward::clean_address;
use crate::http::answer::Answer;
use crate::http::query::encode_component;
use crate::http::{accept, fetch_metadata};
use crate::own_paths::SIGN_IN;
use crate::policy::{Policy, Provider, Route};
use crate::ports::Ports;
use crate::refusal::{Public, Reason};
use crate::refused::Refusal;

/// The redirect to the route's broker or provider, or to the sign-in page where there are several, if one could help.
///
/// # Errors
/// `SignInLoop`, `ProviderUnavailable` and its kind, with a page; `SecretMissing`, `EntropyUnavailable`.
pub(crate) async fn send<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    reason: Reason,
) -> Result<Option<Answer>, Refusal> {
    let policy = &x.state.policy;
    let Some(sessions) = &policy.session else { return Ok(None) };
    let providers = of_route(policy, route);
    if (route.broker.is_none() && providers.is_empty()) || !would_help(route, reason) || !is_page(x) {
        return Ok(None);
    }
    let next = clean_address(policy, route, x.target);
    if hosts::is_one(x) {
        hosts::check_loop(x, reason, &next)?;
        return Ok(Some(hosts::send(x, sessions, &route.providers, &next)?));
    }
    match (&route.broker, providers) {
        (Some(broker), _) => Ok(Some(broker::send(x, sessions, broker, &next)?)),
        (None, [sole]) => {
            let start = provider::Start { provider: sole, next: &next, login_hint: None };
            start.check_loop(x, reason)?;
            // Boxed: few requests go there, and every request's future would be as large.
            Box::pin(start.send(x, sessions)).await.map(Some)
        }
        (None, _) => {
            let address = format!("{SIGN_IN}?next={}", encode_component(&next));
            let fits = x.target.origin().len() + address.len() <= policy.limits.url;
            Ok(Some(Answer::see_other(if fits { address } else { SIGN_IN.to_owned() })))
        }
    }
}

/// The providers that a route's visitors are sent to: its own, or all of a policy that has no other way to sign in.
pub(crate) fn of_route<'p>(policy: &'p Policy, route: &'p Route) -> &'p [Arc<Provider>] {
    match route.providers.as_slice() {
        [] if route.takes_sessions() && is_sole_way(policy) && route.broker.is_none() => &policy.providers,
        own => own,
    }
}

/// Whether people sign in with a provider, and in no other way.
fn is_sole_way(policy: &Policy) -> bool {
    policy.sign_in.is_none() && policy.email_link.is_none()
}

fn would_help(route: &Route, reason: Reason) -> bool {
    // Beside a cookie that hides the session, another session would be hidden as well.
    let wants_session = matches!(reason.public(), Public::CredentialMissing | Public::SessionInvalid);
    (wants_session && reason != Reason::SessionDuplicate)
        || (reason == Reason::SessionProvider && !route.providers.is_empty())
}

fn is_page<P>(x: &Exchange<'_, P>) -> bool {
    let (request, headers) = (x.request, &x.request.headers);
    request.method == "GET"
        && headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
        && headers.get("sec-fetch-dest").is_none_or(|to| to == "document")
        && accept::prefers_html(headers.get("accept"))
        && !fetch_metadata::looks_ahead(request.method, headers)
        && headers.get("authorization").is_none()
}
