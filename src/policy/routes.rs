//! `[[routes]]`: what each asks for, and where it goes.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::names::Names;
use super::order;
use super::path::is_within;
use super::problem::Report;
use super::sections;
use super::shape;
use super::suggest;
use super::table::{Bounds, Table};
use super::text;
use super::value::Text;
use super::{
    Accept, BearerUse, Cors, Dialect, Forward, HostPattern, Issuer, Link, Luminate, NamePattern, OAuth, Origin,
    OriginPattern, PathPattern, Revocation, Route, SignedRedirect, SingleUse, TagPlaces, Via,
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
    pub(super) signs_identities: bool,
    pub(super) single_use: SingleUse,
}

/// Every `[[routes]]`, in file order.
pub(super) fn read(report: &mut Report, around: &Surroundings<'_, '_>) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    let mut names: Vec<(String, usize)> = Vec::new();
    let tables = around.root.listed(report, "routes");
    for (index, (line, entries)) in tables.into_iter().enumerate() {
        let name = name_of(entries);
        let label = name.map_or_else(|| format!("routes[{}]", index + 1), |name| format!("routes.{name}"));
        let table = Table::open(report, &shape::ROUTE, label, line, entries);
        if let Some(name) = name {
            if let Some((_, earlier)) = names.iter().find(|(known, _)| known == name) {
                table.wrong(report, "name", &format!("`{name}` is the name of the route in line {earlier} already"));
            }
            names.push((name.to_owned(), line));
        }
        routes.extend(route(report, &table, around));
    }
    routes
}

fn route(report: &mut Report, table: &Table<'_>, around: &Surroundings<'_, '_>) -> Option<Route> {
    let name = table.checked(report, "name", text::slug);
    let host = table.parsed(report, "host", HostPattern::parse);
    let path = table.parsed(report, "path", PathPattern::parse);
    if path.as_ref().is_some_and(is_reserved) {
        table.wrong(report, "path", "is answered by the gateway itself; no route can stand there");
    }
    let oauth_path = around.oauth.map_or("", |oauth| &oauth.path);
    if !oauth_path.is_empty() && path.as_ref().is_some_and(|path| is_within(path.base(), oauth_path)) {
        let reason = format!("is within `{oauth_path}`, where `[oauth]` stands; no route can stand there");
        table.wrong(report, "path", &reason);
    }
    let methods = methods(report, table);
    let accept = accept(report, table, around);
    let accepts = |kind: fn(&Accept) -> bool| accept.iter().any(kind);
    let is_luminate = names_luminate(table);
    if is_luminate && path.as_ref().is_some_and(|path| !path.is_prefix()) {
        table.wrong(report, "path", "must end with `/*`: what `luminate` answers lies below the path");
    }
    let bearer = bearer(report, table);
    if table.has("bearer") && !accepts(|one| matches!(one, Accept::Bearer | Accept::Issuer(_) | Accept::TokenPair)) {
        table.wrong(
            report,
            "bearer",
            "has no effect, since `accept` has none of `bearer`, `issuer:<name>`, `token-pair`",
        );
    }
    let dialect = super::oauth::dialect(report, table);
    if dialect == Dialect::Checkfront && is_luminate {
        table.wrong(report, "dialect", "has no effect, since the route speaks `luminate`");
    }
    let confirm = table.flag(report, "confirm", false);
    if confirm && !accepts(|one| matches!(one, Accept::Nonce)) {
        table.wrong(report, "confirm", "has no effect, since `accept` lacks `nonce`");
    }
    if confirm && !methods.iter().any(|method| method == "POST") {
        table.wrong(report, "confirm", "needs `POST` in `methods`: the button of its page posts");
    }
    let revocation = table.word(report, "revocation", REVOCATIONS).unwrap_or(Revocation::Cached);
    if revocation == Revocation::Strict {
        if !is_luminate && !accepts(|one| matches!(one, Accept::Bearer | Accept::Session | Accept::HttpSession(_))) {
            let reason = "has no effect, since `accept` has none of `bearer`, `session`, `luminate`, `http-session`";
            table.wrong(report, "revocation", reason);
        }
        if around.single_use == SingleUse::BestEffort {
            table.wrong(
                report,
                "revocation",
                "`strict` asks the ledger, which `[storage] single_use = \"best-effort\"` does without",
            );
        }
    }
    let tags = tags(report, table, is_luminate);
    let forward = forward(report, table, around, path.as_ref(), is_luminate);
    let cors = cors(report, table);
    Some(Route {
        name: name?,
        host,
        path: path?,
        methods,
        accept,
        bearer,
        dialect,
        confirm,
        revocation,
        forward: forward?,
        cors,
        path_parameters: table.flag(report, "path_parameters", false),
        tags,
    })
}

