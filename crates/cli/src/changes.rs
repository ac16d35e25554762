//! `edgegate policy diff`: what a policy changes, in words.

use std::fmt::Debug;
use std::path::Path;

use serde_json::{Value, json};

use super::args::{Common, Diff};
use super::columns;
use super::output::{Failure, Report};
use super::workspace::{policy_path, read_policy};
use edgegate_core::policy::{CredentialKind, Policy, Route, Via};

/// Compares the policy with the one that was built before.
///
/// # Errors
/// Exit code 2 if one of them cannot be read.
pub fn run(common: &Common, diff: &Diff) -> Result<Report, Failure> {
    let path = policy_path(common);
    let (policy, before) = (read_policy(&path)?, either(&diff.against)?);
    let changes = routes(&policy, &before);
    let tables = tables(&policy, &before);
    let json = json!({
        "routes": changes.iter().map(Change::json).collect::<Vec<Value>>(),
        "tables": tables,
    });
    let rows: Vec<[String; 4]> = changes.iter().map(Change::row).collect();
    let mut text = columns::show(&rows);
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
    let data = std::fs::read(path).map_err(|error| {
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

/// The routes by name: first those that let more through.
fn routes(policy: &Policy, before: &Policy) -> Vec<Change> {
    let mut changes = Vec::new();
    for route in &policy.routes {
        match before.route(&route.name) {
            None => changes.push(Change::new("opened", route, format!("new; opened by {}", opened_by(route)))),
            Some(old) => changes.extend(compared(route, old)),
        }
    }
    let gone = before.routes.iter().filter(|old| policy.route(&old.name).is_none());
    changes.extend(gone.map(|old| Change::new("closed", old, format!("gone; was opened by {}", opened_by(old)))));
    let order = |these: &Policy, those: &Policy| -> Vec<String> {
        let kept = these.routes.iter().filter(|route| those.route(&route.name).is_some());
        kept.map(|route| route.name.clone()).collect()
    };
    let (now, then) = (order(policy, before), order(before, policy));
    if let Some((name, _)) = now.iter().zip(&then).find(|(name, old)| name != old)
        && let Some(route) = policy.route(name)
    {
        changes.push(Change::new("changed", route, "from here on routes are tried in another order".to_owned()));
    }
    changes.sort_by_key(|change| {
        ["opened", "loosened", "changed", "tightened", "closed"].iter().position(|it| *it == change.what)
    });
    changes
}

/// One route that both have. It may be looser in one thing and stricter in another.
fn compared(route: &Route, old: &Route) -> Option<Change> {
    let looser = [said(&route.looser_in(old)), widened(route, old)].concat();
    let stricter = [said(&old.looser_in(route)), widened(old, route)].concat();
    let other = others(route, old);
    let accept = if opened_by(route) == opened_by(old) {
        Vec::new()
    } else {
        vec![format!("opened by {}, before by {}", opened_by(route), opened_by(old))]
    };
    let what = match (looser.is_empty(), stricter.is_empty()) {
        (false, _) => "loosened",
        (true, false) => "tightened",
        (true, true) if other.is_empty() && accept.is_empty() => return None,
        (true, true) => "changed",
    };
    let part =
        |of: &str, keys: Vec<String>| if keys.is_empty() { None } else { Some(format!("{of} {}", keys.join(", "))) };
    let (looser, stricter) = (part("looser in", looser), part("stricter in", stricter));
    let parts = [looser, stricter].into_iter().flatten().chain(accept).chain(other);
    Some(Change::new(what, route, parts.collect::<Vec<_>>().join("; ")))
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
        ("`path_parameters`", route.path_parameters && !than.path_parameters),
        ("`method_override`", route.method_override && !than.method_override),
    ];
    wider.iter().filter(|(_, is_wider)| *is_wider).map(|(key, _)| (*key).to_owned()).collect()
}

/// What else differs, whether it lets more through or not.
fn others(route: &Route, old: &Route) -> Vec<String> {
    let mut all = Vec::new();
    if route.forward.origin != old.forward.origin || goes_to(route) != goes_to(old) {
        all.push(format!("goes to {}, before to {}", goes_to(route), goes_to(old)));
    } else if differs(&route.forward, &old.forward) {
        all.push("`forward` differs".to_owned());
    }
    if differs(&route.cors, &old.cors) {
        all.push("`cors` differs".to_owned());
    }
    if differs(&route.tags, &old.tags) || differs(&route.dialect, &old.dialect) {
        all.push("`tags` or `dialect` differs".to_owned());
    }
    all
}

/// The tables of which something differs, by their names in the file; routes are told one by one.
fn tables(policy: &Policy, before: &Policy) -> Vec<String> {
    let mut all = Vec::new();
    let mut table = |name: &str, is_other: bool| {
        if is_other {
            all.push(format!("[{name}]"));
        }
    };
    table("gateway", differs(&policy.gateway, &before.gateway));
    table("origins", differs(&policy.origins, &before.origins));
    table("keys", differs(&(&policy.keys, &policy.objects.shards), &(&before.keys, &before.objects.shards)));
    table("links", differs(&policy.links, &before.links));
    table("signed_redirects", differs(&policy.signed_redirects, &before.signed_redirects));
    table("bearer", differs(&policy.bearer, &before.bearer));
    table("registry", differs(&policy.registry, &before.registry));
    table("clients", differs(&policy.clients, &before.clients));
    table("oauth", differs(&policy.oauth, &before.oauth));
    table("issuers", differs(&policy.issuers, &before.issuers));
    table("session", differs(&policy.session, &before.session));
    table("nonce", differs(&policy.nonce, &before.nonce));
    table("sign_in", differs(&policy.sign_in, &before.sign_in));
    table("basic", differs(&policy.basic, &before.basic));
    table("ticket", differs(&policy.ticket, &before.ticket));
    table("brokers", differs(&policy.brokers, &before.brokers));
    table("luminate", differs(&policy.luminate, &before.luminate));
    table("identity", differs(&policy.identity, &before.identity));
    table("admin", differs(&policy.admin, &before.admin));
    table("limits", differs(&policy.limits, &before.limits));
    let storage = |policy: &Policy| {
        format!("{:?} {:?} {:?}", policy.single_use, policy.objects.location_hint, policy.objects.jurisdiction)
    };
    table("storage", storage(policy) != storage(before));
    all
}

/// Everything of a policy can be shown, and a secret is never in it.
fn differs(one: &impl Debug, other: &impl Debug) -> bool {
    format!("{one:?}") != format!("{other:?}")
}

fn address(route: &Route) -> String {
    format!("{}{}", route.host.as_ref().map_or(String::new(), ToString::to_string), route.path)
}

fn opened_by(route: &Route) -> String {
    let words = route.accept.iter().map(CredentialKind::word).collect::<Vec<_>>().join(", ");
    if words == "none" { "nothing, open to all".to_owned() } else { words }
}

fn goes_to(route: &Route) -> String {
    let path = route.forward.path.as_ref().map_or(String::new(), ToString::to_string);
    match &route.forward.origin.via {
        Via::Url(url) => format!("{url}{path}"),
        Via::Service(binding) => format!("service {binding}{path}"),
    }
}
