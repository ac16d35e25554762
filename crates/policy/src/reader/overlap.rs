//! Routes that stand in each other's way.
//!
//! The gate takes the first route whose host and path fit. Only a route of exactly the same host and path, a
//! sibling, may take the methods that this one lacks; a wider one never does.

use std::collections::HashMap;
use std::sync::Arc;

use super::problem::Report;
use super::suggest;
use super::warning::Warning;
use crate::strictness;
use crate::{HostPattern, Route, Xsrf};

/// Reports every guarded route that no request ever takes: its owner counts on a guard that is not there.
pub(super) fn check(report: &Report, routes: &[Arc<Route>]) {
    let mut earlier = Earlier::default();
    for route in routes {
        if route.is_guarded()
            && !report.is_full()
            && let Some(reason) = unreached(route, &earlier.around(route))
        {
            let table = format!("routes.{}", route.name);
            let line = report.place(&table).unwrap_or(1);
            report.add(line, format!("{table}: {reason}"));
        }
        earlier.add(route);
    }
}

/// Routes by host and path, so that each is compared with those alone that may cover it. A policy may have thousands, and
/// every command reads it.
#[derive(Default)]
struct Earlier<'r> {
    /// By the host as it is written, empty for any, and by the path without its `/*`.
    routes: HashMap<(String, &'r str), Vec<&'r Arc<Route>>>,
    /// Hosts for more than one name.
    wide: Vec<&'r HostPattern>,
}

impl<'r> Earlier<'r> {
    fn add(&mut self, route: &'r Arc<Route>) {
        self.routes.entry((host_of(route), route.path.base())).or_default().push(route);
        self.wide.extend(route.host.as_ref().filter(|host| host.is_wildcard() && !self.wide.contains(host)));
    }

    /// Every route that may cover a later one, siblings included, in the policy's order.
    fn around(&self, route: &Route) -> Vec<Arc<Route>> {
        let own = host_of(route);
        let mut hosts = vec![String::new()];
        if let Some(host) = &route.host {
            hosts.extend(self.wide.iter().filter(|wide| wide.covers(host)).map(ToString::to_string));
            // A pattern without a port is for every port.
            hosts.extend(own.rsplit_once(':').map(|(name, _)| name.to_owned()));
            hosts.push(own);
        }
        hosts.sort_unstable();
        hosts.dedup();
        let base = route.path.base();
        let above = base.match_indices('/').filter_map(|(at, _)| base.get(..at));
        let bases: Vec<&str> = above.chain([base]).collect();
        let mut found: Vec<Arc<Route>> = Vec::new();
        for host in hosts {
            for base in &bases {
                found.extend(self.routes.get(&(host.clone(), *base)).into_iter().flatten().map(|one| Arc::clone(one)));
            }
        }
        found.sort_by_key(|one| one.place);
        found
    }
}

