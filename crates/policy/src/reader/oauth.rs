//! `[oauth]` and `[issuers.*]`.

use super::keys;
use super::names::Names;
use super::problem::Report;
use super::sections;
use super::table::Table;
use super::text;
use super::time;
use crate::shape::{self, issuer, oauth, root};
use crate::{Dialect, Issuer, JwsAlgorithm, Key, OAuth, Origin, SHARDS, Verification};

/// `[oauth]`
pub(super) fn oauth(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Option<OAuth> {
    let table = root.table(report, &root::OAUTH)?;
    for (needed, why) in [
        (&root::REGISTRY, "its clients are found by what it says"),
        (&root::SESSION, "the authorization page asks who is there"),
    ] {
        if !root.has(needed) {
            report.add(table.line, format!("oauth: {why}, and there is no `[{}]`", needed.name));
        }
    }
    let keys = keys::list(report, &table, &oauth::KEYS, keys, keys::SEAL);
    let path = table.checked_or(report, &oauth::PATH, base_path);
    let access_lifetime = table.seconds(report, &oauth::ACCESS_LIFETIME);
    let refresh_lifetime = table.seconds(report, &oauth::REFRESH_LIFETIME);
    let grant_lifetime = table.seconds(report, &oauth::GRANT_LIFETIME);
    for (shorter, longer) in [
        ((&oauth::ACCESS_LIFETIME, access_lifetime), (&oauth::REFRESH_LIFETIME, refresh_lifetime)),
        ((&oauth::REFRESH_LIFETIME, refresh_lifetime), (&oauth::GRANT_LIFETIME, grant_lifetime)),
    ] {
        if shorter.1 > longer.1 {
            let key = if table.has(shorter.0) { shorter.0 } else { longer.0 };
            let (less, more) = (time::show_duration(shorter.1), time::show_duration(longer.1));
            let reason = format!("{} = {less} does not fit into {} = {more}", shorter.0.name, longer.0.name);
            table.wrong(report, key, &reason);
        }
    }
    Some(OAuth {
        keys,
        path,
        dialect: dialect(report, &table),
        code_lifetime: table.seconds(report, &oauth::CODE_LIFETIME),
        access_lifetime,
        refresh_lifetime,
        grant_lifetime,
        retry_window: table.seconds(report, &oauth::RETRY_WINDOW),
        shards: keys::shards(report, &table, &oauth::SHARDS).unwrap_or(SHARDS),
        cache: table.seconds(report, &oauth::CACHE),
        query: table.flag(report, &oauth::QUERY),
        scopes: scopes(report, &table),
    })
}

/// `dialect` of `[oauth]`.
fn dialect(report: &mut Report, table: &Table<'_>) -> Dialect {
    table.word(report, &oauth::DIALECT, &oauth::DIALECTS).unwrap_or_default()
}

/// Every `[issuers.*]`.
pub(super) fn issuers(
    report: &mut Report,
    root: &Table<'_>,
    keys: &Names<Key>,
    origins: &Names<Origin>,
) -> Names<Issuer> {
    let mut issuers: Names<Issuer> = Names::new("issuers");
    for (name, table) in root.named(report, &root::ISSUERS) {
        sections::check_name(report, "issuers", name, &table);
        let issuer = issuer(report, name, &table, origins);
        let same = |other: &&std::sync::Arc<Issuer>| issuer.as_ref().is_some_and(|one| one.issuer == other.issuer);
        if let Some(other) = issuers.things().find(same) {
            let reason = format!("is that of `[issuers.{}]` already; put both audiences into one", other.name);
            table.wrong(report, &issuer::ISSUER, &reason);
        }
        let secret = issuer.as_ref().and_then(Issuer::secret);
        if let Some(key) = keys.things().find(|key| secret == Some(key.secret.as_str())) {
            let reason = format!("is the secret of `[keys.{}]` already, and would be sent to the issuer", key.id);
            table.wrong(report, &issuer::SECRET, &reason);
        }
        issuers.add(name, issuer);
    }
    issuers
}

fn issuer(report: &mut Report, name: &str, table: &Table<'_>, origins: &Names<Origin>) -> Option<Issuer> {
    let issuer = table.checked(report, &issuer::ISSUER, text::audience);
    let audience = table.texts(report, &issuer::AUDIENCE);
    let audience = audience.iter().filter_map(|text| text.parsed(report, audience_of)).collect();
    let origin = table.text(report, &issuer::ORIGIN);
    let origin = origin.and_then(|text| origins.find(report, &text, text.value));
    let verification = verification(report, table);
    if !table.has(&issuer::AUDIENCE) && table.has(&issuer::JWKS) {
        let reason = "`audience` is missing: a token that was issued for somebody else would do";
        report.add(table.line, format!("{}: {reason}", table.label));
    }
    if origin.as_ref().is_some_and(|origin| origin.insecure) {
        let reason =
            "is `insecure = true`: who is on the way could hand in keys of their own, or read tokens; use https";
        table.wrong(report, &issuer::ORIGIN, reason);
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
        skew: table.seconds(report, &issuer::SKEW),
        subject: table.checked_or(report, &issuer::SUBJECT, text::name),
        cache: table.seconds_within(report, &issuer::CACHE, cache),
        verification: verification?,
    })
}

