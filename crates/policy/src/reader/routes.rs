//! `[[routes]]`: what each asks for, and where it goes.

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::accept;
use super::bucket;
use super::forward;
use super::overlap;
use super::rate;
use super::rules::{self, Speakers};
use super::suggest;
use super::table::Table;
use super::text;
use super::value::Text;
use crate::path::is_within;
use crate::sections::Surroundings;
use crate::shape::{root, route, route_bearer, route_cors, route_paths};
use crate::{
    BearerUse, Broker, Cors, CredentialKind, Dialect, Facts, HostPattern, Networks, OriginPattern, PathPattern, Paths,
    Provider, Revocation, Route, SingleUse, TagPlaces, Xsrf,
};

/// Every `[[routes]]`, in file order.
pub(crate) fn read(around: &Surroundings<'_, '_>) -> Vec<Arc<Route>> {
    let mut routes: Vec<Arc<Route>> = Vec::new();
    let mut names: Vec<(&str, usize)> = Vec::new();
    let tables = around.root.listed(&root::ROUTES);
    let (count, problems) = (tables.len(), around.root.report.count());
    for (index, (line, entries)) in tables.into_iter().enumerate() {
        let name = name_of(entries);
        let label = name.map_or_else(|| format!("routes[{}]", index + 1), |name| format!("routes.{name}"));
        let table = Table { report: around.root.report, label, line, entries }.open(&route::TABLE);
        if let Some(name) = name {
            match names.binary_search_by_key(&name, |(known, _)| known) {
                Ok(at) => {
                    let earlier = names.get(at).map_or(0, |(_, line)| *line);
                    table.wrong(&route::NAME, &format!("`{name}` is the name of the route in line {earlier} already"));
                }
                Err(at) => names.insert(at, (name, line)),
            }
        }
        let route = route(&table, around);
        routes.extend(route.map(|route| Arc::new(Route { place: routes.len(), ..route })));
    }
    // Where a route is wrong or left out, those behind it may be reached once it is put right.
    if (routes.len(), around.root.report.count()) == (count, problems) {
        overlap::check(around.root.report, &routes);
    }
    routes
}

