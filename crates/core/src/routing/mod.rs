//! Which route a request takes: first match wins, no match is a refusal.

pub(crate) mod method_override;
pub(crate) mod method_scan;
mod several;

use std::borrow::Cow;
use std::sync::Arc;

use crate::http::Target;
use crate::policy::{Neighbour, Policy, Route};
use crate::refusal::Reason;
use crate::refused::Refusal;

/// The first route for host and path. Where that route lacks the method, a later one of the same host and
/// path pattern may take it; a wider one may not, or `POST /admin/x` would fall through to `/*`.
///
/// # Errors
/// `NoRoute`, `PathAmbiguous`, `PathCaseAmbiguous`, `PathNearGuarded`.
pub fn find<'p>(policy: &'p Policy, method: &str, target: &Target<'_>) -> Result<&'p Arc<Route>, Reason> {
    match target.several.is_any() {
        true => several::find(policy, method, target),
        false => find_as_written(policy, method, target),
    }
}

fn find_as_written<'p>(policy: &'p Policy, method: &str, target: &Target<'_>) -> Result<&'p Arc<Route>, Reason> {
    let bare = without_parameters(target.path);
    let Some(first) = first(policy, target, &bare) else { return Err(unmatched(policy, target, &bare)) };
    let takes_method = |route: &&Arc<Route>| route.methods.iter().any(|m| m == method);
    let route = policy.siblings(first).find(takes_method).unwrap_or(first);
    check_neighbours(policy, route, method, target, &bare)?;
    Ok(route)
}

/// The first route whose host and path fit. Most take a path as it is written, some without its parameters.
fn first<'p>(policy: &'p Policy, target: &Target<'_>, bare: &str) -> Option<&'p Arc<Route>> {
    let takes = |route: &Arc<Route>| route.path.matches(if route.path_parameters { bare } else { target.path });
    let fits = |place: usize| policy.routes.get(place).is_some_and(takes);
    let written = policy.index.first(&target.host, target.path, fits);
    let stripped = if bare == target.path { None } else { policy.index.first(&target.host, bare, fits) };
    policy.routes.get(written.into_iter().chain(stripped).min()?)
}

/// An origin that reads paths less exactly than the gate would serve a guarded path under a name that no guarded route
/// matches. So the route that takes a path as it is written has to ask for whatever one asks for that some origin could
/// mean by it.
fn check_neighbours(
    policy: &Policy,
    route: &Route,
    method: &str,
    target: &Target<'_>,
    bare: &str,
) -> Result<(), Reason> {
    for Neighbour { route: other, is_looser } in Neighbour::of(policy, route, &target.host, target.path) {
        let reason = near(other, bare);
        let differs_in_case = reason == Reason::PathCaseAmbiguous && other.is_guarded();
        if is_looser || differs_in_case || !policy.takes(other, method) {
            return Err(reason);
        }
    }
    Ok(())
}

/// Why no route takes a path: there is none, or one is guarded that differs in spelling alone.
fn unmatched(policy: &Policy, target: &Target<'_>, bare: &str) -> Reason {
    let guarded = policy.index.first_in_any_case(&target.host, bare, |place| {
        policy.routes.get(place).is_some_and(|route| route.is_guarded() && route.path.matches_ignoring_case(bare))
    });
    guarded.map_or(Reason::NoRoute, |_| Reason::PathCaseAmbiguous)
}

fn near(guarded: &Route, bare: &str) -> Reason {
    match guarded.path.matches_ignoring_case(bare) {
        true => Reason::PathCaseAmbiguous,
        false => Reason::PathNearGuarded,
    }
}

/// Whether the route takes a path as it is written, and can hand it on.
///
/// # Errors
/// `PathParameter`
pub fn check_path(route: &Route, path: &str) -> Result<(), Reason> {
    if !path.contains(';') {
        return Ok(());
    }
    let is_allowed = route.path_parameters && forwarded_path(route, path).is_some();
    is_allowed.then_some(()).ok_or(Reason::PathParameter)
}

/// The path that the origin gets. None if a parameter stands where the route's `forward.path` replaces its part.
pub fn forwarded_path(route: &Route, path: &str) -> Option<String> {
    // A servlet's container writes its session there, which means nothing to the origin.
    let path = if route.luminate().is_some() { without_parameters(path) } else { Cow::Borrowed(path) };
    match &route.forward.path {
        Some(to) => route.path.rewrite(&path, to),
        None => Some(path.into_owned()),
    }
}

/// Whether the route takes the method.
///
/// # Errors
/// `MethodNotAllowed`, with the methods of the route and its siblings.
pub(crate) fn check_method(policy: &Policy, route: &Route, method: &str) -> Result<(), Refusal> {
    if route.methods.iter().any(|m| m == method) {
        return Ok(());
    }
    Err(Refusal::method(policy.siblings(route).flat_map(|route| route.methods.iter().cloned()).collect()))
}

/// Whether any client may use the method at all: the common ones, and what a route lists.
pub fn is_known_method(policy: &Policy, method: &str) -> bool {
    COMMON.contains(&method) || policy.index.lists_method(method)
}

/// The path as an origin sees it that cuts `;...` from each segment.
fn without_parameters(path: &str) -> Cow<'_, str> {
    if !path.contains(';') {
        return Cow::Borrowed(path);
    }
    let names: Vec<&str> = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default()).collect();
    Cow::Owned(names.join("/"))
}

/// RFC 9110 section 9 and RFC 5789, without CONNECT and TRACE.
const COMMON: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
