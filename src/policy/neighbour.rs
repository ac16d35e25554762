//! Routes whose paths some origin would read into another's: found once, when the policy is read.

use super::reading::{End, Last, is_loosest, loosest, read, visit_ends};
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
    /// Those of the neighbours, in their order, as one of whose paths some origin would read a path.
    pub fn meant<'n>(neighbours: &'n [Self], path: &str) -> impl Iterator<Item = &'n Self> {
        let readings: Vec<&Reading> = neighbours.iter().map(|neighbour| &neighbour.reading).collect();
        let meant = covering(&readings, path);
        neighbours.iter().zip(meant).filter_map(|(neighbour, is_meant)| is_meant.then_some(neighbour))
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

    fn takes_end(&self, end: &End<'_>) -> bool {
        if self.has_head { end.kept == self.base } else { self.takes(end.itself) }
    }

    fn takes(&self, reading: &str) -> bool {
        match self.prefix {
            true => is_within(reading, &self.base),
            false => reading == self.base,
        }
    }
}

/// Which of the readings a path may have, somewhere. The path is read once for all of them.
fn covering(readings: &[&Reading], path: &str) -> Vec<bool> {
    if is_loosest(path) {
        // Nothing in it is passed over or a program: every reading of it is the path.
        let whole = End { itself: path, kept: path };
        return readings.iter().map(|reading| reading.takes_end(&whole)).collect();
    }
    let mut found = vec![false; readings.len()];
    let longest = readings.iter().map(|reading| reading.base.len()).max().unwrap_or_default();
    visit_ends(path, longest, |end| {
        for (is_found, reading) in found.iter_mut().zip(readings) {
            *is_found = *is_found || reading.takes_end(end);
        }
    });
    found
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
        return covering(&[reading], base).contains(&true);
    }
    let (one, two) = (read(base, Last::Within), read(other.path.base(), Last::Within));
    is_within(&one, &two) || is_within(&two, &one)
}

/// Whether a reading is `base` or lies below it; everything lies below `/`.
fn is_within(reading: &str, base: &str) -> bool {
    base == "/" || reading.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::reading::{is_index, is_script, segment};
    use super::*;
    use proptest::prelude::*;

    /// What `covering` decides, head by head: each one is read from the path's start, for each reading anew.
    fn covers(reading: &Reading, path: &str) -> bool {
        let mut heads =
            path.match_indices('/').filter(|(at, _)| *at > 0).filter_map(|(at, _)| path.split_at_checked(at)).filter(
                |(head, rest)| {
                    let file = head.rsplit('/').next().unwrap();
                    let next = rest.split('/').nth(1).unwrap();
                    is_program(file) || (file.contains('.') && next.contains('.') && is_script(&segment(next)))
                },
            );
        match reading.has_head {
            true => {
                read(path, Last::Kept) == reading.base || heads.any(|(head, _)| read(head, Last::Kept) == reading.base)
            }
            false => reading.takes(&loosest(path)) || heads.any(|(head, _)| reading.takes(&loosest(head))),
        }
    }

    fn is_program(part: &str) -> bool {
        is_script(&segment(part)) || is_index(&segment(part))
    }

    /// The first are those that a pattern may have too.
    const PARTS: [&str; 23] = [
        "a",
        "b",
        "A",
        "a.b",
        ".pl",
        "x.php",
        "X.PHP5",
        "index",
        "index.php",
        "INDEX.html",
        "(S(x))",
        "(S(x)).php",
        ";x",
        "a;x",
        "%20",
        "a%20",
        "x%2epl",
        "a.b.",
        "x.php::$DATA",
        "%69ndex",
        "+",
        "(A(x)F(y))",
        "a.php;y.z",
    ];

    fn paths(parts: &'static [&'static str]) -> impl Strategy<Value = String> {
        let parts = prop::collection::vec(prop::sample::select(parts), 0..7);
        (parts, any::<bool>()).prop_map(|(parts, has_slash)| {
            let end = if has_slash && !parts.is_empty() { "/" } else { "" };
            format!("/{}{end}", parts.join("/"))
        })
    }

    fn readings() -> impl Strategy<Value = Reading> {
        (paths(&PARTS[..10]), any::<bool>()).prop_filter_map("no pattern", |(path, is_prefix)| {
            let base = path.trim_end_matches('/');
            let pattern = if is_prefix { format!("{base}/*") } else { path.clone() };
            PathPattern::parse(&pattern).ok().map(|pattern| Reading::of(&pattern))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn one_walk_finds_what_each_head_by_itself_does(readings in prop::collection::vec(readings(), 1..6), path in paths(&PARTS)) {
            let all: Vec<&Reading> = readings.iter().collect();
            let expected: Vec<bool> = readings.iter().map(|reading| covers(reading, &path)).collect();
            prop_assert_eq!(covering(&all, &path), expected, "{} of {:?}", path, readings);
        }
    }
}