fn verification(report: &mut Report, table: &Table<'_>) -> Option<Verification> {
    let by_keys = [&issuer::ALGORITHMS];
    let by_asking = [&issuer::CLIENT_ID, &issuer::SECRET];
    let (others, what): (&[&shape::Key], &str) = match (table.has(&issuer::JWKS), table.has(&issuer::INTROSPECTION)) {
        (true, false) => (&by_asking, "introspection"),
        (false, true) => (&by_keys, "jwks"),
        (true, true) => {
            table.wrong(
                report,
                &issuer::INTROSPECTION,
                "a token is verified by `jwks` or by `introspection`, not by both",
            );
            return None;
        }
        (false, false) => {
            let reason = "says not how a token is verified; add `jwks = \"/…\"` or `introspection = \"/…\"`";
            report.add(table.line, format!("{}: {reason}", table.label));
            return None;
        }
    };
    for key in others.iter().filter(|key| table.has(key)) {
        table.wrong(report, key, &format!("has no effect without `{what}`"));
    }
    if table.has(&issuer::JWKS) {
        let path = table.checked(report, &issuer::JWKS, text::exact_path);
        let mut algorithms = Vec::new();
        for text in table.texts(report, &issuer::ALGORITHMS) {
            algorithms.extend(text.word(report, JwsAlgorithm::ALL));
        }
        if !table.has(&issuer::ALGORITHMS) {
            report.add(table.line, format!("{}: `algorithms` is missing; the token must not choose", table.label));
        }
        return Some(Verification::Jwks { path: path?, algorithms });
    }
    let path = table.checked(report, &issuer::INTROSPECTION, text::exact_path);
    for key in by_asking.iter().filter(|key| !table.has(key)) {
        let reason = "is missing: the gateway has to say there who it is";
        report.add(table.line, format!("{}: `{}` {reason}", table.label, key.name));
    }
    let client_id = table.checked(report, &issuer::CLIENT_ID, text::name);
    let secret = table.checked(report, &issuer::SECRET, text::secret);
    Some(Verification::Introspection { path: path?, client_id: client_id?, secret: secret? })
}

fn scopes(report: &mut Report, table: &Table<'_>) -> Vec<(String, String)> {
    let Some(table) = table.free_table(report, &oauth::SCOPES) else { return Vec::new() };
    let mut scopes = Vec::new();
    for (name, value) in table.all_texts(report) {
        if let Err(reason) = text::scope(name).and_then(|_| text::title(value.value)) {
            value.wrong(report, &reason);
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
