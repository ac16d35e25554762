//! Routes that stand in each other's way.
//!
//! The gate takes the first route whose host and path fit. Only a route of exactly the same host and path, a
//! sibling, may take the methods that this one lacks; a wider one never does.

use std::sync::Arc;

use super::suggest;
use crate::strictness;
use crate::{Route, Xsrf};

/// What is to be said of a route, given those before it.
pub(super) fn remarks(route: &Route, earlier: &[Arc<Route>]) -> Vec<String> {
    if let Some(reason) = unreached(route, earlier) {
        return vec![reason];
    }
    let mut remarks = Vec::new();
    let mut surrounded: Vec<&str> = Vec::new();
    let mut others: Vec<(&str, Vec<&str>)> = Vec::new();
    for before in earlier {
        let name = &before.name;
        match (route.is_guarded(), before.is_guarded()) {
            (true, false) if siblings(route, before) && shares_a_method(route, before) => {
                remarks.push(format!(
                    "is partly open: route `{name}` before it takes some of its methods without a credential"
                ));
            }
            (false, true) if siblings(route, before) => {
                remarks.push(format!(
                    "is open to everybody, where route `{name}` asks for a credential for other methods"
                ));
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
        remarks.push(format!(
            "is open to everybody and its `{}` surrounds what guarded routes cover ({names}): {OTHER_NAMES}",
            route.path
        ));
    }
    for (name, keys) in others {
        remarks.push(format!(
            "its `{}` surrounds route `{name}`, and is looser in {}: {OTHER_NAMES}",
            route.path,
            told(&keys, route)
        ));
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
