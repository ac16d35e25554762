//! `edgegate policy diff`: what a policy changes, in words.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{Common, Diff};
use super::check::{address, goes_to};
use super::columns;
use super::host;
use super::output::{Failure, Report};
use super::workspace::{policy_path, read_policy};
use edgegate_core::policy::{CredentialKind, Forward, Policy, Provider, Route};

/// Compares the policy with the one that was built before.
///
/// # Errors
/// Exit code 2 if one of them cannot be read.
pub fn run(common: &Common, diff: &Diff) -> Result<Report, Failure> {
    let path = policy_path(common);
    let (policy, before) = (read_policy(&path)?, either(&diff.against)?);
    let changes = routes(&policy, &before);
    let tables = tables(&policy, &before);
    let whole = maintenance(policy.gateway.maintenance, before.gateway.maintenance);
    let json = json!({
        "routes": changes.iter().map(Change::json).collect::<Vec<Value>>(),
        "tables": tables,
        "maintenance": whole,
    });
    let rows: Vec<[String; 4]> = changes.iter().map(Change::row).collect();
    let mut text = columns::show(&rows);
    if let Some(change) = whole {
        text += &format!("The whole gateway is {change}\n");
    }
    if !tables.is_empty() {
        text += &format!("Tables that differ: {}\n", tables.join(", "));
    }
    if text.is_empty() {
        text = format!("{} changes nothing of {}\n", path.display(), diff.against.display());
    }
    Ok(Report::fine(text, json))
}

/// A policy as text or compiled.
fn either(path: &Path) -> Result<Policy, Failure> {
    if path.extension().is_none_or(|extension| extension != "bin") {
        return read_policy(path);
    }
    let data = host::read(path).map_err(|error| {
        Failure::usage(format!("{}: {error}", path.display()))
            .todo("`edgegate build` writes it; --against FILE names another policy, as text or compiled.")
    })?;
    Policy::decode(&data).map_err(|reason| Failure::usage(format!("{}: {reason}", path.display())))
}

/// What becomes of one route.
struct Change {
    what: &'static str,
    name: String,
    address: String,
    how: String,
}

impl Change {
    fn new(what: &'static str, route: &Route, how: String) -> Self {
        Self { what, name: route.name.clone(), address: address(route), how }
    }

    fn row(&self) -> [String; 4] {
        [self.what.to_owned(), self.name.clone(), self.address.clone(), self.how.clone()]
    }

    fn json(&self) -> Value {
        json!({ "change": self.what, "route": self.name, "address": self.address, "how": self.how })
    }
}

/// The routes by name, and the addresses that another route takes now: first those that let more through.
fn routes(policy: &Policy, before: &Policy) -> Vec<Change> {
    let mut changes = taken_over(policy, before);
    for route in &policy.routes {
        match before.route(&route.name) {
            None => changes.push(Change::new("opened", route, format!("new; opened by {}", opened_by(route)))),
            Some(old) => changes.extend(compared(route, old)),
        }
    }
    let gone = before.routes.iter().filter(|old| policy.route(&old.name).is_none());
    changes.extend(gone.map(|old| Change::new("closed", old, format!("gone; was opened by {}", opened_by(old)))));
    const ORDER: [&str; 5] = ["loosened", "opened", "changed", "tightened", "closed"];
    changes.sort_by_key(|change| ORDER.iter().position(|it| *it == change.what));
    changes
}

/// One route that both have. It may be looser in one thing and stricter in another.
fn compared(route: &Route, old: &Route) -> Option<Change> {
    let looser = [said(&route.looser_than_before(old)), widened(route, old)].concat();
    let stricter = [said(&old.looser_than_before(route)), widened(old, route)].concat();
    let mut other = differing(route, old);
    other.retain(|key| !looser.contains(key) && !stricter.contains(key));
    let maintenance = maintenance(route.maintenance, old.maintenance);
    // An origin of the same name may be another one now.
    let leads =
        (goes_to(route) != goes_to(old)).then(|| format!("goes to {}, before to {}", goes_to(route), goes_to(old)));
    let what = match (looser.is_empty(), stricter.is_empty()) {
        (false, _) => "loosened",
        (true, false) if other.is_empty() => "tightened",
        (true, true) if other.is_empty() && maintenance.is_none() && leads.is_none() => return None,
        (true, _) => "changed",
    };
    let part =
        |of: &str, keys: &[String]| if keys.is_empty() { None } else { Some(format!("{of} {}", keys.join(", "))) };
    let parts = [part("looser in", &looser), part("stricter in", &stricter), part("another", &other)];
    let accept = (opened_by(route) != opened_by(old))
        .then(|| format!("opened by {}, before by {}", opened_by(route), opened_by(old)));
    let maintenance = maintenance.map(str::to_owned);
    let told = maintenance.into_iter().chain(parts.into_iter().flatten()).chain(accept).chain(leads);
    Some(Change::new(what, route, told.collect::<Vec<_>>().join("; ")))
}

