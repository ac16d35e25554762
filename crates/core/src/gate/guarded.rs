//! A request along a route: what the route asks for, and how it goes on.

use crate::authenticate::{self, claim, visitor};
use crate::exchange::Exchange;
use crate::exchange::access::{Access, Then};
use crate::exchange::body::NewBody;
use crate::exchange::claim::Claim;
use crate::exchange::decision::{Decided, Decision, Forwarding};
use crate::gate::rate;
use crate::gate::whose::Caller;
use crate::http::answer::{Answer, with_cookies};
use crate::http::cors;
use crate::identity::Identity;
use crate::policy::Route;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::{Refusal, Said};
use crate::routing::{self, method_override};
use crate::{forward, luminate};

/// Decides on a request at its route.
///
/// # Errors
/// Those of the route's shape rules, of its credentials, and storage's own.
pub(super) async fn decide<P: Ports>(x: &Exchange<'_, P>, route: &Route) -> Result<Decided, Refusal> {
    let request = x.request;
    routing::check_path(route, x.target.path)?;
    let is_meant = || route.is_for_http() && x.state.is_http_host(x.target);
    if x.is_exposed() && route.takes_credentials() && !is_meant() {
        return Err(Reason::TransportInsecure.into());
    }
    if !route.passes_preflights && cors::is_preflight(request.method, &request.headers) {
        if let Some(cors) = &route.cors {
            return Ok((Decision::Answer(cors::preflight(cors, route, &request.headers)?), None));
        }
        routing::check_method(&x.state.policy, route, request.method)?;
        return Err(Reason::PreflightDenied.into());
    }
    match guarded(x, route).await {
        Err(refusal) => Err(luminate::told(x, route, refusal)),
        decided => decided,
    }
}

async fn guarded<P: Ports>(x: &Exchange<'_, P>, route: &Route) -> Result<Decided, Refusal> {
    let request = x.request;
    x.check_maintenance(route.maintenance)?;
    // The origin answers preflights whether or not the route lists OPTIONS. None has a body.
    let is_preflight = || cors::is_preflight(request.method, &request.headers) && !request.has_body();
    if !(route.passes_preflights && is_preflight()) {
        routing::check_method(&x.state.policy, route, request.method)?;
    }
    method_override::check_query(route, request.method, x.target.query.unwrap_or_default())?;
    if route.network.as_ref().is_some_and(|network| !network.holds(request.client_address)) {
        return Err(Reason::NetworkNotAllowed.into());
    }
    let left = rate::of_network(x, route).await?;
    let looked_at = match request.method {
        // Boxed: few requests have a form, and every request's future would be as large.
        "POST" => Box::pin(method_override::look(x, route)).await?,
        _ => None,
    };
    let mut access = match access(x, route).await.and_then(|access| meets_rules(route, access)) {
        Ok(access) => access,
        Err(refusal) => {
            return Err(match visitor::send(x, route, refusal.reason()).await {
                Ok(Some(answer)) => refusal.saying(Said::Answer(answer)),
                Ok(None) => refusal,
                Err(trouble) => trouble,
            });
        }
    };
    let identity = access.identity.take();
    let decision = match core::mem::take(&mut access.then) {
        Then::Answer(answer) => {
            let answer = cors::dress(answer, route.cors.as_ref(), &request.headers);
            Ok(Decision::Answer(with_cookies(answer, x.jar.take())))
        }
        Then::Redirect(location) => {
            access.identity.clone_from(&identity);
            redirect(x, route, location, access).await
        }
        Then::Forward => {
            access.identity.clone_from(&identity);
            let (format, outcome_redirect) = (access.format, access.outcome_redirect.clone());
            match forward(x, route, access, looked_at).await {
                Ok(forwarding) => Ok(Decision::Forward(Box::new(forwarding))),
                Err(refusal) => Err(luminate::told_of_call(refusal, format, outcome_redirect, x.now)),
            }
        }
    };
    match (decision, &identity) {
        (Ok(decision), _) => Ok((rate::told(decision, left), identity)),
        (Err(refusal), Some(identity)) => Err(refusal.of(identity)),
        (Err(refusal), None) => Err(refusal),
    }
}

