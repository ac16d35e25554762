//! `[oauth]` and `[issuers.*]`.

use super::credentials::{self, DAY, HOUR, MINUTE};
use super::keys;
use super::names::Names;
use super::path;
use super::problem::Report;
use super::sections;
use super::shape;
use super::table::{Bounds, Table};
use super::text;
use super::time;
use super::{Dialect, Issuer, JwsAlgorithm, Key, OAuth, Origin, SHARDS, Verification};

/// `[oauth]`
pub(super) fn oauth(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Option<OAuth> {
    let table = root.table(report, "oauth", &shape::OAUTH)?;
    for (needed, why) in
        [("registry", "its clients are found by what it says"), ("session", "the authorization page asks who is there")]
    {
        if !root.has(needed) {
            report.add(table.line, format!("oauth: {why}, and there is no `[{needed}]`"));
        }
    }
    let keys = keys::list(report, &table, keys, keys::SEAL);
    let path = table.checked(report, "path", base_path).unwrap_or_else(|| String::from("/oauth"));
    let access_lifetime = table.duration(report, "access_lifetime", HOUR, &ACCESS);
    let refresh_lifetime = table.duration(report, "refresh_lifetime", 14 * DAY, &REFRESH);
    let grant_lifetime = table.duration(report, "grant_lifetime", 365 * DAY, &GRANT);
    for (shorter, longer) in [
        (("access_lifetime", access_lifetime), ("refresh_lifetime", refresh_lifetime)),
        (("refresh_lifetime", refresh_lifetime), ("grant_lifetime", grant_lifetime)),
    ] {
        if shorter.1 > longer.1 {
            let key = if table.has(shorter.0) { shorter.0 } else { longer.0 };
            let (less, more) = (time::show_duration(shorter.1), time::show_duration(longer.1));
            let reason = format!("{} = {less} does not fit into {} = {more}", shorter.0, longer.0);
            table.wrong(report, key, &reason);
        }
    }
    Some(OAuth {
        keys,
        path,
        dialect: dialect(report, &table),
        code_lifetime: table.duration(report, "code_lifetime", MINUTE, &CODE),
        access_lifetime,
        refresh_lifetime,
        grant_lifetime,
        retry_window: table.duration(report, "retry_window", 10, &RETRY),
        shards: keys::shards(report, &table).unwrap_or(SHARDS),
        cache: credentials::cache(report, &table),
        query: table.flag(report, "query", false),
        scopes: scopes(report, &table),
    })
}

/// `dialect` of `[oauth]`.
fn dialect(report: &mut Report, table: &Table<'_>) -> Dialect {
    table.word(report, "dialect", DIALECTS).unwrap_or_default()
}

/// Every `[issuers.*]`.
pub(super) fn issuers(
    report: &mut Report,
    root: &Table<'_>,
    keys: &Names<Key>,
    origins: &Names<Origin>,
) -> Names<Issuer> {
    let mut issuers: Names<Issuer> = Names::new("issuers");
    for (name, table) in root.named(report, "issuers", &shape::ISSUER) {
        sections::check_name(report, "issuers", name, &table);
        let issuer = issuer(report, name, &table, origins);
        let same = |other: &&std::sync::Arc<Issuer>| issuer.as_ref().is_some_and(|one| one.issuer == other.issuer);
        if let Some(other) = issuers.things().find(same) {
            let reason = format!("is that of `[issuers.{}]` already; put both audiences into one", other.name);
            table.wrong(report, "issuer", &reason);
        }
        let secret = issuer.as_ref().and_then(Issuer::secret);
        if let Some(key) = keys.things().find(|key| secret == Some(key.secret.as_str())) {
            let reason = format!("is the secret of `[keys.{}]` already, and would be sent to the issuer", key.id);
            table.wrong(report, "secret", &reason);
        }
        issuers.add(name, issuer);
    }
    issuers
}

fn issuer(report: &mut Report, name: &str, table: &Table<'_>, origins: &Names<Origin>) -> Option<Issuer> {
    let issuer = table.checked(report, "issuer", text::audience);
    let why = "is empty, so a token that was issued for somebody else would do";
    let audience = table.some_texts(report, "audience", why);
    let audience = audience.iter().filter_map(|text| text.parsed(report, audience_of)).collect();
    let origin = table.text(report, "origin");
    let origin = origin.and_then(|text| origins.find(report, &text, text.value));
    let verification = verification(report, table);
    if !table.has("audience") && table.has("jwks") {
        let reason = "`audience` is missing: a token that was issued for somebody else would do";
        report.add(table.line, format!("{}: {reason}", table.label));
    }
    if origin.as_ref().is_some_and(|origin| origin.insecure) {
        let reason =
            "is `insecure = true`: who is on the way could hand in keys of their own, or read tokens; use https";
        table.wrong(report, "origin", reason);
    }
    let (usual, bounds) = match verification {
        Some(Verification::Introspection { .. }) => (30, &ANSWERS),
        _ => (10 * MINUTE, &KEYS),
    };
    Some(Issuer {
        name: name.to_owned(),
        issuer: issuer?,
        audience,
        origin: origin?,
        skew: table.duration(report, "skew", 60, &SKEW),
        subject: table.checked(report, "subject", text::name).unwrap_or_else(|| String::from("sub")),
        cache: table.duration(report, "cache", usual, bounds),
        verification: verification?,
    })
}

fn verification(report: &mut Report, table: &Table<'_>) -> Option<Verification> {
    let by_keys = ["algorithms"];
    let by_asking = ["client_id", "secret"];
    let (others, what): (&[&str], &str) = match (table.has("jwks"), table.has("introspection")) {
        (true, false) => (&by_asking, "introspection"),
        (false, true) => (&by_keys, "jwks"),
        (true, true) => {
            table.wrong(report, "introspection", "a token is verified by `jwks` or by `introspection`, not by both");
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
    if table.has("jwks") {
        let path = table.checked(report, "jwks", path::check_exact);
        let mut algorithms = Vec::new();
        for text in table.some_texts(report, "algorithms", "is empty; name those that the issuer signs with") {
            algorithms.extend(text.word(report, JwsAlgorithm::ALL));
        }
        if !table.has("algorithms") {
            report.add(table.line, format!("{}: `algorithms` is missing; the token must not choose", table.label));
        }
        return Some(Verification::Jwks { path: path?, algorithms });
    }
    let path = table.checked(report, "introspection", path::check_exact);
    for key in by_asking.iter().filter(|key| !table.has(key)) {
        let reason = "is missing: the gateway has to say there who it is";
        report.add(table.line, format!("{}: `{key}` {reason}", table.label));
    }
    let client_id = table.checked(report, "client_id", text::name);
    let secret = table.checked(report, "secret", text::secret);
    Some(Verification::Introspection { path: path?, client_id: client_id?, secret: secret? })
}

fn scopes(report: &mut Report, table: &Table<'_>) -> Vec<(String, String)> {
    let Some(table) = table.free_table(report, "scopes") else { return Vec::new() };
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
    path::check_exact(text)?;
    match text.len() > 1 && !text.ends_with('/') && !text.starts_with("/.") {
        true => Ok(()),
        false => Err(format!("`{text}` must be a path like `/oauth`, without a slash at its end")),
    }
}

fn audience_of(text: &str) -> Result<String, String> {
    text::audience(text).map(|()| text.to_owned())
}

const DIALECTS: &[(&str, Dialect)] = &[("generic", Dialect::Generic), ("checkfront", Dialect::Checkfront)];
const CODE: Bounds = Bounds {
    least: (10, "a client has to come back with it"),
    most: (10 * MINUTE, "a code is redeemed at once (RFC 6749 section 4.1.2)"),
};
const ACCESS: Bounds = Bounds {
    least: (60, "clients would do nothing but refresh"),
    most: (DAY, "what leaks would stay good for longer"),
};
const REFRESH: Bounds = Bounds {
    least: (60, "its record lies in Workers KV, which keeps nothing for less than a minute"),
    most: (365 * DAY, "what leaks would stay good for longer"),
};
const GRANT: Bounds = Bounds {
    least: (60, "its record lies in Workers KV, which keeps nothing for less than a minute"),
    most: (3_650 * DAY, "that is no limit"),
};
const RETRY: Bounds =
    Bounds { least: (0, ""), most: (MINUTE, "for so long a thief of a used token gets what its owner got") };
const SKEW: Bounds = Bounds { least: (0, ""), most: (5 * MINUTE, "clocks differ by seconds") };
const KEYS: Bounds = Bounds {
    least: (MINUTE, "the issuer would be asked all the time"),
    most: (DAY, "for so long a key that the issuer gave up may still be accepted"),
};
const ANSWERS: Bounds =
    Bounds { least: (0, ""), most: (5 * MINUTE, "for so long a revoked token may still be accepted") };