fn route(table: &Table<'_>, around: &Surroundings<'_, '_>) -> Option<Route> {
    let name = table.checked(&route::NAME, text::slug);
    let host = table.parsed(&route::HOST, HostPattern::parse);
    let path = table.parsed(&route::PATH, PathPattern::parse);
    if path.as_ref().is_some_and(is_reserved) {
        table.wrong(&route::PATH, "is answered by the gateway itself; no route can stand there");
    }
    let oauth_path = around.oauth.map_or("", |oauth| &oauth.path);
    if !oauth_path.is_empty() && path.as_ref().is_some_and(|path| is_within(path.base(), oauth_path)) {
        let reason = format!("is within `{oauth_path}`, where `[oauth]` stands; no route can stand there");
        table.wrong(&route::PATH, &reason);
    }
    let methods = methods(table);
    let accepted = accept::read(table, around);
    let accepts = |kind: fn(&CredentialKind) -> bool| accepted.kinds.iter().any(kind);
    let is_luminate = accept::names(table, "luminate");
    if is_luminate && path.as_ref().is_some_and(|path| !path.is_prefix()) {
        table.wrong(&route::PATH, "must end with `/*`: what `luminate` answers lies below the path");
    }
    let bearer = bearer(table);
    if table.has(&route::BEARER) && !accepts(|one| one.facts().has_scopes) {
        table.wrong(&route::BEARER, &none_of(|facts| facts.has_scopes));
    }
    if !bearer.prefix.is_empty() && !accepts(|one| matches!(one, CredentialKind::Bearer)) {
        table.wrong(&route::BEARER, "`prefix` has no effect, since `accept` lacks `bearer`");
    }
    let dialect = table.word(&route::DIALECT, &route::DIALECTS).unwrap_or(accepted.dialect);
    if dialect != Dialect::Generic && is_luminate {
        table.wrong(&route::DIALECT, "has no effect, since the route speaks `luminate`");
    }
    let confirm = table.flag(&route::CONFIRM);
    if confirm && !accepts(CredentialKind::is_confirmed) {
        table.wrong(&route::CONFIRM, "has no effect, since `accept` has neither `nonce` nor a link that works once");
    }
    if confirm && !methods.iter().any(|method| method == "POST") {
        table.wrong(&route::CONFIRM, "needs `POST` in `methods`: the button of its page posts");
    }
    let revocation = table.word(&route::REVOCATION, &route::REVOCATIONS).unwrap_or(Revocation::Cached);
    if revocation == Revocation::Strict {
        if !is_luminate && !accepts(|one| one.facts().is_revocable) {
            table.wrong(&route::REVOCATION, &none_of(|facts| facts.is_revocable));
        }
        if around.single_use == SingleUse::BestEffort {
            table.wrong(
                &route::REVOCATION,
                "`strict` asks the ledger, which `[storage] single_use = \"best-effort\"` does without",
            );
        }
    }
    if accepts(|one| matches!(one, CredentialKind::Webhook(_))) && !methods.iter().any(|method| method == "POST") {
        table.wrong(&route::METHODS, "lacks `POST`, and nothing else is a webhook");
    }
    let takes_sessions = accepts(|one| matches!(one, CredentialKind::Session));
    let xsrf = table.word(&route::XSRF, &route::XSRF_WORDS);
    check_xsrf(table, xsrf, &accepted.kinds);
    let broker = broker(table, around, takes_sessions);
    let is_shared = |name: &&String| host.as_ref().is_none_or(|host| host.matches(name));
    if let Some(shared) = around.shared_hosts.iter().find(is_shared).filter(|_| broker.is_some()) {
        let reason = format!(
            "is not asked at `{shared}`, one of `hosts` of `[session]`, which sends people to the host of `[gateway] issuer`; \
             give the route a `host` that is not among them"
        );
        table.wrong(&route::BROKER, &reason);
    }
    let providers = providers(table, around, takes_sessions);
    if broker.is_some() && !providers.is_empty() {
        table.wrong(&route::PROVIDERS, "stands beside `broker`, and a browser can be sent to one place only");
    }
    let network = network(table, around, &accepted.kinds);
    let speakers = Speakers { kinds: &accepted.kinds, says_claims: around.says_claims };
    let require = rules::require(table, speakers);
    let tags = tags(table, is_luminate || takes_sessions);
    let is_open = !accepted.kinds.is_empty() && !accepts(|one| !matches!(one, CredentialKind::Anonymous));
    let forward = forward::read(table, around, path.as_ref(), is_open);
    let headers = rules::headers(table, speakers, forward.as_ref());
    if dialect == Dialect::SuperOffice && forward.as_ref().is_some_and(|forward| forward.passes_authorization) {
        let reason = "refuses every Authorization that does not open the route, so there is none for `pass`";
        table.wrong(&route::DIALECT, reason);
    }
    bucket::check_route(table, forward.as_ref(), &methods, &bearer);
    let passes_preflights = table.is_word(&route::CORS);
    if passes_preflights && !is_open {
        let reason =
            "`origin` is for routes with `accept = [\"none\"]`: elsewhere the gateway decides who may read an answer";
        table.wrong(&route::CORS, reason);
    }
    let cors = if passes_preflights { None } else { cors(table) };
    Some(Route {
        name: name?,
        host,
        path: path?,
        methods,
        // `protocols.md` C4: SuperOffice takes a session only where there is no Authorization.
        reads_authorization: dialect == Dialect::SuperOffice || accepts(CredentialKind::is_in_authorization),
        xsrf: xsrf.unwrap_or(accepted.xsrf),
        broker,
        providers,
        network,
        require,
        headers,
        rate: rate::read(table, around, &accepted.kinds),
        accept: accepted.kinds,
        bearer,
        dialect,
        confirm,
        revocation,
        forward: forward?,
        cors,
        passes_preflights,
        paths: paths(table, is_luminate),
        path_parameters: table.flag(&route::PATH_PARAMETERS),
        method_override: table.flag(&route::METHOD_OVERRIDE),
        tags,
        maintenance: table.flag(&route::MAINTENANCE),
        place: 0,
    })
}

/// `paths`: what a path may have.
fn paths(table: &Table<'_>, is_luminate: bool) -> Paths {
    if is_luminate && table.has(&route::PATHS) {
        table.wrong(&route::PATHS, "has no effect, since `luminate` reads the addresses below the path itself");
    }
    let Some(table) = table.table(&route::PATHS) else { return Paths::default() };
    Paths {
        encoded_slash: table.flag(&route_paths::ENCODED_SLASH),
        double_slash: table.flag(&route_paths::DOUBLE_SLASH),
        needless_escapes: table.flag(&route_paths::NEEDLESS_ESCAPES),
    }
}

/// `tags`: where in a page; `html` is its text and attributes.
fn tags(table: &Table<'_>, knows_tags: bool) -> Option<TagPlaces> {
    if !table.has(&route::TAGS) {
        return None;
    }
    if !knows_tags {
        table.wrong(&route::TAGS, "has no effect, since `accept` has neither `session` nor `luminate`");
    }
    let mut places = TagPlaces::default();
    let mut in_html = false;
    let texts = table.texts(&route::TAGS);
    for text in &texts {
        match text.value {
            "html" => in_html = true,
            "script" => places.script = true,
            "style" => places.style = true,
            "comment" => places.comment = true,
            other => text.wrong(&format!("`{other}` is not one of `html`, `script`, `style`, `comment`")),
        }
    }
    if !in_html && !texts.is_empty() {
        table.wrong(&route::TAGS, "lacks `html`, on top of which the others come");
    }
    Some(places)
}