fn host_of(route: &Route) -> String {
    route.host.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// What is to be said of a route, given those before it.
pub(super) fn remarks(route: &Route, earlier: &[Arc<Route>]) -> Vec<(Warning, String)> {
    if let Some(reason) = unreached(route, earlier) {
        return vec![(Warning::RouteUnreached, reason)];
    }
    let mut remarks = Vec::new();
    let mut surrounded: Vec<&str> = Vec::new();
    let mut others: Vec<(&str, Vec<&str>)> = Vec::new();
    for before in earlier {
        let name = &before.name;
        match (route.is_guarded(), before.is_guarded()) {
            (true, false) if siblings(route, before) && shares_a_method(route, before) => {
                let remark =
                    format!("is partly open: route `{name}` before it takes some of its methods without a credential");
                remarks.push((Warning::RoutePartlyOpen, remark));
            }
            (false, true) if siblings(route, before) => {
                let remark =
                    format!("is open to everybody, where route `{name}` asks for a credential for other methods");
                remarks.push((Warning::RouteOpenBesideGuarded, remark));
            }
            (false, true) if covers(route, before) => surrounded.push(name),
            _ if !siblings(route, before) && covers(route, before) => {
                let keys = strictness::looser_in(route, before);
                if !keys.is_empty() {
                    others.push((name, keys));
                }
            }
            _ => {}
        }
    }
    if !surrounded.is_empty() {
        let names = suggest::listed(surrounded.into_iter());
        let remark = format!(
            "is open to everybody and its `{}` surrounds what guarded routes cover ({names}): {OTHER_NAMES}",
            route.path
        );
        remarks.push((Warning::RouteOpenAroundGuarded, remark));
    }
    for (name, keys) in others {
        let remark = format!(
            "its `{}` surrounds route `{name}`, and is looser in {}: {OTHER_NAMES}",
            route.path,
            told(&keys, route)
        );
        remarks.push((Warning::RouteLooserAround, remark));
    }
    remarks
}

/// What the gate cannot know of an origin. Slashes, dots, case, escapes and front controllers such as `index.php` it refuses
/// by itself.
const OTHER_NAMES: &str = "what the origin also serves by another name is taken here (a front controller without a suffix such as `/app/a`; `/a` for `/a.html` by MultiViews; a suffix such as `/a.json`; a rewritten address; a short name such as `LONGNA~1`)";

/// Why no request ever takes the route.
fn unreached(route: &Route, earlier: &[Arc<Route>]) -> Option<String> {
    // A sibling in front of what covers this route keeps it reachable.
    let first = earlier.iter().position(|before| siblings(route, before)).unwrap_or(earlier.len());
    if let Some(hiding) = earlier.iter().take(first).find(|before| covers(before, route)) {
        let name = &hiding.name;
        return Some(format!(
            "is never reached: route `{name}` before it covers its host and path; the narrower belongs first"
        ));
    }
    let taken =
        |method: &String| earlier.iter().any(|before| siblings(route, before) && before.methods.contains(method));
    let mut before = earlier.iter().filter(|before| siblings(route, before)).map(|before| before.name.as_str());
    match route.methods.iter().all(taken) {
        true => {
            Some(format!("is never reached: {} before it has its host, path and methods", suggest::listed(&mut before)))
        }
        false => None,
    }
}

fn siblings(one: &Route, other: &Route) -> bool {
    one.host == other.host && one.path == other.path
}

/// Whether every host and path of `other` is also one of `route`.
fn covers(route: &Route, other: &Route) -> bool {
    let host = match (&route.host, &other.host) {
        (None, _) => true,
        (Some(host), Some(other)) => host.covers(other),
        (Some(_), None) => false,
    };
    host && route.path.covers(&other.path)
}

fn shares_a_method(one: &Route, other: &Route) -> bool {
    other.methods.iter().any(|method| one.methods.contains(method))
}

/// What is said of the keys where a route is looser.
fn told(keys: &[&str], route: &Route) -> String {
    let one = |key: &&str| match *key {
        "xsrf" => format!("`xsrf = \"{}\"`", xsrf(route.xsrf)),
        "revocation" => "`revocation = \"cached\"`".to_owned(),
        key => format!("`{key}`"),
    };
    keys.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn xsrf(word: Xsrf) -> &'static str {
    match word {
        Xsrf::Off => "off",
        Xsrf::Origin => "origin",
        Xsrf::Token => "token",
        Xsrf::Always => "always",
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::Policy;

    fn routes() -> impl Strategy<Value = Vec<(&'static str, &'static str, &'static str)>> {
        let hosts =
            ["", "a.example", "a.example:81", "b.a.example", "*.example", "*.a.example", "*.example:81", "[::1]"];
        let paths = ["/", "/*", "/a", "/a/*", "/a/b", "/a/b/*", "/ab", "/a/", "/c/*"];
        let methods = ["GET", "POST", "GET\", \"POST"];
        let one = (
            prop::sample::select(hosts.to_vec()),
            prop::sample::select(paths.to_vec()),
            prop::sample::select(methods.to_vec()),
        );
        prop::collection::vec(one, 1..12)
    }

    proptest! {
        #[test]
        fn what_hides_a_route_is_found_as_by_comparing_each_with_each(routes in routes()) {
            let mut text = String::from(
                "version = 1\ngateway = { issuer = \"https://gate.example\" }\norigins.site = { service = \"SITE\" }\n",
            );
            for (at, (host, path, methods)) in routes.iter().enumerate() {
                let host = if host.is_empty() { String::new() } else { format!("host = \"{host}\"\n") };
                write!(text, "[[routes]]\nname = \"r{at}\"\n{host}path = \"{path}\"\nmethods = [\"{methods}\"]\naccept = [\"none\"]\nforward = {{ origin = \"site\" }}\n").unwrap();
            }
            let policy = Policy::read(&text).unwrap();
            let mut earlier = Earlier::default();
            for (at, route) in policy.routes.iter().enumerate() {
                prop_assert_eq!(unreached(route, &earlier.around(route)), unreached(route, &policy.routes[..at]));
                earlier.add(route);
            }
        }
    }
}
