//! Which route a request takes: first match wins, no match is a refusal.

use std::borrow::Cow;
use std::sync::Arc;

use super::Trace;
use crate::endpoint::luminate;
use crate::http::Target;
use crate::policy::{Policy, Route};
use crate::refusal::Reason;

/// The first route for host and path. Where that route lacks the method, a later one of the same host and
/// path pattern may take it; a wider one may not, or `POST /admin/x` would fall through to `/*`.
///
/// # Errors
/// `NoRoute`, `PathCaseAmbiguous`.
pub fn find<'p>(policy: &'p Policy, method: &str, target: &Target<'_>) -> Result<&'p Arc<Route>, Reason> {
    let serves_host = |route: &&Arc<Route>| route.host.as_ref().is_none_or(|host| host.matches(&target.host));
    let mut candidates = policy.routes.iter().filter(serves_host);
    let bare = without_parameters(target.path);
    let first = loop {
        let route = candidates.next().ok_or(Reason::NoRoute)?;
        if route.path.matches(if route.path_parameters { &bare } else { target.path }) {
            break route;
        }
        // An origin that ignores case, or cuts path parameters, would serve a guarded path under a name that no
        // guarded route matches.
        if route.is_guarded() && route.path.matches_ignoring_case(&bare) {
            return Err(Reason::PathCaseAmbiguous);
        }
    };
    let takes_method = |route: &&Arc<Route>| route.methods.iter().any(|m| m == method);
    Ok(siblings(policy, first).find(takes_method).unwrap_or(first))
}

/// Whether the route takes a path as it is written, and can hand it on.
///
/// # Errors
/// `PathParameter`
pub fn judge_path(route: &Route, target: &Target<'_>) -> Result<(), Reason> {
    if !target.path.contains(';') {
        return Ok(());
    }
    let is_allowed = route.path_parameters && forwarded_path(route, target).is_some();
    is_allowed.then_some(()).ok_or(Reason::PathParameter)
}

/// The path that the origin gets. None if a parameter stands where the route's `forward.path` replaces its part.
pub fn forwarded_path(route: &Route, target: &Target<'_>) -> Option<String> {
    let path = match route.luminate() {
        Some(_) => Cow::Owned(luminate::without_routing(target.path)),
        None => Cow::Borrowed(target.path),
    };
    match &route.forward.path {
        Some(to) => route.path.rewrite(&path, to),
        None => Some(path.into_owned()),
    }
}

/// Whether the route takes the method.
///
/// # Errors
/// `MethodNotAllowed`, with the methods of the route and its siblings noted for Allow.
pub fn judge_method(policy: &Policy, route: &Route, method: &str, trace: &mut Trace) -> Result<(), Reason> {
    if route.methods.iter().any(|m| m == method) {
        return Ok(());
    }
    trace.allow = siblings(policy, route).flat_map(|route| route.methods.iter().cloned()).collect();
    Err(Reason::MethodNotAllowed)
}

/// Whether any client may use the method at all: the common ones, and what a route lists.
pub fn is_known_method(policy: &Policy, method: &str) -> bool {
    COMMON.contains(&method) || policy.routes.iter().any(|route| route.methods.iter().any(|m| m == method))
}

/// The path as an origin sees it that cuts `;...` from each segment.
fn without_parameters(path: &str) -> Cow<'_, str> {
    if !path.contains(';') {
        return Cow::Borrowed(path);
    }
    let names: Vec<&str> = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default()).collect();
    Cow::Owned(names.join("/"))
}

fn siblings<'p>(policy: &'p Policy, first: &Route) -> impl Iterator<Item = &'p Arc<Route>> {
    let (host, path) = (first.host.clone(), first.path.clone());
    policy.routes.iter().filter(move |route| route.host == host && route.path == path)
}

/// RFC 9110 section 9 and RFC 5789, without CONNECT and TRACE.
const COMMON: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
