//! `[[routes]]`: what each asks for, and where it goes.

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::accept;
use super::names::Names;
use super::overlap;
use super::problem::Report;
use super::sections;
use super::suggest;
use super::table::Table;
use super::text;
use super::value::Text;
use crate::path::is_within;
use crate::shape::{root, route, route_bearer, route_cors, route_forward};
use crate::{
    Basic, BearerUse, Broker, Cors, CredentialKind, Dialect, Facts, Forward, HostPattern, Issuer, Link, Luminate,
    NamePattern, OAuth, Origin, OriginPattern, PathPattern, Revocation, Route, SignedRedirect, SingleUse, TagPlaces,
    Ticket, Via, Xsrf,
};

/// What routes refer to.
pub(super) struct Surroundings<'r, 't> {
    pub(super) root: &'r Table<'t>,
    pub(super) origins: &'r Names<Origin>,
    pub(super) links: &'r Names<Link>,
    pub(super) signed_redirects: &'r Names<SignedRedirect>,
    pub(super) issuers: &'r Names<Issuer>,
    pub(super) oauth: Option<&'r OAuth>,
    pub(super) luminate: Option<&'r Arc<Luminate>>,
    pub(super) basic: Option<&'r Arc<Basic>>,
    pub(super) ticket: Option<&'r Arc<Ticket>>,
    pub(super) brokers: &'r Names<Broker>,
    pub(super) signs_identities: bool,
    pub(super) single_use: SingleUse,
}

/// Every `[[routes]]`, in file order.
pub(super) fn read(report: &mut Report, around: &Surroundings<'_, '_>) -> Vec<Arc<Route>> {
    let mut routes: Vec<Arc<Route>> = Vec::new();
    let mut names: Vec<(&str, usize)> = Vec::new();
    let tables = around.root.listed(report, &root::ROUTES);
    let (count, problems) = (tables.len(), report.count());
    for (index, (line, entries)) in tables.into_iter().enumerate() {
        let name = name_of(entries);
        let label = name.map_or_else(|| format!("routes[{}]", index + 1), |name| format!("routes.{name}"));
        let table = Table::open(report, &route::TABLE, label, line, entries);
        if let Some(name) = name {
            match names.binary_search_by_key(&name, |(known, _)| known) {
                Ok(at) => {
                    let earlier = names.get(at).map_or(0, |(_, line)| *line);
                    table.wrong(
                        report,
                        &route::NAME,
                        &format!("`{name}` is the name of the route in line {earlier} already"),
                    );
                }
                Err(at) => names.insert(at, (name, line)),
            }
        }
        let route = route(report, &table, around);
        routes.extend(route.map(|route| Arc::new(Route { place: routes.len(), ..route })));
    }
    // Where a route is wrong or left out, those behind it may be reached once it is put right.
    if (routes.len(), report.count()) == (count, problems) {
        overlap::check(report, &routes);
    }
    routes
}

