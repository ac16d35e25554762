//! Which routes may take a path, found by host and by the beginnings of the path instead of one route after another.

use std::sync::Arc;

use super::neighbour::Reading;
use super::reading::{End, is_loosest, visit_ends};
use super::{HostPattern, host};

/// Routes by host and path, made when the policy is read. A place is that of a route in the policy's list.
#[derive(Debug, Clone, Default)]
pub struct RouteIndex {
    /// By the path as it is written.
    pub(crate) written: Vec<Entry>,
    /// By the path in lower case.
    pub(crate) folded: Vec<Entry>,
    /// By the path as the most forgiving origin reads it.
    pub(crate) read: Vec<Entry>,
    /// Hosts of more than one name: wildcards, and any host.
    pub(crate) wide: Vec<(String, Option<HostPattern>)>,
    /// By place: such a reading, and the places of the routes of the same host and path, itself included, in order.
    pub(crate) routes: Vec<(Reading, Arc<Vec<usize>>)>,
    /// Bytes of the longest reading.
    pub(crate) longest: usize,
    /// Methods that routes list.
    pub(crate) methods: Vec<String>,
}

/// Sorted by host, then by base, then by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// As the policy writes it; empty for any.
    pub(crate) host: String,
    /// A path, or what stands before `/*`.
    pub(crate) base: String,
    pub(crate) place: usize,
}

impl RouteIndex {
    /// The place of the first route for host and path that fulfils `is_taken`.
    pub fn first(&self, host: &str, path: &str, is_taken: impl Fn(usize) -> bool) -> Option<usize> {
        self.first_in(&self.written, host, path, &is_taken)
    }

    /// The same where ASCII case does not matter.
    pub fn first_in_any_case(&self, host: &str, path: &str, is_taken: impl Fn(usize) -> bool) -> Option<usize> {
        self.first_in(&self.folded, host, &path.to_ascii_lowercase(), &is_taken)
    }

    /// Finds the routes for the host as one of whose paths some origin would read the path: their places, in no order, and
    /// some of them more than once.
    pub(super) fn read_as(&self, host: &str, path: &str, mut found: impl FnMut(usize)) {
        let hosts = self.hosts(host);
        let mut look = |end: &End<'_>| {
            let above = beginnings(end.itself).skip(1).take_while(|base| base.len() <= self.longest);
            for base in above.chain(["/", end.kept]) {
                let places = hosts.iter().flat_map(|host| of(&self.read, host, base));
                places.filter(|place| self.reading(*place).is_some_and(|it| it.takes_end(end))).for_each(&mut found);
            }
        };
        match is_loosest(path) {
            // Nothing in it is passed over or a program: every reading of it is the path.
            true => look(&End { itself: path, kept: path }),
            false => visit_ends(path, self.longest, |end| look(end)),
        }
    }

    /// The routes of the same host and path as that one, itself included, in order.
    pub fn siblings(&self, place: usize) -> &[usize] {
        self.routes.get(place).map_or(&[], |(_, siblings)| siblings)
    }

    /// The path of that route as the most forgiving origin reads it.
    pub(super) fn reading(&self, place: usize) -> Option<&Reading> {
        self.routes.get(place).map(|(reading, _)| reading)
    }

    /// Whether some route lists the method.
    pub fn lists_method(&self, method: &str) -> bool {
        self.methods.binary_search_by(|known| known.as_str().cmp(method)).is_ok()
    }

    /// Hosts of entries that serve a request's host.
    fn hosts<'h>(&'h self, host: &'h str) -> Vec<&'h str> {
        let wide = self.wide.iter().filter(|(_, wide)| wide.as_ref().is_none_or(|wide| wide.matches(host)));
        let mut hosts: Vec<&str> = wide.map(|(text, _)| text.as_str()).collect();
        // A pattern without a port is for every port.
        hosts.extend([Some(host), host::without_port(host)].into_iter().flatten().filter(|host| self.names(host)));
        hosts
    }

    /// Whether some route is for that host alone.
    fn names(&self, host: &str) -> bool {
        let start = self.written.partition_point(|entry| entry.host.as_str() < host);
        self.written.get(start).is_some_and(|entry| entry.host == host)
    }

    fn first_in(&self, all: &[Entry], host: &str, path: &str, is_taken: &dyn Fn(usize) -> bool) -> Option<usize> {
        let mut first = None;
        for host in self.hosts(host) {
            for base in beginnings(path) {
                let earlier = of(all, host, base).take_while(|place| first.is_none_or(|first| *place < first));
                first = earlier.into_iter().find(|place| is_taken(*place)).or(first);
            }
        }
        first
    }
}

/// Places of a host's entries of a base, in order.
fn of<'e>(entries: &'e [Entry], host: &'e str, base: &'e str) -> impl Iterator<Item = usize> + 'e {
    let start = entries.partition_point(|entry| (entry.host.as_str(), entry.base.as_str()) < (host, base));
    let from = entries.get(start..).unwrap_or_default();
    from.iter().take_while(move |entry| entry.base == base && entry.host == host).map(|entry| entry.place)
}

