//! The tables of credentials: links, signed redirects, tokens, sessions, nonces and the sign-in page.

use super::keys;
use super::names::Names;
use super::problem::Report;
use super::sections;
use super::shape;
use super::table::{Bounds, Table};
use super::text;
use super::time;
use super::{
    Bearer, Boundary, Carrier, Digest, Key, Link, NamePattern, Nonce, Origin, Session, SignIn, SignedRedirect,
};

/// `[links.*]`
pub(super) fn links(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Names<Link> {
    let mut links = Names::new("links");
    for (name, table) in root.named(report, "links", &shape::LINK) {
        sections::check_name(report, "links", name, &table);
        let link = link(report, name, &table, keys);
        links.add(name, Some(link));
    }
    links
}

/// `[signed_redirects.*]`
pub(super) fn signed_redirects(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Names<SignedRedirect> {
    let mut redirects = Names::new("signed_redirects");
    for (name, table) in root.named(report, "signed_redirects", &shape::SIGNED_REDIRECT) {
        sections::check_name(report, "signed_redirects", name, &table);
        let redirect = signed_redirect(report, name, &table, keys);
        redirects.add(name, Some(redirect));
    }
    redirects
}

/// `[bearer]`
pub(super) fn bearer(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Option<Bearer> {
    let table = root.table(report, "bearer", &shape::BEARER)?;
    Some(Bearer {
        keys: keys::list(report, &table, keys, keys::SEAL),
        lifetime: table.duration(report, "lifetime", HOUR, &record(90 * DAY)),
        cache: cache(report, &table),
    })
}

/// `[session]`
pub(super) fn session(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Option<Session> {
    let table = root.table(report, "session", &shape::SESSION)?;
    let cookie = table.checked(report, "cookie", text::cookie);
    if cookie.as_ref().is_some_and(|cookie| OWN_COOKIES.iter().any(|own| cookie.eq_ignore_ascii_case(own))) {
        table.wrong(report, "cookie", "is another cookie of the gateway's; choose another name");
    }
    let (idle, absolute) = lives(report, &table, &SESSION_LIVES);
    Some(Session {
        keys: keys::list(report, &table, keys, keys::SEAL),
        cookie: cookie.unwrap_or_else(|| String::from("edgegate")),
        carrier: Carrier::HostPrefixed,
        idle,
        absolute,
        cache: cache(report, &table),
    })
}

/// `[nonce]`
pub(super) fn nonce(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Option<Nonce> {
    let table = root.table(report, "nonce", &shape::NONCE)?;
    let parameter = table.checked(report, "parameter", text::parameter);
    Some(Nonce {
        keys: keys::list(report, &table, keys, keys::SEAL),
        parameter: parameter.unwrap_or_else(|| String::from("NONCE_TOKEN")),
        lifetime: table.duration(report, "lifetime", 15 * MINUTE, &record(DAY)),
    })
}

/// `[sign_in]`
pub(super) fn sign_in(
    report: &mut Report,
    root: &Table<'_>,
    keys: &Names<Key>,
    origins: &Names<Origin>,
) -> Option<SignIn> {
    let table = root.table(report, "sign_in", &shape::SIGN_IN)?;
    if !root.has("session") && !root.has("luminate") {
        report.add(table.line, String::from("sign_in: its page opens a session, and there is no `[session]`"));
    }
    let origin = table.text(report, "origin");
    let origin = origin.and_then(|name| {
        let origin = origins.find(report, &name, name.value)?;
        sections::judge_for_passwords(report, &name, &origin);
        Some(origin)
    });
    let path = table.checked(report, "path", super::path::check_exact);
    let key = table.text(report, "key");
    let key = key.and_then(|id| keys::one(report, &id, keys, keys::ASSERTION));
    Some(SignIn { origin: origin?, path: path?, key: key? })
}

fn link(report: &mut Report, name: &str, table: &Table<'_>, keys: &Names<Key>) -> Link {
    let subject = table.checked(report, "subject", text::parameter);
    let mut ignore = Vec::new();
    for text in table.texts(report, "ignore") {
        let Some(names) = text.parsed(report, NamePattern::parse) else { continue };
        if names.touches("eg_") {
            text.wrong(report, &format!("`{names}` covers the `eg_*` parameters of the signature itself"));
        }
        if subject.as_ref().is_some_and(|subject| names.matches_ignoring_case(subject)) {
            text.wrong(report, &format!("`{names}` covers the `subject` parameter, which must be signed"));
        }
        ignore.push(names);
    }
    Link {
        name: name.to_owned(),
        keys: keys::list(report, table, keys, keys::LINK),
        max_lifetime: table.duration(report, "max_lifetime", 7 * DAY, &LINK_LIFETIME),
        skew: table.duration(report, "skew", 0, &SKEW),
        ignore,
        single_use: table.flag(report, "single_use", false),
        cover_method: table.flag(report, "cover_method", true),
        cover_host: table.flag(report, "cover_host", true),
        require_ip: table.flag(report, "require_ip", false),
        subject,
    }
}

fn signed_redirect(report: &mut Report, name: &str, table: &Table<'_>, keys: &Names<Key>) -> SignedRedirect {
    let mut digests = Vec::new();
    for text in table.some_texts(report, "digests", "is empty; name `md5`, `sha1` or both") {
        digests.extend(text.word(report, DIGESTS));
    }
    let boundaries: Option<&[Boundary]> = table.word(report, "boundary", BOUNDARIES);
    let sunset = table.checked(report, "sunset", sunset);
    SignedRedirect {
        name: name.to_owned(),
        keys: keys::list(report, table, keys, keys::DIGEST),
        digests,
        boundaries: boundaries.unwrap_or(&[Boundary::Inclusive]).to_vec(),
        signature: table.word(report, "signature", SIGNATURES).unwrap_or("signature").to_owned(),
        window: table.duration(report, "window", 5, &WINDOW),
        single_use: table.flag(report, "single_use", true),
        sunset: sunset.unwrap_or_default(),
        subject: table.checked(report, "subject", text::parameter),
    }
}

/// How long sessions last, in seconds: the default and the most of each.
pub(super) struct Lives {
    pub(super) idle: (u64, u64),
    pub(super) absolute: (u64, u64),
}

/// `idle` and `absolute` of sessions, in seconds.
pub(super) fn lives(report: &mut Report, table: &Table<'_>, lives: &Lives) -> (u64, u64) {
    let idle = table.duration(report, "idle", lives.idle.0, &record(lives.idle.1));
    let absolute = table.duration(report, "absolute", lives.absolute.0, &record(lives.absolute.1));
    if idle > absolute {
        let key = if table.has("idle") { "idle" } else { "absolute" };
        let (idle, absolute) = (time::show_duration(idle), time::show_duration(absolute));
        let reason = format!("a session would idle longer ({idle}) than it lives (absolute = {absolute})");
        table.wrong(report, key, &reason);
    }
    (idle, absolute)
}

/// Seconds for which an isolate answers from its own copy of a record.
pub(super) fn cache(report: &mut Report, table: &Table<'_>) -> u64 {
    table.duration(report, "cache", 30, &CACHE)
}

/// Bounds of a life whose record lies in Workers KV.
fn record(most: u64) -> Bounds {
    Bounds { least: (KV_FLOOR, KV_REASON), most: (most, "what leaks would stay good for longer") }
}

fn sunset(text: &str) -> Result<(), String> {
    match time::day(text) {
        Some(_) => Ok(()),
        None => Err(format!("`{}` is not a day; write it as `2027-12-31`", text.escape_debug())),
    }
}

pub(super) const MINUTE: u64 = 60;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;
/// What the gateway sets beside a session: its token, and what goes with a broker and an http session.
const OWN_COOKIES: [&str; 4] = ["XSRF-TOKEN", "edgegate-broker", "edgegate-http", "edgegate-http-handed"];
const SESSION_LIVES: Lives = Lives { idle: (30 * MINUTE, 30 * DAY), absolute: (12 * HOUR, 30 * DAY) };
/// Workers KV refuses to keep a record for less.
const KV_FLOOR: u64 = 60;
const KV_REASON: &str = "its record lies in Workers KV, which keeps nothing for less than a minute";
const LINK_LIFETIME: Bounds = Bounds { least: (1, "no link would ever work"), most: (3_650 * DAY, "that is no limit") };
const SKEW: Bounds =
    Bounds { least: (0, ""), most: (5 * MINUTE, "clocks differ by seconds; more only lengthens a link's life") };
const WINDOW: Bounds = Bounds {
    least: (1, "no redirect would arrive in time"),
    most: (HOUR, "a redirect is followed at once; until its window ends it can only be replayed"),
};
const CACHE: Bounds =
    Bounds { least: (0, ""), most: (5 * MINUTE, "for so long a revoked credential may still be accepted") };
const DIGESTS: &[(&str, Digest)] = &[("md5", Digest::Md5), ("sha1", Digest::Sha1)];
const BOUNDARIES: &[(&str, &[Boundary])] = &[
    ("inclusive", &[Boundary::Inclusive]),
    ("exclusive", &[Boundary::Exclusive]),
    ("either", &[Boundary::Inclusive, Boundary::Exclusive]),
];
const SIGNATURES: &[(&str, &str)] = &[("signature", "signature"), ("sig", "sig")];