fn route(report: &mut Report, table: &Table<'_>, around: &Surroundings<'_, '_>) -> Option<Route> {
    let name = table.checked(report, &route::NAME, text::slug);
    let host = table.parsed(report, &route::HOST, HostPattern::parse);
    let path = table.parsed(report, &route::PATH, PathPattern::parse);
    if path.as_ref().is_some_and(is_reserved) {
        table.wrong(report, &route::PATH, "is answered by the gateway itself; no route can stand there");
    }
    let oauth_path = around.oauth.map_or("", |oauth| &oauth.path);
    if !oauth_path.is_empty() && path.as_ref().is_some_and(|path| is_within(path.base(), oauth_path)) {
        let reason = format!("is within `{oauth_path}`, where `[oauth]` stands; no route can stand there");
        table.wrong(report, &route::PATH, &reason);
    }
    let methods = methods(report, table);
    let accepted = accept::read(report, table, around);
    let accepts = |kind: fn(&CredentialKind) -> bool| accepted.kinds.iter().any(kind);
    let is_luminate = accept::names(table, "luminate");
    if is_luminate && path.as_ref().is_some_and(|path| !path.is_prefix()) {
        table.wrong(report, &route::PATH, "must end with `/*`: what `luminate` answers lies below the path");
    }
    let bearer = bearer(report, table);
    if table.has(&route::BEARER) && !accepts(|one| one.facts().has_scopes) {
        table.wrong(report, &route::BEARER, &none_of(|facts| facts.has_scopes));
    }
    if !bearer.prefix.is_empty() && !accepts(|one| matches!(one, CredentialKind::Bearer)) {
        table.wrong(report, &route::BEARER, "`prefix` has no effect, since `accept` lacks `bearer`");
    }
    let dialect = table.word(report, &route::DIALECT, &route::DIALECTS).unwrap_or(accepted.dialect);
    if dialect != Dialect::Generic && is_luminate {
        table.wrong(report, &route::DIALECT, "has no effect, since the route speaks `luminate`");
    }
    let confirm = table.flag(report, &route::CONFIRM);
    if confirm && !accepts(|one| matches!(one, CredentialKind::Nonce)) {
        table.wrong(report, &route::CONFIRM, "has no effect, since `accept` lacks `nonce`");
    }
    if confirm && !methods.iter().any(|method| method == "POST") {
        table.wrong(report, &route::CONFIRM, "needs `POST` in `methods`: the button of its page posts");
    }
    let revocation = table.word(report, &route::REVOCATION, &route::REVOCATIONS).unwrap_or(Revocation::Cached);
    if revocation == Revocation::Strict {
        if !is_luminate && !accepts(|one| one.facts().is_revocable) {
            table.wrong(report, &route::REVOCATION, &none_of(|facts| facts.is_revocable));
        }
        if around.single_use == SingleUse::BestEffort {
            table.wrong(
                report,
                &route::REVOCATION,
                "`strict` asks the ledger, which `[storage] single_use = \"best-effort\"` does without",
            );
        }
    }
    let takes_sessions = accepts(|one| matches!(one, CredentialKind::Session));
    let xsrf = table.word(report, &route::XSRF, &route::XSRF_WORDS);
    check_xsrf(report, table, xsrf, &accepted.kinds);
    let broker = broker(report, table, around, takes_sessions);
    let tags = tags(report, table, is_luminate || takes_sessions);
    let forward = forward(report, table, around, path.as_ref(), is_luminate);
    let cors = cors(report, table);
    Some(Route {
        name: name?,
        host,
        path: path?,
        methods,
        // `protocols.md` C4: SuperOffice takes a session only where there is no Authorization.
        reads_authorization: dialect == Dialect::SuperOffice || accepts(|one| one.facts().is_in_authorization()),
        xsrf: xsrf.unwrap_or(accepted.xsrf),
        broker,
        accept: accepted.kinds,
        bearer,
        dialect,
        confirm,
        revocation,
        forward: forward?,
        cors,
        path_parameters: table.flag(report, &route::PATH_PARAMETERS),
        method_override: table.flag(report, &route::METHOD_OVERRIDE),
        tags,
        place: 0,
    })
}

/// `tags`: where in a page; `html` is its text and attributes.
fn tags(report: &mut Report, table: &Table<'_>, knows_tags: bool) -> Option<TagPlaces> {
    if !table.has(&route::TAGS) {
        return None;
    }
    if !knows_tags {
        table.wrong(report, &route::TAGS, "has no effect, since `accept` has neither `session` nor `luminate`");
    }
    let mut places = TagPlaces::default();
    let mut in_html = false;
    let texts = table.texts(report, &route::TAGS);
    for text in &texts {
        match text.value {
            "html" => in_html = true,
            "script" => places.script = true,
            "style" => places.style = true,
            "comment" => places.comment = true,
            other => text.wrong(report, &format!("`{other}` is not one of `html`, `script`, `style`, `comment`")),
        }
    }
    if !in_html && !texts.is_empty() {
        table.wrong(report, &route::TAGS, "lacks `html`, on top of which the others come");
    }
    Some(places)
}

/// Said of a key that means something for other kinds of credential alone.
fn none_of(is_meant: fn(&Facts) -> bool) -> String {
    let words: Vec<String> = Facts::ALL.iter().filter(|facts| is_meant(facts)).map(|facts| facts.spelling()).collect();
    format!("has no effect, since `accept` has none of {}", suggest::listed(words.iter().map(String::as_str)))
}

/// `xsrf`: of use where a browser sends a credential by itself.
fn check_xsrf(report: &mut Report, table: &Table<'_>, xsrf: Option<Xsrf>, kinds: &[CredentialKind]) {
    let Some(xsrf) = xsrf else { return };
    if xsrf >= Xsrf::Token && !kinds.iter().any(|one| one.facts().has_xsrf_token) {
        let reason = "has no effect, since `accept` has neither `session` nor `luminate`, whose token it asks for";
        table.wrong(report, &route::XSRF, reason);
    } else if !kinds.iter().any(|one| one.facts().is_ambient) {
        let reason =
            "has no effect, since `accept` has none of `session`, `luminate`, `basic`, `token-pair`, `http-session`";
        table.wrong(report, &route::XSRF, reason);
    }
}

