//! The request as the origin gets it: rewritten path, credentials cut, identity set.

mod authorization;
mod claims;
mod client;
pub mod headers;
mod on_behalf;
pub mod reserved;
pub mod returned;

use std::borrow::Cow;

use crate::credential::journey;
use crate::credential::own::{luminate, traces};
use crate::credential::session::{self, xsrf};
use crate::exchange::Exchange;
use crate::exchange::decision::{Forwarding, Front};
use crate::forward::headers::{aliases, fold, forged, is_covered, is_harmless_connection};
use crate::http::query::{self, Param};
use crate::http::{self, Headers, Incoming, Target, cookie};
use crate::identity::Identity;
use crate::object::Asked;
use crate::policy::carrier::ACCESS_TOKEN;
use crate::policy::{Carrier, CredentialKind, Policy, Route, Session, SignedRedirect, Via};
use crate::refusal::Reason;
use crate::routing;
use crate::signed::redirect;

/// Edits that hold for every request that this route lets through.
///
/// # Errors
/// `OnBehalf`, `ClaimsTooLarge`, `SecretMissing`, `SecretMalformed`; `PathParameter`, which [`routing::check_path`] has excluded.
pub(crate) fn forwarding<P>(x: &Exchange<'_, P>, route: &Route, identity: &Identity) -> Result<Forwarding, Reason> {
    let Exchange { state, request: incoming, target, request_id, .. } = *x;
    let policy = &state.policy;
    let forward = &route.forward;
    let path = routing::forwarded_path(route, target.path).ok_or(Reason::PathParameter)?;
    let mut object = None;
    let mut url = match &forward.origin.via {
        Via::Url(base) => format!("{base}{path}"),
        Via::Service(_) | Via::Handler => match &forward.host {
            Some(host) => format!("{}://{host}{path}", target.scheme()),
            None => format!("{}{path}", target.origin()),
        },
        Via::Bucket(bucket) => {
            object = Some(Box::new(Asked::new(bucket, incoming.method, &path, &incoming.headers)?));
            ["r2://", &bucket.binding, &path].concat()
        }
    };
    if object.is_none()
        && let Some(query) = clean_query(policy, route, target)
    {
        url.push('?');
        url.push_str(&query);
    }
    let mut remove: Vec<String> =
        forged(&incoming.headers, &policy.identity.strip).into_iter().map(str::to_owned).collect();
    let passes_authorization = authorization::passes(x, route);
    if passes_authorization {
        remove.retain(|name| name != "authorization");
    }
    let shown = x.ctx().secrets.shown(&forward.credentials)?;
    remove.extend(shown.iter().flat_map(|(name, _)| aliases(&incoming.headers, name)));
    let pass = policy.maintenance.pass.iter().flat_map(|(name, _)| aliases(&incoming.headers, name));
    remove.extend(pass);
    let by_policy = incoming.headers.iter().filter(|(name, _)| is_covered(name, &forward.remove));
    remove.extend(by_policy.map(|(name, _)| name.to_owned()));
    let told = claims::told(&route.headers, identity)?;
    let of_claims = incoming.headers.iter().filter(|(name, _)| is_covered(name, &policy.claims.fields));
    remove.extend(of_claims.map(|(name, _)| name.to_owned()));
    remove.extend(forward.set.iter().flat_map(|(name, _)| aliases(&incoming.headers, name)));
    remove.extend(on_behalf::check(policy, route, identity, &incoming.headers)?);
    let is_cleaned = |name: &str| matches!(name, "cookie" | "authorization");
    let is_credential = |name: &str, value: &str| is_proof(policy, name) || (!is_cleaned(name) && traces::holds(value));
    let credentials = incoming.headers.iter().filter(|(name, value)| is_credential(name, value));
    remove.extend(credentials.map(|(name, _)| name.to_owned()));
    let mut set = Vec::with_capacity(9);
    clean_cookies(policy, incoming, &mut remove, &mut set);
    if matches!(incoming.method, "GET" | "HEAD") && incoming.headers.get("content-length").is_some() {
        remove.push("content-length".to_owned());
    }
    if incoming.headers.get("connection").is_some_and(|value| !is_harmless_connection(value)) {
        remove.push("connection".to_owned());
    }
    if incoming.headers.get("referer").is_some_and(|value| leaks(policy, value)) {
        remove.push("referer".to_owned());
    }
    set.push(("edgegate-route", route.name.clone()));
    set.push(("edgegate-request-id", request_id.to_owned()));
    set.extend(identity.subject.clone().map(|subject| ("edgegate-subject", subject)));
    set.extend(identity.issuer.clone().map(|issuer| ("edgegate-issuer", issuer)));
    set.extend(identity.client.clone().map(|client| ("edgegate-client", client)));
    if !identity.scope.is_empty() {
        set.push(("edgegate-scope", identity.scope.join(" ")));
    }
    client::tell(x, route, &mut set);
    let mut answer = Vec::new();
    if has_url_credential(route) {
        answer.push(("referrer-policy", "strict-origin".to_owned()));
    }
    if let Some(cors) = &route.cors {
        answer.extend(http::cors::answer_headers(cors, &incoming.headers));
    }
    Ok(Forwarding {
        origin: forward.origin.clone(),
        url,
        object,
        remove,
        set,
        set_by_policy: forward.set.iter().cloned().chain(told).collect(),
        shown,
        body: None,
        private: route.takes_credentials() || passes_authorization || x.is_closed(route.maintenance),
        answer,
        cookies: Vec::new(),
        owns_cors: route.cors.is_some() || route.takes_credentials(),
        varies_by_origin: route.cors.is_some(),
        tags: None,
        outcome_redirect: None,
        format: None,
        front: forward.map.then(|| front(policy, target)),
    })
}

