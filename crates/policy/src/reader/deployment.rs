//! The tables that describe the gateway itself and its surroundings.

use super::bucket;
use super::names::Names;
use super::networks;
use super::origin_credentials;
use super::table::Table;
use super::text;
use super::value::Text;
use crate::sections::key;
use crate::shape::{admin, gateway, identity, limits, origin, root, storage};
use crate::{
    Admin, BaseUrl, ClientAddress, Gateway, Identity, Issuer, Key, Limits, Luminate, NamePattern, Objects, Origin,
    OriginCredentials, SingleUse, Via,
};

/// `version = 1`, so that the form of the file can change one day.
pub(crate) fn version(root: &Table<'_>) {
    if root.has(&root::VERSION) {
        root.number(&root::VERSION);
    }
}

/// `[gateway]`
pub(crate) fn gateway(root: &Table<'_>) -> Option<Gateway> {
    let table = root.table(&root::GATEWAY)?;
    let issuer = table.parsed(&gateway::ISSUER, BaseUrl::parse);
    let realm = table.checked_or(&gateway::REALM, text::realm);
    let explain = table.flag(&gateway::EXPLAIN);
    let decision_log = table.flag(&gateway::DECISION_LOG);
    let issuer = issuer?;
    if !issuer.path().is_empty() {
        table.wrong(&gateway::ISSUER, "must be an address without a path; the gateway stands at the root of its host");
    }
    if !issuer.is_https() && !issuer.is_loopback() {
        table.wrong(
            &gateway::ISSUER,
            "must be https: sessions and tokens would travel in the clear (http is for loopback only)",
        );
    }
    if explain && !issuer.is_loopback() {
        let reason = "is possible only with an issuer on loopback: it shows what would have been signed";
        table.wrong(&gateway::EXPLAIN, reason);
    }
    let (client_address, proxies) =
        (client_address(&table), networks::read(&table, &gateway::PROXIES, "your proxies have"));
    let maintenance = table.flag(&gateway::MAINTENANCE);
    Some(Gateway { issuer, realm, explain, decision_log, client_address, proxies, maintenance })
}

/// `client_address`: one or several fields, or `none`.
fn client_address(table: &Table<'_>) -> ClientAddress {
    let nowhere = ClientAddress::default();
    if !table.has(&gateway::CLIENT_ADDRESS) {
        return ClientAddress { x_forwarded_for: true, ..nowhere };
    }
    let texts = table.texts(&gateway::CLIENT_ADDRESS);
    let mut told = nowhere;
    for text in &texts {
        let Some(one) = text.word(&gateway::ADDRESS_FIELDS) else { continue };
        if one == nowhere && texts.len() > 1 {
            text.wrong("`none` stands alone");
        }
        told.x_forwarded_for |= one.x_forwarded_for;
        told.x_real_ip |= one.x_real_ip;
        told.forwarded |= one.forwarded;
    }
    told
}

/// `[origins.*]`
pub(crate) fn origins(root: &Table<'_>) -> Names<Origin> {
    let mut origins = Names::new("origins");
    for (name, table) in root.named(&root::ORIGINS) {
        check_name("origins", name, &table);
        let origin = origin(name, &table);
        bucket::check_alike(&table, origin.as_ref(), &origins);
        origins.add(name, origin);
    }
    origins
}

/// `[identity]`
pub(crate) fn identity(root: &Table<'_>, keys: &Names<Key>) -> Identity {
    let Some(table) = root.table(&root::IDENTITY) else {
        return Identity { lifetime: identity::LIFETIME.usual(), ..Identity::default() };
    };
    let keys = key::list(&table, &identity::KEYS, keys, key::IDENTITY);
    if keys.len() > 2 {
        table.wrong(&identity::KEYS, "holds more than two keys; one signs and one is on its way in or out");
    }
    Identity {
        keys,
        lifetime: table.seconds(&identity::LIFETIME),
        strip: table.list(&identity::STRIP, NamePattern::parse).into_iter().map(NamePattern::folded).collect(),
    }
}

/// `[admin]`
pub(crate) fn admin(
    root: &Table<'_>,
    keys: &Names<Key>,
    issuers: &Names<Issuer>,
    luminate: Option<&Luminate>,
) -> Option<Admin> {
    let table = root.table(&root::ADMIN)?;
    let [secret, next_secret] = [&admin::SECRET, &admin::NEXT_SECRET].map(|name| {
        let secret = table.checked(name, text::secret)?;
        let key = keys.things().find(|key| key.secret == secret).map(|key| ("keys.", &key.id));
        let issuer = issuers.things().find(|issuer| issuer.secret() == Some(&secret));
        let mut administrators = luminate.into_iter().flat_map(|luminate| &luminate.administrators);
        let administrator = administrators.find(|one| one.secret == secret);
        let taken = key
            .or(issuer.map(|issuer| ("issuers.", &issuer.name)))
            .or(administrator.map(|one| ("luminate.administrators.", &one.name)));
        if let Some((table_of, id)) = taken {
            let reason = format!("is the secret of `[{table_of}{id}]` already; the admin key has a value of its own");
            table.wrong(name, &reason);
        }
        Some(secret)
    });
    if secret.is_some() && secret == next_secret {
        table.wrong(&admin::NEXT_SECRET, "is `secret` itself; the next admin key has a value of its own");
    }
    let allow = networks::read(&table, &admin::ALLOW, "administrators come from");
    Some(Admin { secret: secret?, next_secret, allow })
}

