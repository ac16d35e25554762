//! `[oauth]` and `[issuers.*]`.

use super::keys;
use super::names::Names;
use super::sections;
use super::table::Table;
use super::text;
use super::time;
use crate::shape::{self, issuer, oauth, root};
use crate::{Dialect, Issuer, JwsAlgorithm, Key, OAuth, Origin, SHARDS, Verification};

/// `[oauth]`
pub(super) fn oauth(root: &Table<'_>, keys: &Names<Key>) -> Option<OAuth> {
    let table = root.table(&root::OAUTH)?;
    for (needed, why) in [
        (&root::REGISTRY, "its clients are found by what it says"),
        (&root::SESSION, "the authorization page asks who is there"),
    ] {
        if !root.has(needed) {
            table.report.add(table.line, format!("oauth: {why}, and there is no `[{}]`", needed.name));
        }
    }
    let keys = keys::list(&table, &oauth::KEYS, keys, keys::SEAL);
    let path = table.checked_or(&oauth::PATH, base_path);
    let access_lifetime = table.seconds(&oauth::ACCESS_LIFETIME);
    let refresh_lifetime = table.seconds(&oauth::REFRESH_LIFETIME);
    let grant_lifetime = table.seconds(&oauth::GRANT_LIFETIME);
    for (shorter, longer) in [
        ((&oauth::ACCESS_LIFETIME, access_lifetime), (&oauth::REFRESH_LIFETIME, refresh_lifetime)),
        ((&oauth::REFRESH_LIFETIME, refresh_lifetime), (&oauth::GRANT_LIFETIME, grant_lifetime)),
    ] {
        if shorter.1 > longer.1 {
            let key = if table.has(shorter.0) { shorter.0 } else { longer.0 };
            let (less, more) = (time::show_duration(shorter.1), time::show_duration(longer.1));
            let reason = format!("{} = {less} does not fit into {} = {more}", shorter.0.name, longer.0.name);
            table.wrong(key, &reason);
        }
    }
    Some(OAuth {
        keys,
        path,
        dialect: dialect(&table),
        code_lifetime: table.seconds(&oauth::CODE_LIFETIME),
        access_lifetime,
        refresh_lifetime,
        grant_lifetime,
        retry_window: table.seconds(&oauth::RETRY_WINDOW),
        shards: keys::shards(&table, &oauth::SHARDS).unwrap_or(SHARDS),
        cache: table.seconds(&oauth::CACHE),
        query: table.flag(&oauth::QUERY),
        scopes: scopes(&table),
    })
}

/// `dialect` of `[oauth]`.
fn dialect(table: &Table<'_>) -> Dialect {
    table.word(&oauth::DIALECT, &oauth::DIALECTS).unwrap_or_default()
}

/// Every `[issuers.*]`.
pub(super) fn issuers(root: &Table<'_>, keys: &Names<Key>, origins: &Names<Origin>) -> Names<Issuer> {
    let mut issuers: Names<Issuer> = Names::new("issuers");
    for (name, table) in root.named(&root::ISSUERS) {
        sections::check_name("issuers", name, &table);
        let issuer = issuer(name, &table, origins);
        let same = |other: &&std::sync::Arc<Issuer>| issuer.as_ref().is_some_and(|one| one.issuer == other.issuer);
        if let Some(other) = issuers.things().find(same) {
            let reason = format!("is that of `[issuers.{}]` already; put both audiences into one", other.name);
            table.wrong(&issuer::ISSUER, &reason);
        }
        let secret = issuer.as_ref().and_then(Issuer::secret);
        if let Some(key) = keys.things().find(|key| secret == Some(key.secret.as_str())) {
            let reason = format!("is the secret of `[keys.{}]` already, and would be sent to the issuer", key.id);
            table.wrong(&issuer::SECRET, &reason);
        }
        issuers.add(name, issuer);
    }
    issuers
}