fn front(policy: &Policy, target: &Target<'_>) -> Front {
    let has_https = !target.secure && policy.gateway.issuer.is_https() && !target.host.contains(':');
    Front { origin: target.origin(), has_https }
}

/// Names of the fields that could make an answer a part of one, or none: those that are there.
pub fn partial(headers: &Headers<'_>) -> impl Iterator<Item = String> {
    let names = ["range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];
    names.into_iter().filter(|name| headers.get(name).is_some()).map(str::to_owned)
}

/// The request's own address without the parameters that carried a credential.
pub fn clean_address(policy: &Policy, route: &Route, target: &Target<'_>) -> String {
    match clean_query(policy, route, target) {
        Some(query) if !query.is_empty() => format!("{}?{query}", target.path),
        _ => target.path.to_owned(),
    }
}

fn clean_query<'p>(policy: &Policy, route: &'p Route, target: &Target<'_>) -> Option<String> {
    let query = target.query?;
    if query.is_empty() {
        return Some(String::new());
    }
    // Asked once for each kind, not for each parameter.
    let is_signed = |profile: &SignedRedirect| query::params(query).any(|param| param.name == profile.signature);
    let signed = |accept: &'p CredentialKind| match accept {
        CredentialKind::SignedRedirect(profile) => Some(&**profile).filter(|profile| is_signed(profile)),
        _ => None,
    };
    let signed: Vec<&SignedRedirect> = route.accept.iter().filter_map(signed).collect();
    let of_dialect = route.luminate().map(|_| luminate::cut_from(route, target));
    let is_credential = |param: &Param<'_>| {
        signed.iter().any(|profile| redirect::is_own(profile, param))
            || route.accept.iter().any(|accepted| is_of_route(accepted, param.name))
            || of_dialect.is_some_and(|is_kept_back| is_kept_back(param.name))
            || is_ours(policy, param)
    };
    let kept = query::cut(query, is_credential);
    let kept = match query::escaped(&kept) {
        Cow::Owned(escaped) => escaped,
        Cow::Borrowed(_) => kept,
    };
    // A query that held nothing but the credential is gone with it.
    (!kept.is_empty()).then_some(kept)
}

