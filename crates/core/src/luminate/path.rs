//! Which of the dialect's places a path names, and the routing id in it.

use crate::credential::own::luminate::looks_like_servlet;
use crate::luminate::catalog;
use crate::policy::{self, Luminate};
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

/// The place that a path names.
///
/// # Errors
/// `PathParameter` for any `;` but that of a routing id; `PathCaseAmbiguous` for a place in another case, which some
/// origins would take for the real one.
pub fn place<'p>(luminate: &'p Luminate, rest: &str) -> Result<Place<'p>, Reason> {
    for segment in rest.split('/') {
        if let Some((_, parameter)) = segment.split_once(';') {
            check_routing(parameter)?;
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

/// `jsessionid=<routing id>`: read, tolerated, and trusted for nothing.
fn check_routing(parameter: &str) -> Result<(), Reason> {
    let value = parameter.strip_prefix("jsessionid=").ok_or(Reason::PathParameter)?;
    let is_plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    (is_plain && value.len() <= 256).then_some(()).ok_or(Reason::PathParameter)
}