fn issuer(name: &str, table: &Table<'_>, origins: &Names<Origin>) -> Option<Issuer> {
    let issuer = table.checked(&issuer::ISSUER, text::audience);
    let audience = table.texts(&issuer::AUDIENCE);
    let audience = audience.iter().filter_map(|text| text.parsed(audience_of)).collect();
    let origin = table.text(&issuer::ORIGIN);
    let origin = origin.and_then(|text| origins.find(&text, text.value));
    let verification = verification(table);
    if !table.has(&issuer::AUDIENCE) && table.has(&issuer::JWKS) {
        let reason = "`audience` is missing: a token that was issued for somebody else would do";
        table.report.add(table.line, format!("{}: {reason}", table.label));
    }
    if origin.as_ref().is_some_and(|origin| origin.insecure) {
        let reason =
            "is `insecure = true`: who is on the way could hand in keys of their own, or read tokens; use https";
        table.wrong(&issuer::ORIGIN, reason);
    }
    let cache = match verification {
        Some(Verification::Introspection { .. }) => &issuer::CACHE_OF_ANSWERS,
        _ => &issuer::CACHE_OF_KEYS,
    };
    Some(Issuer {
        name: name.to_owned(),
        issuer: issuer?,
        audience,
        origin: origin?,
        skew: table.seconds(&issuer::SKEW),
        subject: table.checked_or(&issuer::SUBJECT, text::name),
        cache: table.seconds_within(&issuer::CACHE, cache),
        verification: verification?,
    })
}

fn verification(table: &Table<'_>) -> Option<Verification> {
    let by_keys = [&issuer::ALGORITHMS];
    let by_asking = [&issuer::CLIENT_ID, &issuer::SECRET];
    let (others, what): (&[&shape::Key], &str) = match (table.has(&issuer::JWKS), table.has(&issuer::INTROSPECTION)) {
        (true, false) => (&by_asking, "introspection"),
        (false, true) => (&by_keys, "jwks"),
        (true, true) => {
            table.wrong(&issuer::INTROSPECTION, "a token is verified by `jwks` or by `introspection`, not by both");
            return None;
        }
        (false, false) => {
            let reason = "says not how a token is verified; add `jwks = \"/…\"` or `introspection = \"/…\"`";
            table.report.add(table.line, format!("{}: {reason}", table.label));
            return None;
        }
    };
    for key in others.iter().filter(|key| table.has(key)) {
        table.wrong(key, &format!("has no effect without `{what}`"));
    }
    if table.has(&issuer::JWKS) {
        let path = table.checked(&issuer::JWKS, text::exact_path);
        let mut algorithms = Vec::new();
        for text in table.texts(&issuer::ALGORITHMS) {
            algorithms.extend(text.word(JwsAlgorithm::ALL));
        }
        if !table.has(&issuer::ALGORITHMS) {
            table
                .report
                .add(table.line, format!("{}: `algorithms` is missing; the token must not choose", table.label));
        }
        return Some(Verification::Jwks { path: path?, algorithms });
    }
    let path = table.checked(&issuer::INTROSPECTION, text::exact_path);
    for key in by_asking.iter().filter(|key| !table.has(key)) {
        let reason = "is missing: the gateway has to say there who it is";
        table.report.add(table.line, format!("{}: `{}` {reason}", table.label, key.name));
    }
    let client_id = table.checked(&issuer::CLIENT_ID, text::name);
    let secret = table.checked(&issuer::SECRET, text::secret);
    Some(Verification::Introspection { path: path?, client_id: client_id?, secret: secret? })
}

fn scopes(table: &Table<'_>) -> Vec<(String, String)> {
    let Some(table) = table.free_table(&oauth::SCOPES) else { return Vec::new() };
    let mut scopes = Vec::new();
    for (name, value) in table.all_texts() {
        if let Err(reason) = text::scope(name).and_then(|_| text::title(value.value)) {
            value.wrong(&reason);
        }
        scopes.push((name.to_owned(), value.value.to_owned()));
    }
    scopes
}

fn base_path(text: &str) -> Result<(), String> {
    text::exact_path(text)?;
    match text.len() > 1 && !text.ends_with('/') && !text.starts_with("/.") {
        true => Ok(()),
        false => Err(format!("`{text}` must be a path like `/oauth`, without a slash at its end")),
    }
}

fn audience_of(text: &str) -> Result<String, String> {
    text::audience(text).map(|()| text.to_owned())
}