/// What could be the base of a pattern that covers the path: all that ends before one of its slashes, and the path itself.
fn beginnings(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at)).chain([path])
}

coded!(struct RouteIndex { written, folded, read, wide, routes, longest, methods });
coded!(struct Entry { host, base, place });

#[cfg(all(test, feature = "reader", not(target_arch = "wasm32")))]
mod tests {
    use super::super::Policy;
    use super::super::reading::{Last, is_index, is_script, is_session, loosest, read, segment};
    use super::*;
    use proptest::prelude::*;

    /// Whether a route's reading takes a path, head by head: each one is read from the path's start, for each reading anew.
    fn covers(reading: &Reading, path: &str) -> bool {
        let mut heads =
            path.match_indices('/').filter(|(at, _)| *at > 0).filter_map(|(at, _)| path.split_at_checked(at)).filter(
                |(head, rest)| {
                    let file = head.rsplit('/').next().unwrap();
                    let is_there = |part: &&str| !segment(part).is_empty() && !is_session(&segment(part));
                    let next = rest.split('/').skip(1).find(is_there).unwrap_or_default();
                    is_program(file) || (file.contains('.') && next.contains('.') && is_script(&segment(next)))
                },
            );
        match reading.has_head {
            true => {
                read(path, Last::Kept) == reading.base || heads.any(|(head, _)| read(head, Last::Kept) == reading.base)
            }
            false => takes(reading, &loosest(path)) || heads.any(|(head, _)| takes(reading, &loosest(head))),
        }
    }

    fn takes(reading: &Reading, path: &str) -> bool {
        reading.takes_end(&End { itself: path, kept: path })
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

    const HOSTS: [&str; 6] =
        ["a.example", "b.a.example", "a.example:8443", "*.example", "*.a.example:8443", "*.a.example"];
    const ASKED: [&str; 5] = ["a.example", "a.example:8443", "b.a.example", "b.a.example:8443", "c.b.a.example"];

    /// Routes as a policy writes them: host, path, whether it is a prefix, and a method. All are open, since a guarded one that is
    /// never reached is a mistake.
    fn policies() -> impl Strategy<Value = Policy> {
        let host = prop::option::weighted(0.6, prop::sample::select(&HOSTS[..]));
        let method = prop::sample::select(&["GET", "PUT"][..]);
        let route = (host, paths(&PARTS[..10]), any::<bool>(), method);
        prop::collection::vec(route, 1..8).prop_map(|routes| {
            let mut text = START.to_owned();
            for (at, (host, path, is_prefix, method)) in routes.into_iter().enumerate() {
                let path = if is_prefix { format!("{}/*", path.trim_end_matches('/')) } else { path };
                let host = host.map(|host| format!("host = \"{host}\"\n")).unwrap_or_default();
                text += &format!("[[routes]]\nname = \"r{at}\"\n{host}path = \"{path}\"\nmethods = [\"{method}\"]\naccept = [\"none\"]\nforward = {{ origin = \"site\" }}\n");
            }
            Policy::read(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
        })
    }

    const START: &str = "version = 1\n[gateway]\nissuer = \"https://a.example\"\n[origins.site]\nservice = \"SITE\"\n";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6_000))]

        #[test]
        fn it_finds_what_looking_at_every_route_finds(
            policy in policies(),
            path in paths(&PARTS),
            at in any::<prop::sample::Index>(),
            is_own in any::<bool>(),
            host in prop::sample::select(&ASKED[..]),
        ) {
            let (index, routes) = (&policy.index, &policy.routes);
            // Half of the paths are those of a route, or lie below one.
            let own = routes[at.index(routes.len())].path.base().to_owned();
            let path = if is_own { if own.is_empty() { "/".to_owned() } else { own } } else { path };
            let serves = |place: &usize| routes[*place].host.as_ref().is_none_or(|pattern| pattern.matches(host));
            let places = || (0..routes.len()).filter(serves);
            let matches = |place: usize| routes[place].path.matches(&path);
            prop_assert_eq!(index.first(host, &path, matches), places().find(|place| matches(*place)));
            let matches = |place: usize| routes[place].path.matches_ignoring_case(&path);
            prop_assert_eq!(index.first_in_any_case(host, &path, matches), places().find(|place| matches(*place)));
            for (place, route) in routes.iter().enumerate() {
                let is_sibling = |other: &usize| routes[*other].host == route.host && routes[*other].path == route.path;
                prop_assert_eq!(index.siblings(place), (0..routes.len()).filter(is_sibling).collect::<Vec<_>>());
            }
            let mut found = Vec::new();
            index.read_as(host, &path, |place| found.push(place));
            found.sort_unstable();
            found.dedup();
            let read_as = |place: &usize| covers(&Reading::of(&routes[*place].path), &path);
            prop_assert_eq!(found, places().filter(read_as).collect::<Vec<_>>(), "{} of {:?}", path, routes);
        }
    }
}