/// `broker`: who says who a browser's user is.
fn broker(
    report: &mut Report,
    table: &Table<'_>,
    around: &Surroundings<'_, '_>,
    takes_sessions: bool,
) -> Option<Arc<Broker>> {
    let name = table.text(report, &route::BROKER)?;
    if !takes_sessions {
        name.wrong(report, "a broker opens a session, and `accept` lacks `session`");
    }
    around.brokers.find(report, &name, name.value)
}

fn methods(report: &mut Report, table: &Table<'_>) -> Vec<String> {
    if !table.has(&route::METHODS) {
        return vec![String::from("GET"), String::from("HEAD")];
    }
    let texts = table.texts(report, &route::METHODS);
    texts.iter().filter_map(|text| text.parsed(report, text::method)).collect()
}

fn bearer(report: &mut Report, table: &Table<'_>) -> BearerUse {
    let Some(table) = table.table(report, &route::BEARER) else { return BearerUse::default() };
    BearerUse {
        scope: table.list(report, &route_bearer::SCOPE, text::scope),
        query: table.flag(report, &route_bearer::QUERY),
        form: table.flag(report, &route_bearer::FORM),
        prefix: table.checked(report, &route_bearer::PREFIX, text::token_prefix).unwrap_or_default(),
    }
}

fn forward(
    report: &mut Report,
    table: &Table<'_>,
    around: &Surroundings<'_, '_>,
    from: Option<&PathPattern>,
    gets_passwords: bool,
) -> Option<Forward> {
    let table = table.table(report, &route::FORWARD)?;
    let origin = table.text(report, &route_forward::ORIGIN);
    let origin = origin.and_then(|name| {
        let origin = around.origins.find(report, &name, name.value)?;
        if gets_passwords {
            sections::check_for_passwords(report, &name, &origin);
        }
        Some(origin)
    });
    let path = table.parsed(report, &route_forward::PATH, PathPattern::parse);
    if let (Some(from), Some(to)) = (from, &path)
        && from.is_prefix() != to.is_prefix()
    {
        let reason = format!("`{to}` and the route's `{from}` must both end with `/*`, or neither");
        table.wrong(report, &route_forward::PATH, &reason);
    }
    let host = table.checked(report, &route_forward::HOST, text::authority);
    let by_url = origin.as_ref().is_some_and(|origin| matches!(origin.via, Via::Url(_)));
    if by_url && table.has(&route_forward::HOST) {
        let reason = "is possible only for an origin by `service`; by `url` the platform always sends that URL's host";
        table.wrong(report, &route_forward::HOST, reason);
    }
    let jwt_audience = table.checked(report, &route_forward::JWT_AUDIENCE, text::audience);
    if jwt_audience.is_some() && !around.signs_identities {
        table.wrong(report, &route_forward::JWT_AUDIENCE, "needs a key to sign with: `[identity] keys = [\"…\"]`");
    }
    let set = set(report, &table);
    let mut remove = Vec::new();
    for text in table.texts(report, &route_forward::REMOVE) {
        let Some(names) = text.parsed(report, NamePattern::parse) else { continue };
        if names.touches("edgegate-") {
            text.wrong(report, &format!("`{names}` covers the `Edgegate-*` headers that tell the origin who calls"));
        }
        remove.push(names);
    }
    Some(Forward { origin: origin?, path, host, set, remove, jwt_audience })
}

fn set(report: &mut Report, table: &Table<'_>) -> Vec<(String, String)> {
    let mut set: Vec<(String, String)> = Vec::new();
    let Some(table) = table.free_table(report, &route_forward::SET) else { return set };
    for (name, value) in table.all_texts(report) {
        if let Err(reason) = text::settable_header(name) {
            value.wrong(report, &reason);
        }
        if set.iter().any(|(earlier, _)| earlier.eq_ignore_ascii_case(name)) {
            value.wrong(report, &format!("`{name}` is set twice; header names have no case"));
        }
        value.parsed(report, text::header_value);
        set.push((name.to_owned(), value.value.to_owned()));
    }
    set
}

fn cors(report: &mut Report, table: &Table<'_>) -> Option<Cors> {
    let table = table.table(report, &route::CORS)?;
    let origins = table.texts(report, &route_cors::ORIGINS);
    let lower = |text: &Text<'_>| text.value.to_ascii_lowercase();
    let headers = table.texts(report, &route_cors::HEADERS);
    let expose = table.texts(report, &route_cors::EXPOSE);
    for text in headers.iter().chain(&expose) {
        text.parsed(report, text::header_name);
    }
    Some(Cors {
        origins: origins.iter().filter_map(|text| text.parsed(report, OriginPattern::parse)).collect(),
        credentials: table.flag(report, &route_cors::CREDENTIALS),
        headers: headers.iter().map(lower).collect(),
        expose: expose.iter().map(lower).collect(),
        max_age: table.seconds(report, &route_cors::MAX_AGE),
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
