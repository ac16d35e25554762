//! The tables of credentials: links, signed redirects, tokens, sessions, nonces and the sign-in page.

use super::keys;
use super::names::Names;
use super::sections;
use super::table::Table;
use super::text;
use super::time;
use crate::carrier;
use crate::shape::{self, bearer, link, nonce, root, session, sign_in, signed_redirect};
use crate::{Bearer, Boundary, CookieStyle, Key, Link, NamePattern, Nonce, Origin, Session, SignIn, SignedRedirect};

/// `[links.*]`
pub(super) fn links(root: &Table<'_>, keys: &Names<Key>) -> Names<Link> {
    let mut links = Names::new("links");
    for (name, table) in root.named(&root::LINKS) {
        sections::check_name("links", name, &table);
        let link = link(name, &table, keys);
        links.add(name, Some(link));
    }
    links
}

/// `[signed_redirects.*]`
pub(super) fn signed_redirects(root: &Table<'_>, keys: &Names<Key>) -> Names<SignedRedirect> {
    let mut redirects = Names::new("signed_redirects");
    for (name, table) in root.named(&root::SIGNED_REDIRECTS) {
        sections::check_name("signed_redirects", name, &table);
        let redirect = signed_redirect(name, &table, keys);
        redirects.add(name, Some(redirect));
    }
    redirects
}

/// `[bearer]`
pub(super) fn bearer(root: &Table<'_>, keys: &Names<Key>) -> Option<Bearer> {
    let table = root.table(&root::BEARER)?;
    Some(Bearer {
        keys: keys::list(&table, &bearer::KEYS, keys, keys::SEAL),
        lifetime: table.seconds(&bearer::LIFETIME),
        cache: table.seconds(&bearer::CACHE),
    })
}

/// `[session]`
pub(super) fn session(root: &Table<'_>, keys: &Names<Key>) -> Option<Session> {
    let table = root.table(&root::SESSION)?;
    let cookie = table.checked_or(&session::COOKIE, text::cookie);
    if OWN_COOKIES.iter().any(|own| cookie.eq_ignore_ascii_case(own)) {
        table.wrong(&session::COOKIE, "is another cookie of the gateway's; choose another name");
    }
    let (idle, absolute) = lives(&table, [&session::IDLE, &session::ABSOLUTE]);
    Some(Session {
        keys: keys::list(&table, &session::KEYS, keys, keys::SEAL),
        cookie,
        style: CookieStyle::HostPrefixed,
        idle,
        absolute,
        cache: table.seconds(&session::CACHE),
    })
}

/// `[nonce]`
pub(super) fn nonce(root: &Table<'_>, keys: &Names<Key>) -> Option<Nonce> {
    let table = root.table(&root::NONCE)?;
    let parameter = table.checked_or(&nonce::PARAMETER, text::parameter);
    Some(Nonce {
        keys: keys::list(&table, &nonce::KEYS, keys, keys::SEAL),
        parameter,
        lifetime: table.seconds(&nonce::LIFETIME),
    })
}

/// `[sign_in]`
pub(super) fn sign_in(root: &Table<'_>, keys: &Names<Key>, origins: &Names<Origin>) -> Option<SignIn> {
    let table = root.table(&root::SIGN_IN)?;
    if !root.has(&root::SESSION) && !root.has(&root::LUMINATE) {
        table.report.add(table.line, String::from("sign_in: its page opens a session, and there is no `[session]`"));
    }
    let origin = table.text(&sign_in::ORIGIN);
    let origin = origin.and_then(|name| {
        let origin = origins.find(&name, name.value)?;
        sections::check_for_passwords(&name, &origin);
        Some(origin)
    });
    let path = table.checked(&sign_in::PATH, text::exact_path);
    let key = table.text(&sign_in::KEY);
    let key = key.and_then(|id| keys::one(&id, keys, keys::ASSERTION));
    Some(SignIn { origin: origin?, path: path?, key: key? })
}

fn link(name: &str, table: &Table<'_>, keys: &Names<Key>) -> Link {
    let subject = table.checked(&link::SUBJECT, text::parameter);
    let mut ignore = Vec::new();
    for text in table.texts(&link::IGNORE) {
        let Some(names) = text.parsed(NamePattern::parse) else { continue };
        if names.touches("eg_") {
            text.wrong(&format!("`{names}` covers the `eg_*` parameters of the signature itself"));
        }
        if subject.as_ref().is_some_and(|subject| names.matches_ignoring_case(subject)) {
            text.wrong(&format!("`{names}` covers the `subject` parameter, which must be signed"));
        }
        ignore.push(names);
    }
    Link {
        name: name.to_owned(),
        keys: keys::list(table, &link::KEYS, keys, keys::LINK),
        max_lifetime: table.seconds(&link::MAX_LIFETIME),
        skew: table.seconds(&link::SKEW),
        ignore,
        single_use: table.flag(&link::SINGLE_USE),
        cover_method: table.flag(&link::COVER_METHOD),
        cover_host: table.flag(&link::COVER_HOST),
        require_ip: table.flag(&link::REQUIRE_IP),
        subject,
    }
}

fn signed_redirect(name: &str, table: &Table<'_>, keys: &Names<Key>) -> SignedRedirect {
    let mut digests = Vec::new();
    for text in table.texts(&signed_redirect::DIGESTS) {
        digests.extend(text.word(&signed_redirect::DIGEST_WORDS));
    }
    let boundaries: Option<&[Boundary]> = table.word(&signed_redirect::BOUNDARY, &signed_redirect::BOUNDARIES);
    let sunset = table.checked(&signed_redirect::SUNSET, sunset);
    SignedRedirect {
        name: name.to_owned(),
        keys: keys::list(table, &signed_redirect::KEYS, keys, keys::DIGEST),
        digests,
        boundaries: boundaries.unwrap_or(&[Boundary::Inclusive]).to_vec(),
        signature: table
            .word(&signed_redirect::SIGNATURE, &signed_redirect::SIGNATURES)
            .unwrap_or("signature")
            .to_owned(),
        window: table.seconds(&signed_redirect::WINDOW),
        single_use: table.flag(&signed_redirect::SINGLE_USE),
        sunset: sunset.unwrap_or_default(),
        subject: table.checked(&signed_redirect::SUBJECT, text::parameter),
    }
}

/// `idle` and `absolute` of sessions, in seconds.
pub(super) fn lives(table: &Table<'_>, [idle, absolute]: [&shape::Key; 2]) -> (u64, u64) {
    let seconds = [idle, absolute].map(|key| table.seconds(key));
    if let [shorter, longer] = seconds
        && shorter > longer
    {
        let key = if table.has(idle) { idle } else { absolute };
        let (shorter, longer) = (time::show_duration(shorter), time::show_duration(longer));
        let reason = format!("a session would idle longer ({shorter}) than it lives (absolute = {longer})");
        table.wrong(key, &reason);
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