/// `[limits]`
pub(crate) fn limits(root: &Table<'_>) -> Limits {
    let table = root.table(&root::LIMITS);
    let [url, headers, form] = [&limits::URL, &limits::HEADERS, &limits::FORM].map(|key| {
        let number = table.as_ref().and_then(|table| table.number(key));
        usize::try_from(number.unwrap_or(key.usual())).unwrap_or(usize::MAX)
    });
    let body = table.as_ref().and_then(|table| table.number(&limits::BODY));
    let wait = table.as_ref().map_or(limits::WAIT.usual(), |table| table.seconds(&limits::WAIT));
    Limits { url, headers, form, body, wait }
}

/// `[storage]`
pub(crate) fn storage(root: &Table<'_>) -> (SingleUse, Objects) {
    let Some(table) = root.table(&root::STORAGE) else {
        return (SingleUse::Ledger, Objects::default());
    };
    let single_use = table.word(&storage::SINGLE_USE, &storage::SINGLE_USES).unwrap_or(SingleUse::Ledger);
    let location_hint = table.word(&storage::LOCATION_HINT, &storage::LOCATION_HINTS).map(str::to_owned);
    let jurisdiction = table.word(&storage::JURISDICTION, &storage::JURISDICTIONS).map(str::to_owned);
    (single_use, Objects { location_hint, jurisdiction, shards: Vec::new() })
}

/// Checks the name of a table under `origins`, `links` or `signed_redirects`.
pub(crate) fn check_name(kind: &str, name: &str, table: &Table<'_>) {
    if let Err(reason) = text::slug(name) {
        table.report.add(table.line, format!("{kind}: {reason}"));
    }
}

/// Whether an origin may receive passwords; `text` is where it is named for that.
pub(crate) fn check_for_passwords(text: &Text<'_>, origin: &Origin) {
    if origin.insecure {
        let reason = format!(
            "`{}` is `insecure = true`, so passwords would travel in the clear; use https, or a service binding",
            origin.name
        );
        text.wrong(&reason);
    }
}

fn origin(name: &str, table: &Table<'_>) -> Option<Origin> {
    let url = table.parsed(&origin::URL, BaseUrl::parse);
    let service = table.checked(&origin::SERVICE, text::binding);
    let bucket = bucket::read(table);
    let handler = handler(table);
    let insecure = table.flag(&origin::INSECURE);
    let named =
        [&origin::URL, &origin::SERVICE, &origin::R2, &origin::HANDLER].into_iter().filter(|key| table.has(key));
    match named.collect::<Vec<_>>().as_slice() {
        [_] => {}
        [.., other] => table.wrong(other, "an origin has one of `url`, `service`, `r2` and `handler`"),
        [] => {
            let reason = "says nowhere to go; add `url = \"https://…\"`, `service = \"BINDING\"`, `r2 = \"BINDING\"` or `handler = true`";
            table.report.add(table.line, format!("{}: {reason}", table.label));
        }
    }
    let in_the_clear = url.as_ref().is_some_and(|url| !url.is_https() && !url.is_loopback());
    if in_the_clear && !insecure {
        let reason = "is http, so identity and content would travel in the clear; use https, or say `insecure = true` to accept that";
        table.wrong(&origin::URL, reason);
    }
    if insecure && !in_the_clear && (url.is_some() || service.is_some() || bucket.is_some() || handler.is_some()) {
        table.wrong(&origin::INSECURE, "has no effect on this origin; leave it out");
    }
    let via = url.map(Via::Url).or(service.map(Via::Service)).or(bucket.map(Via::Bucket)).or(handler)?;
    let timeout = table.seconds(&origin::TIMEOUT);
    let credentials = OriginCredentials {
        authorization: origin_credentials::authorization(table, &origin::AUTHORIZATION),
        headers: origin_credentials::headers(table, &origin::SET_SECRET),
    };
    if insecure {
        for key in [&origin::AUTHORIZATION, &origin::SET_SECRET].into_iter().filter(|key| table.has(key)) {
            table.wrong(key, "would travel in the clear, since the origin is `insecure = true`");
        }
    }
    Some(Origin { name: name.to_owned(), via, insecure, timeout, credentials })
}

/// The application in the same Worker, which there is or is not: `false` would name no origin.
fn handler(table: &Table<'_>) -> Option<Via> {
    let is_named = table.flag(&origin::HANDLER);
    if table.has(&origin::HANDLER) && !is_named {
        table.wrong(&origin::HANDLER, "is `true` or left out");
    }
    is_named.then_some(Via::Handler)
}