async fn access<P: Ports>(x: &Exchange<'_, P>, route: &Route) -> Result<Access, Refusal> {
    match route.luminate() {
        // Boxed: what it holds while it waits would otherwise be part of every request's future, and be moved with it.
        Some(luminate) => Box::pin(luminate::serve(x, route, luminate)).await,
        None => authenticate::authenticate(x, route).await,
    }
}

/// Whatever opens the route has to say what it requires. What the gateway answers itself, such as a page that asks before a
/// nonce is redeemed, opens nothing.
fn meets_rules(route: &Route, access: Access) -> Result<Access, Refusal> {
    if route.require.is_empty() || matches!(access.then, Then::Answer(_)) {
        return Ok(access);
    }
    let nobody = Identity::none();
    let identity = access.identity.as_ref().unwrap_or(&nobody);
    match identity.unmet(&route.require) {
        None => Ok(access),
        Some(_) => Err(Reason::RuleNotMet.of(identity)),
    }
}

async fn redirect<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    location: String,
    access: Access,
) -> Result<Decision, Refusal> {
    let who = Caller { identity: access.identity.as_ref(), link: access.link.as_deref() };
    let mut left = Vec::new();
    // What uses nothing up leads back to the route, and is counted there: the button of a link that is confirmed.
    if let Some(claim) = access.claim {
        left = rate::of_caller(x, route, who).await?;
        use_up(x, route, *claim).await?;
    }
    let answer = with_cookies(Answer::see_other(location), x.jar.take());
    Ok(rate::told(Decision::Answer(answer), left))
}

async fn forward<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    access: Access,
    looked_at: Option<NewBody>,
) -> Result<Forwarding, Refusal> {
    let (request, content_type) = (x.request, access.content_type);
    let nobody = Identity::default();
    let identity = access.identity.as_ref().unwrap_or(&nobody);
    let mut forwarding = forward::forwarding(x, route, identity)?;
    let read_as = content_type.or(request.headers.get("content-type")).unwrap_or_default();
    forwarding.body = method_override::joined(route, read_as, access.body, looked_at)?;
    forwarding.set.extend(content_type.map(|content_type| ("content-type", content_type.to_owned())));
    forwarding.tags = access.tags;
    fit_bucket(&mut forwarding)?;
    forwarding.format = access.format;
    if let Some(outcome_redirect) = access.outcome_redirect {
        forwarding.remove.extend(forward::partial(&request.headers));
        forwarding.outcome_redirect = Some(outcome_redirect);
    }
    let who = Caller { identity: access.identity.as_ref(), link: access.link.as_deref() };
    forwarding.answer.extend(rate::of_caller(x, route, who).await?);
    let jwt = x.state.assertions.jwt(x.ctx(), route, identity).await?;
    forwarding.set.extend(jwt.map(|jwt| ("edgegate-jwt", jwt)));
    if let Some(claim) = access.claim {
        use_up(x, route, *claim).await?;
    }
    forwarding.cookies = x.jar.take();
    Ok(forwarding)
}

/// What a bucket is asked is made of the request before its credential was looked for.
fn fit_bucket(forwarding: &mut Forwarding) -> Result<(), Reason> {
    let Some(object) = &mut forwarding.object else { return Ok(()) };
    if forwarding.tags.is_some() {
        object.whole(); // tags cannot be found in a part of a page
    }
    match forwarding.body {
        // A form that is still checked on its way could be refused when it is stored.
        Some(NewBody::Head(..)) => Err(Reason::UploadUnsupported),
        _ => Ok(()),
    }
}

/// Uses up what a credential leaves to be claimed. Boxed: few requests have one, and every request's future would be as
/// large.
async fn use_up<P: Ports>(x: &Exchange<'_, P>, route: &Route, claim: Claim) -> Result<(), Reason> {
    claim::check(x, route, &claim)?;
    Box::pin(claim::perform(x, claim)).await
}
