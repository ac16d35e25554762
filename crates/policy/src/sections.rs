//! The tables that describe the gateway itself and its surroundings.

use super::keys;
use super::names::Names;
use super::problem::Report;
use super::shape;
use super::table::{Bounds, Table};
use super::text;
use super::value::Text;
use super::{
    Admin, BaseUrl, Gateway, Identity, Issuer, Key, Limits, Luminate, NamePattern, Network, Objects, Origin, SingleUse,
    Via,
};

/// `version = 1`, so that the form of the file can change one day.
pub(super) fn version(report: &mut Report, root: &Table<'_>) {
    if root.has("version") {
        root.number(report, "version", 1..=1);
    }
}

/// `[gateway]`
pub(super) fn gateway(report: &mut Report, root: &Table<'_>) -> Option<Gateway> {
    let table = root.table(report, "gateway", &shape::GATEWAY)?;
    let issuer = table.parsed(report, "issuer", BaseUrl::parse);
    let realm = table.checked(report, "realm", text::realm);
    let explain = table.flag(report, "explain", false);
    let decision_log = table.flag(report, "decision_log", true);
    let issuer = issuer?;
    if !issuer.path().is_empty() {
        table.wrong(report, "issuer", "must be an address without a path; the gateway stands at the root of its host");
    }
    if !issuer.is_https() && !issuer.is_loopback() {
        table.wrong(
            report,
            "issuer",
            "must be https: sessions and tokens would travel in the clear (http is for loopback only)",
        );
    }
    if explain && !issuer.is_loopback() {
        let reason = "is possible only with an issuer on loopback: it shows what would have been signed";
        table.wrong(report, "explain", reason);
    }
    Some(Gateway { issuer, realm: realm.unwrap_or_else(|| String::from("edgegate")), explain, decision_log })
}

/// `[origins.*]`
pub(super) fn origins(report: &mut Report, root: &Table<'_>) -> Names<Origin> {
    let mut origins = Names::new("origins");
    for (name, table) in root.named(report, "origins", &shape::ORIGIN) {
        check_name(report, "origins", name, &table);
        let origin = origin(report, name, &table);
        origins.add(name, origin);
    }
    origins
}

