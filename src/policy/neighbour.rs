//! Routes whose paths some origin would read into another's: found once, when the policy is read.

use super::reading::{Last, heads, loosest, read};
use super::strictness;
use super::{PathPattern, Route};

/// A route that asks for something which another, that may get its paths in another spelling, does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its place among the routes.
    pub index: usize,
    /// The other lets more through by any method, and not only methods that this one lacks.
    pub is_looser: bool,
    reading: Reading,
}

impl Neighbour {
    /// Whether some origin would read a path as one of the neighbour's. `loosest`: the path's loosest reading.
    pub fn is_meant_by(&self, path: &str, loosest: &str) -> bool {
        self.reading.covers(path, loosest)
    }
}

/// A pattern as the most forgiving origin reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reading {
    base: String,
    prefix: bool,
    /// Its last part is one that is passed over elsewhere, such as `index.php` of `/index.php/*`.
    has_head: bool,
}

impl Reading {
    fn of(pattern: &PathPattern) -> Self {
        let base = pattern.base();
        let prefix = pattern.is_prefix();
        let whole = loosest(base).into_owned();
        let has_head = prefix && !base.is_empty() && whole != read(base, Last::Kept);
        let has_head = has_head || (prefix && whole != read(base, Last::Within));
        Self { base: if has_head { read(base, Last::Kept) } else { whole }, prefix, has_head }
    }

    fn covers(&self, path: &str, loosest_path: &str) -> bool {
        match self.has_head {
            true => read(path, Last::Kept) == self.base || heads(path).any(|head| read(head, Last::Kept) == self.base),
            false => self.takes(loosest_path) || heads(path).any(|head| self.takes(&loosest(head))),
        }
    }

    fn takes(&self, reading: &str) -> bool {
        match self.prefix {
            true => is_within(reading, &self.base),
            false => reading == self.base,
        }
    }
}

/// Notes for each route which others it could be mistaken into.
pub(super) fn note(routes: &mut [Route]) {
    let found: Vec<Vec<Neighbour>> = (0..routes.len()).map(|at| of(routes, at)).collect();
    for (route, neighbours) in routes.iter_mut().zip(found) {
        route.neighbours = neighbours;
    }
}

fn of(routes: &[Route], at: usize) -> Vec<Neighbour> {
    let Some(route) = routes.get(at) else { return Vec::new() };
    let own = Reading::of(&route.path);
    let own_first = first_of(routes, route);
    let neighbour = |(index, other): (usize, &Route)| {
        let is_sibling = other.host == route.host && other.path == route.path;
        if is_sibling {
            return None;
        }
        let reading = Reading::of(&other.path);
        // What comes later and surrounds this route is what it was taken out of; what it covers is never reached.
        let is_behind = first_of(routes, other) > own_first;
        let surrounds = reading.prefix && is_within(&own.base, &reading.base) || reading == own;
        if (is_behind && (surrounds || route.path.covers(&other.path))) || !may_meet(route, &reading, other) {
            return None;
        }
        let is_looser = !strictness::looser_in(route, other).is_empty();
        let lacks = |method: &String| !takes(routes, other, method);
        // What differs in case alone is refused before a guarded route in any event.
        let may_matter = !is_behind || route.methods.iter().any(lacks);
        // Of one that is open only the methods count, whichever of the two stands first.
        let methods_matter = match other.is_guarded() {
            true => may_matter,
            false => route.methods.iter().any(lacks),
        };
        (is_looser || methods_matter).then_some(Neighbour { index, is_looser, reading })
    };
    routes.iter().enumerate().filter_map(neighbour).collect()
}

/// Where the first of a route's siblings stands: it decides for all of them which requests they get.
fn first_of(routes: &[Route], route: &Route) -> Option<usize> {
    routes.iter().position(|one| one.host == route.host && one.path == route.path)
}

/// Whether a route or a sibling of it takes a method.
fn takes(routes: &[Route], route: &Route, method: &str) -> bool {
    let mut group = routes.iter().filter(|one| one.host == route.host && one.path == route.path);
    group.any(|one| one.methods.iter().any(|known| known == method))
}

/// Whether a path that the route takes can have a reading of the other's.
fn may_meet(route: &Route, reading: &Reading, other: &Route) -> bool {
    let base = route.path.base();
    if !route.path.is_prefix() {
        return reading.covers(base, &loosest(base));
    }
    let (one, two) = (read(base, Last::Within), read(other.path.base(), Last::Within));
    is_within(&one, &two) || is_within(&two, &one)
}

/// Whether a reading is `base` or lies below it; everything lies below `/`.
fn is_within(reading: &str, base: &str) -> bool {
    base == "/" || reading.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