/// Whether `accept` holds `luminate`, even if `[luminate]` is missing or wrong.
fn names_luminate(table: &Table<'_>) -> bool {
    let Some(DeValue::Array(items)) = table.entries.get("accept").map(Spanned::get_ref) else { return false };
    items.iter().any(|item| matches!(item.get_ref(), DeValue::String(name) if name == "luminate"))
}

/// `tags`: where in a page; `html` is its text and attributes.
fn tags(report: &mut Report, table: &Table<'_>, knows_tags: bool) -> Option<TagPlaces> {
    if !table.has("tags") {
        return None;
    }
    if !knows_tags {
        table.wrong(report, "tags", "has no effect, since `accept` lacks `luminate`");
    }
    let mut places = TagPlaces::default();
    let mut in_html = false;
    let texts = table.some_texts(report, "tags", "is empty; write `tags = [\"html\"]`, or leave it out");
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
        table.wrong(report, "tags", "lacks `html`, on top of which the others come");
    }
    Some(places)
}

fn methods(report: &mut Report, table: &Table<'_>) -> Vec<String> {
    if !table.has("methods") {
        return vec![String::from("GET"), String::from("HEAD")];
    }
    let texts = table.some_texts(report, "methods", "is empty; leave it out for GET and HEAD");
    texts.iter().filter_map(|text| text.parsed(report, text::method)).collect()
}

fn accept(report: &mut Report, table: &Table<'_>, around: &Surroundings<'_, '_>) -> Vec<Accept> {
    let texts = table.some_texts(
        report,
        "accept",
        "is empty; name credentials, or `none` for a route that is open to everybody",
    );
    let last = texts.len().saturating_sub(1);
    let mut accept = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        if text.value == "none" && index != last {
            text.wrong(report, "`none` lets everybody through, so it must be the last entry");
        }
        let Some(one) = credential(report, text, around) else { continue };
        // A browser sends its session along with everything. Asked last, it cannot hide what was sent on purpose:
        // a nonce opened over another person's session has to end that session.
        order::insert(&mut accept, one, |accept| match accept {
            Accept::Nothing => 2,
            Accept::Session => 1,
            _ => 0,
        });
    }
    let is_for_http = |accept: &Accept| matches!(accept, Accept::HttpSession(_));
    if accept.iter().any(is_for_http) && !accept.iter().all(|one| is_for_http(one) || matches!(one, Accept::Nothing)) {
        table.wrong(report, "accept", "`http-session` stands alone, or before `none`: nothing else is taken by http");
    }
    if texts.len() > 1 && names_luminate(table) {
        table.wrong(report, "accept", "`luminate` stands alone: the dialect says what opens its addresses");
    }
    accept
}

fn credential(report: &mut Report, text: &Text<'_>, around: &Surroundings<'_, '_>) -> Option<Accept> {
    if let Some(name) = text.value.strip_prefix("link:") {
        return around.links.find(report, text, name).map(Accept::Link);
    }
    if let Some(name) = text.value.strip_prefix("signed-redirect:") {
        return around.signed_redirects.find(report, text, name).map(Accept::SignedRedirect);
    }
    if let Some(name) = text.value.strip_prefix("issuer:") {
        return around.issuers.find(report, text, name).map(Accept::Issuer);
    }
    let (accept, needs): (Accept, &[&str]) = match text.value {
        "none" => (Accept::Nothing, &[]),
        "bearer" if around.root.has("oauth") => (Accept::Bearer, &[]),
        "bearer" => (Accept::Bearer, &["bearer"]),
        "token-pair" => (Accept::TokenPair, &["registry"]),
        "session" => (Accept::Session, &["session"]),
        "nonce" => (Accept::Nonce, &["nonce", "session"]),
        "http-session" => match around.luminate.filter(|luminate| luminate.http_host.is_some()) {
            Some(luminate) => (Accept::HttpSession(Arc::clone(luminate)), &[]),
            None => {
                text.wrong(report, "`http-session` needs `http_host` in `[luminate]`, and there is none");
                return None;
            }
        },
        "luminate" => match around.luminate {
            Some(luminate) => (Accept::Luminate(Arc::clone(luminate)), &[]),
            None => {
                if !around.root.has("luminate") {
                    text.wrong(report, "`luminate` needs a table `[luminate]`, and there is none");
                }
                return None;
            }
        },
        other => {
            let hint = suggest::hint(other, ACCEPTED.iter().copied(), "possible");
            text.wrong(report, &format!("`{other}` is no kind of credential{hint}"));
            return None;
        }
    };
    for needed in needs {
        if !around.root.has(needed) {
            text.wrong(report, &format!("`{}` needs a table `[{needed}]`, and there is none", text.value));
        }
    }
    Some(accept)
}