/// What begins or ends.
fn maintenance(is_closed: bool, was_closed: bool) -> Option<&'static str> {
    match (is_closed, was_closed) {
        (true, false) => Some("closed for maintenance"),
        (false, true) => Some("open again after maintenance"),
        _ => None,
    }
}

fn said(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| format!("`{key}`")).collect()
}

/// In which keys beside its credentials a route takes requests that the other does not.
fn widened(route: &Route, than: &Route) -> Vec<String> {
    let covers_host = match (&than.host, &route.host) {
        (None, _) => true,
        (Some(than), Some(route)) => than.covers(route),
        (Some(_), None) => false,
    };
    let wider = [
        ("`host`", !covers_host),
        ("`path`", !than.path.covers(&route.path)),
        ("`methods`", route.methods.iter().any(|method| !than.methods.contains(method))),
        ("`paths`", !than.paths.allows(route.paths)),
        ("`path_parameters`", route.path_parameters && !than.path_parameters),
        ("`cors`", route.passes_preflights && !than.passes_preflights),
        ("`forward.authorization`", route.forward.passes_authorization && !than.forward.passes_authorization),
        ("`method_override`", route.method_override && !than.method_override),
    ];
    wider.iter().filter(|(_, is_wider)| *is_wider).map(|(key, _)| (*key).to_owned()).collect()
}

/// The keys whose values are others: every field of a route, or it does not compile.
fn differing(route: &Route, old: &Route) -> Vec<String> {
    let Route {
        name: _,
        host,
        path,
        methods,
        accept,
        bearer,
        dialect,
        reads_authorization: _,
        xsrf,
        broker,
        providers,
        network,
        require,
        headers,
        rate,
        confirm,
        revocation,
        forward,
        cors,
        passes_preflights,
        paths,
        path_parameters,
        method_override,
        tags,
        maintenance: _,
        place: _,
    } = route;
    let words = |accept: &[CredentialKind]| accept.iter().map(CredentialKind::word).collect::<Vec<_>>();
    let broker = broker.as_ref().map(|broker| &broker.name) != old.broker.as_ref().map(|broker| &broker.name);
    let by = |providers: &[Arc<Provider>]| providers.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let providers = by(providers) != by(&old.providers);
    let network = network.as_ref().map(|network| &network.name) != old.network.as_ref().map(|network| &network.name);
    let origin = forward.origin.name != old.forward.origin.name;
    let Forward {
        origin: _,
        path: to,
        host: as_host,
        map,
        set,
        remove,
        jwt_audience,
        jwt_claims,
        credentials,
        passes_authorization,
    } = forward;
    let old_forward = &old.forward;
    let keys = [
        ("host", differs(host, &old.host)),
        ("path", path != &old.path),
        ("methods", methods != &old.methods),
        ("accept", words(accept) != words(&old.accept)),
        ("scope", bearer.scope != old.bearer.scope),
        (
            "bearer",
            (bearer.query, bearer.form, &bearer.prefix) != (old.bearer.query, old.bearer.form, &old.bearer.prefix),
        ),
        ("dialect", dialect != &old.dialect),
        ("xsrf", xsrf != &old.xsrf),
        ("broker", broker),
        ("providers", providers),
        ("network", network),
        ("require", require != &old.require),
        ("headers", headers != &old.headers),
        ("confirm", confirm != &old.confirm),
        ("revocation", revocation != &old.revocation),
        ("origin", origin),
        ("forward.path", differs(to, &old_forward.path)),
        ("forward.host", as_host != &old_forward.host),
        ("forward.map", !origin && map != &old_forward.map),
        ("forward.set", set != &old_forward.set),
        ("forward.remove", differs(remove, &old_forward.remove)),
        ("forward.jwt_audience", jwt_audience != &old_forward.jwt_audience),
        ("forward.jwt_claims", jwt_claims != &old_forward.jwt_claims),
        ("forward.set_secret", credentials.headers != old_forward.credentials.headers),
        (
            "forward.authorization",
            (&credentials.authorization, passes_authorization)
                != (&old_forward.credentials.authorization, &old_forward.passes_authorization),
        ),
        ("rate", rate != &old.rate),
        ("cors", (cors, passes_preflights) != (&old.cors, &old.passes_preflights)),
        ("paths", paths != &old.paths),
        ("path_parameters", path_parameters != &old.path_parameters),
        ("method_override", method_override != &old.method_override),
        ("tags", tags != &old.tags),
    ];
    said(&keys.iter().filter(|(_, differs)| *differs).map(|(key, _)| *key).collect::<Vec<_>>())
}

