//! Which of the dialect's places a path names, and the routing id in it.

use crate::http::Target;
use crate::luminate::catalog;
use crate::policy::{self, Luminate, Route};
use crate::refusal::Reason;

/// A place below the route.
#[derive(Debug, PartialEq, Eq)]
pub enum Place<'p> {
    /// A servlet of the API, by its name.
    Servlet(&'p str),
    /// What looks like a servlet of the API and is none.
    UnknownServlet,
    /// Connects a browser to a session.
    EstablishSession,
    /// Keeps a session alive.
    PixelServer,
    /// A page of the origin.
    Page,
}

/// The path below the route's own, without its first slash. None if a parameter stands in the route's own part: an
/// origin that cuts it reads a place there that would be none here.
pub fn below<'a>(route: &Route, target: &Target<'a>) -> Option<&'a str> {
    let rest = target.path.strip_prefix(route.path.base().trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// The place that a path names.
///
/// # Errors
/// `PathParameter` for any `;` but that of a routing id; `PathCaseAmbiguous` for a place in another case, which some
/// origins would take for the real one.
pub fn place<'p>(luminate: &'p Luminate, rest: &str) -> Result<Place<'p>, Reason> {
    for segment in rest.split('/') {
        if let Some((_, parameter)) = segment.split_once(';') {
            judge_routing(parameter)?;
        }
    }
    let (first, more) = rest.split_once('/').unwrap_or((rest, ""));
    let name = first.split(';').next().unwrap_or_default();
    if looks_like_servlet(name) {
        let is_whole = more.split(';').next().unwrap_or_default().is_empty() && !more.contains('/');
        let known = catalog::servlet(luminate, name).filter(|_| is_whole);
        return Ok(known.map_or(Place::UnknownServlet, Place::Servlet));
    }
    for (known, place) in [("EstablishSession", Place::EstablishSession), ("PixelServer", Place::PixelServer)] {
        if name.eq_ignore_ascii_case(known) {
            return if name == known && more.is_empty() { Ok(place) } else { Err(Reason::PathCaseAmbiguous) };
        }
    }
    // Nor by another of the names that some origins have for it.
    let read = policy::loosest(rest);
    let first = read.split('/').find(|part| !part.is_empty()).unwrap_or_default();
    let is_place = looks_like_servlet(first) || matches!(first, "establishsession" | "pixelserver");
    if is_place { Err(Reason::PathCaseAmbiguous) } else { Ok(Place::Page) }
}

/// Whether a path below the route is one of the API's.
pub fn is_servlet(rest: &str) -> bool {
    looks_like_servlet(rest.split(['/', ';']).next().unwrap_or_default())
}

/// A path without its routing ids: some origins take them for a session.
pub fn without_routing(path: &str) -> String {
    let names: Vec<&str> = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default()).collect();
    names.join("/")
}

fn looks_like_servlet(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    (name.starts_with("cr") || name.starts_with("sr")) && name.ends_with("api")
}

/// `jsessionid=<routing id>`: read, tolerated, and trusted for nothing.
fn judge_routing(parameter: &str) -> Result<(), Reason> {
    let value = parameter.strip_prefix("jsessionid=").ok_or(Reason::PathParameter)?;
    let is_plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    (is_plain && value.len() <= 256).then_some(()).ok_or(Reason::PathParameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routing_ids_are_cut() {
        assert_eq!(without_routing("/site/TR/;jsessionid=a.b"), "/site/TR/");
        assert_eq!(without_routing("/site/CRConsAPI;jsessionid=a/"), "/site/CRConsAPI/");
    }
}