fn bearer(report: &mut Report, table: &Table<'_>) -> BearerUse {
    let Some(table) = table.table(report, "bearer", &shape::ROUTE_BEARER) else { return BearerUse::default() };
    BearerUse {
        scope: table.list(report, "scope", text::scope),
        query: table.flag(report, "query", false),
        form: table.flag(report, "form", false),
    }
}

fn forward(
    report: &mut Report,
    table: &Table<'_>,
    around: &Surroundings<'_, '_>,
    from: Option<&PathPattern>,
    gets_passwords: bool,
) -> Option<Forward> {
    let table = table.table(report, "forward", &shape::ROUTE_FORWARD)?;
    let origin = table.text(report, "origin");
    let origin = origin.and_then(|name| {
        let origin = around.origins.find(report, &name, name.value)?;
        if gets_passwords {
            sections::judge_for_passwords(report, &name, &origin);
        }
        Some(origin)
    });
    let path = table.parsed(report, "path", PathPattern::parse);
    if let (Some(from), Some(to)) = (from, &path)
        && from.is_prefix() != to.is_prefix()
    {
        let reason = format!("`{to}` and the route's `{from}` must both end with `/*`, or neither");
        table.wrong(report, "path", &reason);
    }
    let host = table.checked(report, "host", super::host::check_authority);
    let by_url = origin.as_ref().is_some_and(|origin| matches!(origin.via, Via::Url(_)));
    if by_url && table.has("host") {
        let reason = "is possible only for an origin by `service`; by `url` the platform always sends that URL's host";
        table.wrong(report, "host", reason);
    }
    let jwt_audience = table.checked(report, "jwt_audience", text::audience);
    if jwt_audience.is_some() && !around.signs_identities {
        table.wrong(report, "jwt_audience", "needs a key to sign with: `[identity] keys = [\"…\"]`");
    }
    let set = set(report, &table);
    let mut remove = Vec::new();
    for text in table.texts(report, "remove") {
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
    let Some(table) = table.free_table(report, "set") else { return set };
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
    let table = table.table(report, "cors", &shape::ROUTE_CORS)?;
    let why = "is empty, so no page could call; name origins or leave `cors` out";
    let origins = table.some_texts(report, "origins", why);
    let lower = |text: &Text<'_>| text.value.to_ascii_lowercase();
    let headers = table.texts(report, "headers");
    let expose = table.texts(report, "expose");
    for text in headers.iter().chain(&expose) {
        text.parsed(report, text::header_name);
    }
    Some(Cors {
        origins: origins.iter().filter_map(|text| text.parsed(report, OriginPattern::parse)).collect(),
        credentials: table.flag(report, "credentials", false),
        headers: headers.iter().map(lower).collect(),
        expose: expose.iter().map(lower).collect(),
        max_age: table.duration(report, "max_age", 600, &PREFLIGHT),
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

const PREFLIGHT: Bounds = Bounds { least: (0, ""), most: (86_400, "no browser keeps a preflight longer") };
const RESERVED: [&str; 3] =
    ["/.edgegate", "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"];
const ACCEPTED: [&str; 10] = [
    "link:<name>",
    "signed-redirect:<name>",
    "bearer",
    "issuer:<name>",
    "token-pair",
    "session",
    "nonce",
    "luminate",
    "http-session",
    "none",
];
const REVOCATIONS: &[(&str, Revocation)] = &[("cached", Revocation::Cached), ("strict", Revocation::Strict)];