/// `[identity]`
pub(super) fn identity(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Identity {
    let Some(table) = root.table(report, "identity", &shape::IDENTITY) else {
        return Identity { lifetime: IDENTITY_LIFETIME, ..Identity::default() };
    };
    let keys = keys::list(report, &table, keys, keys::IDENTITY);
    if keys.len() > 2 {
        table.wrong(report, "keys", "holds more than two keys; one signs and one is on its way in or out");
    }
    Identity {
        keys,
        lifetime: table.duration(report, "lifetime", IDENTITY_LIFETIME, &IDENTITY_BOUNDS),
        strip: table.list(report, "strip", NamePattern::parse),
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
    let table = root.table(report, "admin", &shape::ADMIN)?;
    let [secret, next_secret] = ["secret", "next_secret"].map(|name| {
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
        table.wrong(report, "next_secret", "is `secret` itself; the next admin key has a value of its own");
    }
    let mut allow = Vec::new();
    for text in
        table.some_texts(report, "allow", "is empty, so nobody could call; name networks or leave `[admin]` out")
    {
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
    let mut limits = Limits { url: 8_192, headers: 32_768, form: 65_536, body: None, wait: WAIT };
    let Some(table) = root.table(report, "limits", &shape::LIMITS) else { return limits };
    for (key, range, limit) in [
        ("url", 256..=16_384, &mut limits.url), // the platform's own bound is 16 kB
        ("headers", 1_024..=131_072, &mut limits.headers), // and 128 kB
        ("form", 256..=1_048_576, &mut limits.form), // it is held in memory
    ] {
        if let Some(number) = table.number(report, key, range) {
            *limit = usize::try_from(number).unwrap_or(*limit);
        }
    }
    limits.body = table.number(report, "body", 0..=u64::MAX);
    limits.wait = table.duration(report, "wait", WAIT, &WAIT_BOUNDS);
    limits
}

/// `[storage]`
pub(super) fn storage(report: &mut Report, root: &Table<'_>) -> (SingleUse, Objects) {
    let Some(table) = root.table(report, "storage", &shape::STORAGE) else {
        return (SingleUse::Ledger, Objects::default());
    };
    let single_use = table.word(report, "single_use", SINGLE_USES).unwrap_or(SingleUse::Ledger);
    let mut objects = Objects::default();
    for (key, words, place) in [
        ("location_hint", LOCATION_HINTS, &mut objects.location_hint),
        ("jurisdiction", JURISDICTIONS, &mut objects.jurisdiction),
    ] {
        *place = table.word(report, key, words);
    }
    (single_use, objects)
}

/// Checks the name of a table under `origins`, `links` or `signed_redirects`.
pub(super) fn check_name(report: &mut Report, kind: &str, name: &str, table: &Table<'_>) {
    if let Err(reason) = text::slug(name) {
        report.add(table.line, format!("{kind}: {reason}"));
    }
}

/// Whether an origin may receive passwords; `text` is where it is named for that.
pub(super) fn judge_for_passwords(report: &mut Report, text: &Text<'_>, origin: &Origin) {
    if origin.insecure {
        let reason = format!(
            "`{}` is `insecure = true`, so passwords would travel in the clear; use https, or a service binding",
            origin.name
        );
        text.wrong(report, &reason);
    }
}

fn origin(report: &mut Report, name: &str, table: &Table<'_>) -> Option<Origin> {
    let url = table.parsed(report, "url", BaseUrl::parse);
    let service = table.checked(report, "service", text::binding);
    let insecure = table.flag(report, "insecure", false);
    match (table.has("url"), table.has("service")) {
        (true, false) | (false, true) => {}
        (true, true) => {
            let reason = "an origin has a `url` or a `service`, not both";
            table.wrong(report, "service", reason);
        }
        (false, false) => {
            let reason = "says nowhere to go; add `url = \"https://…\"` or `service = \"BINDING\"`";
            report.add(table.line, format!("{}: {reason}", table.label));
        }
    }
    let in_the_clear = url.as_ref().is_some_and(|url| !url.is_https() && !url.is_loopback());
    if in_the_clear && !insecure {
        let reason = "is http, so identity and content would travel in the clear; use https, or say `insecure = true` to accept that";
        table.wrong(report, "url", reason);
    }
    if insecure && !in_the_clear && (url.is_some() || service.is_some()) {
        table.wrong(report, "insecure", "has no effect on this origin; leave it out");
    }
    let via = match (url, service) {
        (Some(url), _) => Via::Url(url),
        (None, Some(service)) => Via::Service(service),
        (None, None) => return None,
    };
    let timeout = table.duration(report, "timeout", TIMEOUT, &TIMEOUT_BOUNDS);
    Some(Origin { name: name.to_owned(), via, insecure, timeout })
}

const WAIT: u64 = 10;
const WAIT_BOUNDS: Bounds = Bounds {
    least: (3, "one call alone may take so long"),
    most: (25, "the platform ends what a client left after 30 s, and what was begun has to be done by then"),
};
const TIMEOUT: u64 = 60;
const TIMEOUT_BOUNDS: Bounds =
    Bounds { least: (1, "no origin would be in time"), most: (600, "no visitor waits for longer") };

const IDENTITY_LIFETIME: u64 = 60;
const IDENTITY_BOUNDS: Bounds = Bounds {
    least: (1, "it must reach the origin"),
    most: (IDENTITY_LIFETIME, "the gateway signs anew long before, so only a stolen one would live longer"),
};
const SINGLE_USES: &[(&str, SingleUse)] = &[("ledger", SingleUse::Ledger), ("best-effort", SingleUse::BestEffort)];
/// https://developers.cloudflare.com/durable-objects/reference/data-location/, read on 2026-11-29, has both lists.
const LOCATION_HINTS: &[(&str, &str)] = &[
    ("wnam", "wnam"),
    ("enam", "enam"),
    ("sam", "sam"),
    ("weur", "weur"),
    ("eeur", "eeur"),
    ("apac", "apac"),
    ("oc", "oc"),
    ("afr", "afr"),
    ("me", "me"),
];
const JURISDICTIONS: &[(&str, &str)] = &[("eu", "eu"), ("us", "us"), ("fedramp", "fedramp")];