fn clean_cookies(
    policy: &Policy,
    incoming: &Incoming<'_>,
    remove: &mut Vec<String>,
    set: &mut Vec<(&'static str, String)>,
) {
    let Some(header) = incoming.headers.get("cookie") else { return };
    let servlet = policy.luminate.as_ref().map(|luminate| &luminate.session);
    let is_companion = |name: &str| servlet.is_some_and(|servlet| session::is_companion(servlet, name));
    let is_named = |name: &str| {
        is_own_cookie(policy, name) || servlet.is_some_and(|servlet| servlet.cookie == name) || is_companion(name)
    };
    if !cookie::names(header).any(is_named) && !traces::holds(header) {
        return;
    }
    // A servlet session's name is used by many; only what has the form of the gateway's own is.
    let is_session = |name: &str, value: &str| {
        let is_servlets =
            |servlet: &Session| name == servlet.cookie && session::is_own(servlet, value.trim_matches('"'));
        is_own_cookie(policy, name)
            || servlet.is_some_and(is_servlets)
            || is_companion(name)
            || traces::holds(value)
            || traces::holds(name)
    };
    // Two Cookie headers arrive joined by a comma, and bytes that are no text arrive changed: what could hide a
    // session, or would not reach the origin as it was sent, is not forwarded.
    let hides = cookie::hides(header, is_named) || !header.is_ascii();
    match cookie::cut(header, is_session) {
        Some(kept) if !hides && !traces::holds(&kept) => {
            if kept != header {
                set.push(("cookie", kept));
            }
        }
        _ => remove.push("cookie".to_owned()),
    }
}

/// Whether a field carries a credential of this gateway, or what goes with one, in any alias.
fn is_proof(policy: &Policy, name: &str) -> bool {
    let xsrf = Some(xsrf::HEADER).filter(|_| policy.takes_xsrf_header);
    policy.carried.headers.iter().copied().chain(xsrf).any(|own| name.len() == own.len() && fold(name) == own)
}

/// Whether a cookie is one of the gateway's own, except a servlet session's, which is recognised by its value.
fn is_own_cookie(policy: &Policy, name: &str) -> bool {
    let prefixed = name.split_at_checked(7).filter(|(prefix, _)| cookie::reads_as(prefix, "__Host-"));
    let bare = prefixed.map_or(name, |(_, bare)| bare);
    let is = |own: &str| cookie::reads_as(bare, own);
    policy.carried.cookies.iter().any(|own| is(own))
        || policy.session.as_ref().is_some_and(|session| session::is_companion(session, bare))
        || (is(journey::NAME) && (!policy.brokers.is_empty() || !policy.providers.is_empty()))
        || (is(journey::SIGNED_IN) && !policy.providers.is_empty())
        || (is(xsrf::COOKIE) && policy.gives_xsrf_tokens)
}

/// Whether a parameter carries what this gateway issued or checks, on whichever route it turns up.
fn is_ours(policy: &Policy, param: &Param<'_>) -> bool {
    // Some origins split at `;` too.
    let is_hidden = || param.raw.contains(';') && query::names(param.raw).any(|name| is_our_name(policy, name));
    is_our_name(policy, param.name) || is_hidden() || traces::holds(param.value) || traces::holds(param.name)
}

fn is_our_name(policy: &Policy, name: &str) -> bool {
    let carried = &policy.carried;
    carried.prefixes.iter().any(|prefix| query::folds_onto_prefix(name, prefix.as_bytes()))
        || carried.parameters.iter().any(|own| query::folds_onto(name, own))
        || (policy.gives_xsrf_tokens && query::folds_onto(name, xsrf::FIELD))
}

/// Whether a parameter carries a credential on the routes that accept its kind.
fn is_of_route(accepted: &CredentialKind, name: &str) -> bool {
    accepted.facts().carriers.iter().any(|carrier| matches!(carrier, Carrier::OfRoute(own) if *own == name))
}

/// Whether a Referer would hand a credential in an earlier address to the origin.
fn leaks(policy: &Policy, referer: &str) -> bool {
    let (address, query) = referer.split_once('?').unwrap_or((referer, ""));
    let has_session = policy.luminate.is_some() && address.contains(';');
    has_session
        || traces::holds(address)
        || query::params(query).any(|param| {
            is_ours(policy, &param)
                || param.name == ACCESS_TOKEN
                || policy.signed_redirects.iter().any(|profile| param.name == profile.signature)
        })
}

fn has_url_credential(route: &Route) -> bool {
    route.accept.iter().any(|accept| accept.facts().is_in_address) || route.bearer.query
}
