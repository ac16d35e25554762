//! The tables of credentials: links, signed redirects, tokens, sessions, nonces and the sign-in page.

use super::keys;
use super::names::Names;
use super::problem::Report;
use super::sections;
use super::table::Table;
use super::text;
use super::time;
use crate::carrier;
use crate::shape::{self, bearer, link, nonce, root, session, sign_in, signed_redirect};
use crate::{Bearer, Boundary, CookieStyle, Key, Link, NamePattern, Nonce, Origin, Session, SignIn, SignedRedirect};

/// `[links.*]`
pub(super) fn links(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Names<Link> {
    let mut links = Names::new("links");
    for (name, table) in root.named(report, &root::LINKS) {
        sections::check_name(report, "links", name, &table);
        let link = link(report, name, &table, keys);
        links.add(name, Some(link));
    }
    links
}

/// `[signed_redirects.*]`
pub(super) fn signed_redirects(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Names<SignedRedirect> {
    let mut redirects = Names::new("signed_redirects");
    for (name, table) in root.named(report, &root::SIGNED_REDIRECTS) {
        sections::check_name(report, "signed_redirects", name, &table);
        let redirect = signed_redirect(report, name, &table, keys);
        redirects.add(name, Some(redirect));
    }
    redirects
}

/// `[bearer]`
pub(super) fn bearer(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Option<Bearer> {
    let table = root.table(report, &root::BEARER)?;
    Some(Bearer {
        keys: keys::list(report, &table, &bearer::KEYS, keys, keys::SEAL),
        lifetime: table.seconds(report, &bearer::LIFETIME),
        cache: table.seconds(report, &bearer::CACHE),
    })
}

/// `[session]`
pub(super) fn session(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Option<Session> {
    let table = root.table(report, &root::SESSION)?;
    let cookie = table.checked_or(report, &session::COOKIE, text::cookie);
    if OWN_COOKIES.iter().any(|own| cookie.eq_ignore_ascii_case(own)) {
        table.wrong(report, &session::COOKIE, "is another cookie of the gateway's; choose another name");
    }
    let (idle, absolute) = lives(report, &table, [&session::IDLE, &session::ABSOLUTE]);
    Some(Session {
        keys: keys::list(report, &table, &session::KEYS, keys, keys::SEAL),
        cookie,
        style: CookieStyle::HostPrefixed,
        idle,
        absolute,
        cache: table.seconds(report, &session::CACHE),
    })
}

/// `[nonce]`
pub(super) fn nonce(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Option<Nonce> {
    let table = root.table(report, &root::NONCE)?;
    let parameter = table.checked_or(report, &nonce::PARAMETER, text::parameter);
    Some(Nonce {
        keys: keys::list(report, &table, &nonce::KEYS, keys, keys::SEAL),
        parameter,
        lifetime: table.seconds(report, &nonce::LIFETIME),
    })
}

/// `[sign_in]`
pub(super) fn sign_in(
    report: &mut Report,
    root: &Table<'_>,
    keys: &Names<Key>,
    origins: &Names<Origin>,
) -> Option<SignIn> {
    let table = root.table(report, &root::SIGN_IN)?;
    if !root.has(&root::SESSION) && !root.has(&root::LUMINATE) {
        report.add(table.line, String::from("sign_in: its page opens a session, and there is no `[session]`"));
    }
    let origin = table.text(report, &sign_in::ORIGIN);
    let origin = origin.and_then(|name| {
        let origin = origins.find(report, &name, name.value)?;
        sections::check_for_passwords(report, &name, &origin);
        Some(origin)
    });
    let path = table.checked(report, &sign_in::PATH, text::exact_path);
    let key = table.text(report, &sign_in::KEY);
    let key = key.and_then(|id| keys::one(report, &id, keys, keys::ASSERTION));
    Some(SignIn { origin: origin?, path: path?, key: key? })
}

fn link(report: &mut Report, name: &str, table: &Table<'_>, keys: &Names<Key>) -> Link {
    let subject = table.checked(report, &link::SUBJECT, text::parameter);
    let mut ignore = Vec::new();
    for text in table.texts(report, &link::IGNORE) {
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
        keys: keys::list(report, table, &link::KEYS, keys, keys::LINK),
        max_lifetime: table.seconds(report, &link::MAX_LIFETIME),
        skew: table.seconds(report, &link::SKEW),
        ignore,
        single_use: table.flag(report, &link::SINGLE_USE),
        cover_method: table.flag(report, &link::COVER_METHOD),
        cover_host: table.flag(report, &link::COVER_HOST),
        require_ip: table.flag(report, &link::REQUIRE_IP),
        subject,
    }
}

fn signed_redirect(report: &mut Report, name: &str, table: &Table<'_>, keys: &Names<Key>) -> SignedRedirect {
    let mut digests = Vec::new();
    for text in table.texts(report, &signed_redirect::DIGESTS) {
        digests.extend(text.word(report, &signed_redirect::DIGEST_WORDS));
    }
    let boundaries: Option<&[Boundary]> = table.word(report, &signed_redirect::BOUNDARY, &signed_redirect::BOUNDARIES);
    let sunset = table.checked(report, &signed_redirect::SUNSET, sunset);
    SignedRedirect {
        name: name.to_owned(),
        keys: keys::list(report, table, &signed_redirect::KEYS, keys, keys::DIGEST),
        digests,
        boundaries: boundaries.unwrap_or(&[Boundary::Inclusive]).to_vec(),
        signature: table
            .word(report, &signed_redirect::SIGNATURE, &signed_redirect::SIGNATURES)
            .unwrap_or("signature")
            .to_owned(),
        window: table.seconds(report, &signed_redirect::WINDOW),
        single_use: table.flag(report, &signed_redirect::SINGLE_USE),
        sunset: sunset.unwrap_or_default(),
        subject: table.checked(report, &signed_redirect::SUBJECT, text::parameter),
    }
}

/// `idle` and `absolute` of sessions, in seconds.
pub(super) fn lives(report: &mut Report, table: &Table<'_>, [idle, absolute]: [&shape::Key; 2]) -> (u64, u64) {
    let seconds = [idle, absolute].map(|key| table.seconds(report, key));
    if let [shorter, longer] = seconds
        && shorter > longer
    {
        let key = if table.has(idle) { idle } else { absolute };
        let (shorter, longer) = (time::show_duration(shorter), time::show_duration(longer));
        let reason = format!("a session would idle longer ({shorter}) than it lives (absolute = {longer})");
        table.wrong(report, key, &reason);
    }
    seconds.into()
}

fn sunset(text: &str) -> Result<(), String> {
    match time::day(text) {
        Some(_) => Ok(()),
        None => Err(format!("`{}` is not a day; write it as `2027-12-31`", text.escape_debug())),
    }
}

/// What the gateway sets beside a session: its token, and what goes with a broker and an http session.
const OWN_COOKIES: [&str; 4] = ["XSRF-TOKEN", "edgegate-broker", carrier::HTTP_SESSION, carrier::HTTP_SESSION_HANDED];
