//! Whether one route asks for at least what another asks for.

use super::{CredentialKind, Route, Rule, Scheme};

/// In what a route is looser than another, by the keys of the policy; empty if whatever it lets through, the other would
/// let through as well. Methods are told apart elsewhere.
pub(super) fn looser_in(route: &Route, than: &Route) -> Vec<&'static str> {
    looser(route, than, false)
}

/// The same for two states of one route: what a dialect has under it is the same then.
pub(super) fn looser_than_before(route: &Route, before: &Route) -> Vec<&'static str> {
    looser(route, before, route.path == before.path)
}

fn looser(route: &Route, than: &Route, is_same_place: bool) -> Vec<&'static str> {
    let mut keys = Vec::new();
    // Requests are counted along open routes too.
    if than.rate.as_ref().is_some_and(|asked| route.rate.as_ref().is_none_or(|rate| rate.is_looser_than(asked))) {
        keys.push("rate");
    }
    if !than.takes_credentials() {
        return keys;
    }
    let is_open = !than.is_guarded();
    let words: Vec<String> = than.accept.iter().map(CredentialKind::word).collect();
    // Under another path the dialect has other places, and all others are open pages.
    let is_shared = |accept: &&CredentialKind| {
        words.contains(&accept.word()) && (is_same_place || !matches!(accept, CredentialKind::Luminate(_)))
    };
    let shared: Vec<&CredentialKind> = route.accept.iter().filter(is_shared).collect();
    if !is_open && shared.len() < route.accept.len() {
        keys.push("accept");
    }
    let shares = |kind: fn(&CredentialKind) -> bool| shared.iter().any(|accept| kind(accept));
    let is_token = |accept: &CredentialKind| accept.scheme() == Some(Scheme::Bearer);
    if shares(|accept| accept.facts().has_scopes)
        && !than.bearer.scope.iter().all(|scope| route.bearer.scope.contains(scope))
    {
        keys.push("scope");
    }
    let takes_more = (route.bearer.query && !than.bearer.query) || (route.bearer.form && !than.bearer.form);
    let has_prefix =
        shares(|accept| matches!(accept, CredentialKind::Bearer)) && route.bearer.prefix != than.bearer.prefix;
    if shares(is_token) && (takes_more || has_prefix) {
        keys.push("bearer");
    }
    let is_kept = |accept: &CredentialKind| !matches!(accept, CredentialKind::Anonymous);
    if shares(is_kept) && route.revocation < than.revocation {
        keys.push("revocation");
    }
    if shares(CredentialKind::is_ambient) && route.xsrf < than.xsrf {
        keys.push("xsrf");
    }
    let is_by = |name: &str| than.providers.iter().any(|one| one.name == name);
    if !than.providers.is_empty() && (route.providers.is_empty() || !route.providers.iter().all(|one| is_by(&one.name)))
    {
        keys.push("providers");
    }
    let network = |route: &Route| route.network.as_ref().map(|network| network.name.clone());
    if than.network.is_some() && network(route) != network(than) {
        keys.push("network");
    }
    let is_kept_rule = |rule: &Rule| route.require.iter().any(|own| rule.follows_from(own));
    if !than.require.iter().all(is_kept_rule) {
        keys.push("require");
    }
    if than.confirm && !route.confirm && shares(CredentialKind::is_confirmed) {
        keys.push("confirm");
    }
    if route.cors.is_some() && route.cors != than.cors && shares(is_kept) {
        keys.push("cors");
    }
    keys
}