/// Said of a key that means something for other kinds of credential alone.
fn none_of(is_meant: fn(&Facts) -> bool) -> String {
    let words: Vec<String> = Facts::ALL.iter().filter(|facts| is_meant(facts)).map(|facts| facts.spelling()).collect();
    format!("has no effect, since `accept` has none of {}", suggest::listed(words.iter().map(String::as_str)))
}

/// `xsrf`: of use where a browser sends a credential by itself.
fn check_xsrf(table: &Table<'_>, xsrf: Option<Xsrf>, kinds: &[CredentialKind]) {
    let Some(xsrf) = xsrf else { return };
    if xsrf >= Xsrf::Token && !kinds.iter().any(|one| one.facts().has_xsrf_token) {
        let reason = "has no effect, since `accept` has neither `session` nor `luminate`, whose token it asks for";
        table.wrong(&route::XSRF, reason);
    } else if !kinds.iter().any(|one| one.is_ambient()) {
        let reason = "has no effect, since `accept` has none of `session`, `luminate`, `basic`, `token-pair`, `http-session`, `network:<name>`";
        table.wrong(&route::XSRF, reason);
    }
}

/// `broker`: who says who a browser's user is.
fn broker(table: &Table<'_>, around: &Surroundings<'_, '_>, takes_sessions: bool) -> Option<Arc<Broker>> {
    let name = table.text(&route::BROKER)?;
    if !takes_sessions {
        name.wrong("a broker opens a session, and `accept` lacks `session`");
    }
    around.brokers.find(&name, name.value)
}

/// `providers`: by whom somebody has to be signed in.
fn providers(table: &Table<'_>, around: &Surroundings<'_, '_>, takes_sessions: bool) -> Vec<Arc<Provider>> {
    let names = table.texts(&route::PROVIDERS);
    if let Some(first) = names.first().filter(|_| !takes_sessions) {
        first.wrong("a provider opens a session, and `accept` lacks `session`");
    }
    names.iter().filter_map(|name| around.providers.find(name, name.value)).collect()
}

/// `network`: from where a client must come, whatever its credential.
fn network(table: &Table<'_>, around: &Surroundings<'_, '_>, kinds: &[CredentialKind]) -> Option<Arc<Networks>> {
    let name = table.text(&route::NETWORK)?;
    let is_plain = |one: &CredentialKind| matches!(one, CredentialKind::Network(_) | CredentialKind::Anonymous);
    if !kinds.is_empty() && kinds.iter().all(is_plain) {
        let shown = name.value.escape_debug();
        name.wrong(&format!(
            "is asked for beside a credential, and none is here; write `accept = [\"network:{shown}\"]`"
        ));
    }
    around.networks.find(&name, name.value)
}

fn methods(table: &Table<'_>) -> Vec<String> {
    if !table.has(&route::METHODS) {
        return vec![String::from("GET"), String::from("HEAD")];
    }
    let texts = table.texts(&route::METHODS);
    texts.iter().filter_map(|text| text.parsed(text::method)).collect()
}

fn bearer(table: &Table<'_>) -> BearerUse {
    let Some(table) = table.table(&route::BEARER) else { return BearerUse::default() };
    BearerUse {
        scope: table.list(&route_bearer::SCOPE, text::scope),
        query: table.flag(&route_bearer::QUERY),
        form: table.flag(&route_bearer::FORM),
        prefix: table.checked(&route_bearer::PREFIX, text::token_prefix).unwrap_or_default(),
    }
}

fn cors(table: &Table<'_>) -> Option<Cors> {
    let table = table.table(&route::CORS)?;
    let origins = table.texts(&route_cors::ORIGINS);
    let lower = |text: &Text<'_>| text.value.to_ascii_lowercase();
    let headers = table.texts(&route_cors::HEADERS);
    let expose = table.texts(&route_cors::EXPOSE);
    for text in headers.iter().chain(&expose) {
        text.parsed(text::header_name);
    }
    Some(Cors {
        origins: origins.iter().filter_map(|text| text.parsed(OriginPattern::parse)).collect(),
        credentials: table.flag(&route_cors::CREDENTIALS),
        headers: headers.iter().map(lower).collect(),
        expose: expose.iter().map(lower).collect(),
        max_age: table.seconds(&route_cors::MAX_AGE),
    })
}

/// The name of a route before its table is opened, so that every message can call it by name.
fn name_of<'t>(entries: &'t DeTable<'_>) -> Option<&'t str> {
    match entries.get("name")?.get_ref() {
        DeValue::String(name) if text::slug(name).is_ok() => Some(name),
        _ => None,
    }
}

/// Whether a pattern covers nothing but what the gateway answers itself.
fn is_reserved(path: &PathPattern) -> bool {
    RESERVED.iter().any(|reserved| is_within(path.base(), reserved))
}

const RESERVED: [&str; 3] =
    ["/.edgegate", "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"];
