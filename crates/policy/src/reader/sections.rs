//! The tables that describe the gateway itself and its surroundings.

use super::keys;
use super::names::Names;
use super::problem::Report;
use super::table::Table;
use super::text;
use super::value::Text;
use crate::shape::{admin, gateway, identity, limits, origin, root, storage};
use crate::{
    Admin, BaseUrl, Gateway, Identity, Issuer, Key, Limits, Luminate, NamePattern, Network, Objects, Origin, SingleUse,
    Via,
};

/// `version = 1`, so that the form of the file can change one day.
pub(super) fn version(report: &mut Report, root: &Table<'_>) {
    if root.has(&root::VERSION) {
        root.number(report, &root::VERSION);
    }
}

/// `[gateway]`
pub(super) fn gateway(report: &mut Report, root: &Table<'_>) -> Option<Gateway> {
    let table = root.table(report, &root::GATEWAY)?;
    let issuer = table.parsed(report, &gateway::ISSUER, BaseUrl::parse);
    let realm = table.checked_or(report, &gateway::REALM, text::realm);
    let explain = table.flag(report, &gateway::EXPLAIN);
    let decision_log = table.flag(report, &gateway::DECISION_LOG);
    let issuer = issuer?;
    if !issuer.path().is_empty() {
        table.wrong(
            report,
            &gateway::ISSUER,
            "must be an address without a path; the gateway stands at the root of its host",
        );
    }
    if !issuer.is_https() && !issuer.is_loopback() {
        table.wrong(
            report,
            &gateway::ISSUER,
            "must be https: sessions and tokens would travel in the clear (http is for loopback only)",
        );
    }
    if explain && !issuer.is_loopback() {
        let reason = "is possible only with an issuer on loopback: it shows what would have been signed";
        table.wrong(report, &gateway::EXPLAIN, reason);
    }
    Some(Gateway { issuer, realm, explain, decision_log })
}

/// `[origins.*]`
pub(super) fn origins(report: &mut Report, root: &Table<'_>) -> Names<Origin> {
    let mut origins = Names::new("origins");
    for (name, table) in root.named(report, &root::ORIGINS) {
        check_name(report, "origins", name, &table);
        let origin = origin(report, name, &table);
        origins.add(name, origin);
    }
    origins
}