/// Addresses that one route took and another takes now: a route is gone, narrower or behind another. One address for each
/// two of them.
fn taken_over(policy: &Policy, before: &Policy) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for Probe { host, path, method } in probes(policy, before) {
        let (Some(old), Some(route)) = (taker(before, &host, &path, &method), taker(policy, &host, &path, &method))
        else {
            continue;
        };
        let is_told = |change: &Change| change.name == old.name && change.how.contains(&format!("`{}`", route.name));
        if old.name == route.name || changes.iter().any(is_told) {
            continue;
        }
        let what = if route.looser_in(old).is_empty() { "changed" } else { "loosened" };
        let at = old.host.as_ref().or(route.host.as_ref()).map_or("", |_| host.as_str());
        let how = format!(
            "{method} {at}{path} is taken by `{}` now: opened by {}, before by {}",
            route.name,
            opened_by(route),
            opened_by(old)
        );
        changes.push(Change::new(what, old, how));
    }
    changes
}

/// A request that may belong to another route now.
struct Probe {
    host: String,
    path: String,
    method: String,
}

/// The addresses of the routes of both policies: each route's own and those below it, by each of its methods, at every host
/// that a route names and at the gateway's. Where those would be too many, each path at its own route's host.
fn probes(policy: &Policy, before: &Policy) -> Vec<Probe> {
    let routes: Vec<&Route> = policy.routes.iter().chain(&before.routes).map(|route| &**route).collect();
    let named = |route: &Route| route.host.as_ref().map(|host| host.to_string().replace('*', "x"));
    let own = before.gateway.issuer.authority().to_owned();
    let hosts: BTreeSet<String> = routes.iter().filter_map(|route| named(route)).chain([own.clone()]).collect();
    let mut probes = Vec::new();
    for route in &routes {
        let base = route.path.base();
        let paths = match route.path.is_prefix() {
            true => vec![format!("{base}/"), format!("{base}/x"), base.to_owned()],
            false => vec![base.to_owned()],
        };
        let hosts = match hosts.len() * routes.len() > MOST_PROBED {
            true => named(route).into_iter().chain([own.clone()]).collect(),
            false => hosts.clone(),
        };
        for host in &hosts {
            for path in paths.iter().filter(|path| !path.is_empty()) {
                let probe = |method: &String| Probe { host: host.clone(), path: path.clone(), method: method.clone() };
                probes.extend(route.methods.iter().map(probe));
            }
        }
    }
    probes
}

/// The route that takes a request: the first for its host and path, or a sibling of that one with the method.
fn taker<'p>(policy: &'p Policy, host: &str, path: &str, method: &str) -> Option<&'p Route> {
    let matches = |place: usize| policy.routes.get(place).is_some_and(|route| route.path.matches(path));
    let first = policy.routes.get(policy.index.first(host, path, matches)?)?;
    let takes = |route: &&Route| route.methods.iter().any(|known| known == method);
    policy.siblings(first).map(|route| &**route).find(takes)
}

/// The tables of which something differs, by their names in the file; routes are told one by one.
fn tables(policy: &Policy, before: &Policy) -> Vec<String> {
    let both = policy.tables().into_iter().zip(before.tables());
    both.filter(|(now, then)| now != then).map(|((name, _), _)| format!("[{name}]")).collect()
}

/// Everything of a policy can be shown, and a secret is never in it.
fn differs(one: &impl Debug, other: &impl Debug) -> bool {
    format!("{one:?}") != format!("{other:?}")
}

fn opened_by(route: &Route) -> String {
    let words = route.accept.iter().map(CredentialKind::word).collect::<Vec<_>>().join(", ");
    if words == "none" { "nothing, open to all".to_owned() } else { words }
}

/// Hosts times routes that are looked at in both policies.
const MOST_PROBED: usize = 40_000;