/// `[identity]`
pub(super) fn identity(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Identity {
    let Some(table) = root.table(report, &root::IDENTITY) else {
        return Identity { lifetime: identity::LIFETIME.usual(), ..Identity::default() };
    };
    let keys = keys::list(report, &table, &identity::KEYS, keys, keys::IDENTITY);
    if keys.len() > 2 {
        table.wrong(report, &identity::KEYS, "holds more than two keys; one signs and one is on its way in or out");
    }
    Identity {
        keys,
        lifetime: table.seconds(report, &identity::LIFETIME),
        strip: table.list(report, &identity::STRIP, NamePattern::parse),
    }
}

/// `[admin]`
pub(super) fn admin(
    report: &mut Report,
    root: &Table<'_>,
    keys: &Names<Key>,
    issuers: &Names<Issuer>,
    luminate: Option<&Luminate>,
) -> Option<Admin> {
    let table = root.table(report, &root::ADMIN)?;
    let [secret, next_secret] = [&admin::SECRET, &admin::NEXT_SECRET].map(|name| {
        let secret = table.checked(report, name, text::secret)?;
        let key = keys.things().find(|key| key.secret == secret).map(|key| ("keys.", &key.id));
        let issuer = issuers.things().find(|issuer| issuer.secret() == Some(&secret));
        let mut administrators = luminate.into_iter().flat_map(|luminate| &luminate.administrators);
        let administrator = administrators.find(|one| one.secret == secret);
        let taken = key
            .or(issuer.map(|issuer| ("issuers.", &issuer.name)))
            .or(administrator.map(|one| ("luminate.administrators.", &one.name)));
        if let Some((table_of, id)) = taken {
            let reason = format!("is the secret of `[{table_of}{id}]` already; the admin key has a value of its own");
            table.wrong(report, name, &reason);
        }
        Some(secret)
    });
    if secret.is_some() && secret == next_secret {
        table.wrong(report, &admin::NEXT_SECRET, "is `secret` itself; the next admin key has a value of its own");
    }
    let mut allow = Vec::new();
    for text in table.texts(report, &admin::ALLOW) {
        let Some(network) = text.parsed(report, Network::parse) else { continue };
        if network.is_everybody() {
            let reason = format!("`{network}` is everybody; name the networks that administrators come from");
            text.wrong(report, &reason);
        }
        allow.push(network);
    }
    Some(Admin { secret: secret?, next_secret, allow })
}

/// `[limits]`
pub(super) fn limits(report: &mut Report, root: &Table<'_>) -> Limits {
    let table = root.table(report, &root::LIMITS);
    let [url, headers, form] = [&limits::URL, &limits::HEADERS, &limits::FORM].map(|key| {
        let number = table.as_ref().and_then(|table| table.number(report, key));
        usize::try_from(number.unwrap_or(key.usual())).unwrap_or(usize::MAX)
    });
    let body = table.as_ref().and_then(|table| table.number(report, &limits::BODY));
    let wait = table.as_ref().map_or(limits::WAIT.usual(), |table| table.seconds(report, &limits::WAIT));
    Limits { url, headers, form, body, wait }
}

/// `[storage]`
pub(super) fn storage(report: &mut Report, root: &Table<'_>) -> (SingleUse, Objects) {
    let Some(table) = root.table(report, &root::STORAGE) else {
        return (SingleUse::Ledger, Objects::default());
    };
    let single_use = table.word(report, &storage::SINGLE_USE, &storage::SINGLE_USES).unwrap_or(SingleUse::Ledger);
    let location_hint = table.word(report, &storage::LOCATION_HINT, &storage::LOCATION_HINTS).map(str::to_owned);
    let jurisdiction = table.word(report, &storage::JURISDICTION, &storage::JURISDICTIONS).map(str::to_owned);
    (single_use, Objects { location_hint, jurisdiction, shards: Vec::new() })
}

/// Checks the name of a table under `origins`, `links` or `signed_redirects`.
pub(super) fn check_name(report: &mut Report, kind: &str, name: &str, table: &Table<'_>) {
    if let Err(reason) = text::slug(name) {
        report.add(table.line, format!("{kind}: {reason}"));
    }
}

/// Whether an origin may receive passwords; `text` is where it is named for that.
pub(super) fn check_for_passwords(report: &mut Report, text: &Text<'_>, origin: &Origin) {
    if origin.insecure {
        let reason = format!(
            "`{}` is `insecure = true`, so passwords would travel in the clear; use https, or a service binding",
            origin.name
        );
        text.wrong(report, &reason);
    }
}

fn origin(report: &mut Report, name: &str, table: &Table<'_>) -> Option<Origin> {
    let url = table.parsed(report, &origin::URL, BaseUrl::parse);
    let service = table.checked(report, &origin::SERVICE, text::binding);
    let insecure = table.flag(report, &origin::INSECURE);
    match (table.has(&origin::URL), table.has(&origin::SERVICE)) {
        (true, false) | (false, true) => {}
        (true, true) => {
            let reason = "an origin has a `url` or a `service`, not both";
            table.wrong(report, &origin::SERVICE, reason);
        }
        (false, false) => {
            let reason = "says nowhere to go; add `url = \"https://…\"` or `service = \"BINDING\"`";
            report.add(table.line, format!("{}: {reason}", table.label));
        }
    }
    let in_the_clear = url.as_ref().is_some_and(|url| !url.is_https() && !url.is_loopback());
    if in_the_clear && !insecure {
        let reason = "is http, so identity and content would travel in the clear; use https, or say `insecure = true` to accept that";
        table.wrong(report, &origin::URL, reason);
    }
    if insecure && !in_the_clear && (url.is_some() || service.is_some()) {
        table.wrong(report, &origin::INSECURE, "has no effect on this origin; leave it out");
    }
    let via = match (url, service) {
        (Some(url), _) => Via::Url(url),
        (None, Some(service)) => Via::Service(service),
        (None, None) => return None,
    };
    let timeout = table.seconds(report, &origin::TIMEOUT);
    Some(Origin { name: name.to_owned(), via, insecure, timeout })
}
