//! The origin's answer as the client gets it.

use crate::exchange::decision::Forwarding;
use crate::http::answer::{Answer, with_cookies};
use crate::http::authorization;
use crate::http::quotes::Quotes;
use crate::tags::words::Tags;

/// One edit of the answer's headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit<'a> {
    /// Drop a field.
    Remove(&'a str),
    /// Replace or add a field.
    Set(&'a str, String),
    /// Add one more field of that name.
    Append(&'a str, String),
}

/// Fields of the origin's answer; empty where it has none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    /// Cache-Control.
    pub cache_control: &'a str,
    /// Vary.
    pub vary: &'a str,
    /// WWW-Authenticate of a 401.
    pub challenges: &'a str,
    /// Referrer-Policy.
    pub referrer_policy: &'a str,
}

/// What has to change.
pub fn edits<'a>(forwarding: &'a Forwarding, said: Said<'_>) -> Vec<Edit<'a>> {
    let Said { cache_control, vary, challenges, referrer_policy } = said;
    let mut edits = Vec::new();
    if !challenges.is_empty() {
        edits.extend(without_connections(challenges));
    }
    if forwarding.private {
        edits.extend(CDN.iter().map(|name| Edit::Remove(name)));
        edits.extend(private(cache_control).map(|value| Edit::Set("cache-control", value)));
    }
    if forwarding.owns_cors {
        edits.extend(CORS.iter().map(|name| Edit::Remove(name)));
    }
    if forwarding.varies_by_origin {
        let varies = vary.split(',').any(|name| name.trim().eq_ignore_ascii_case("origin"));
        if !varies {
            edits.push(Edit::Append("vary", "Origin".to_owned()));
        }
    }
    for (name, value) in &forwarding.answer {
        let stricter = if *name == "referrer-policy" { stricter_than_origin(referrer_policy) } else { None };
        edits.push(Edit::Set(name, stricter.map_or_else(|| value.clone(), str::to_owned)));
    }
    edits.extend(forwarding.cookies.iter().map(|cookie| Edit::Append("set-cookie", cookie.clone())));
    edits
}

/// A redirect in place of the origin's answer, with what goes out with every answer of the route.
pub fn instead(forwarding: &Forwarding, redirect: Answer) -> Answer {
    let has = |answer: &Answer, name: &str| answer.headers.iter().any(|(known, _)| *known == name);
    let varies = forwarding.varies_by_origin.then(|| ("vary", "Origin".to_owned()));
    let fields = forwarding.answer.iter().cloned().chain(varies);
    let answer = fields.fold(redirect, |answer, (name, value)| match has(&answer, name) {
        true => answer,
        false => answer.with(name, value),
    });
    with_cookies(answer, forwarding.cookies.clone())
}

/// Whether an answer is a page in which tags can be found: HTML, in an encoding in which the bytes of ASCII mean nothing
/// else, and not compressed but in ways that the runtime undoes and does again. XHTML is none: a browser reads it by XML's
/// rules, in which a `title` holds elements and a prefix makes a form of any name.
pub fn is_page(content_type: &str, content_encoding: &str) -> bool {
    let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
    let is_html = parts.next().is_some_and(|essence| essence == "text/html");
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(|name| name.trim_matches('"').to_owned()));
    let is_plain = charset.is_none_or(|name| {
        matches!(&*name, "utf-8" | "utf8" | "us-ascii" | "ascii")
            || name.starts_with("iso-8859-")
            || name.starts_with("windows-125")
    });
    is_html && is_plain && matches!(content_encoding, "" | "identity" | "gzip" | "br")
}

/// What has to change where tags are expanded: the page is this visitor's alone, and neither its length nor the
/// origin's word for its version holds any more.
pub fn page_edits(tags: &Tags) -> Vec<Edit<'_>> {
    let mut edits: Vec<Edit<'_>> = OF_THE_BYTES.iter().map(|name| Edit::Remove(name)).collect();
    edits.push(Edit::Set("cache-control", "private, no-store".to_owned()));
    edits.push(Edit::Append("content-security-policy", tags.protection()));
    edits.extend(tags.cookie.iter().map(|cookie| Edit::Append("set-cookie", cookie.clone())));
    edits
}

/// What an origin's Referrer-Policy comes to, where that tells no other site more than `strict-origin`. Of a list browsers
/// take the last word that they know (Referrer Policy section 8.1), so that one alone is kept.
fn stricter_than_origin(said: &str) -> Option<&'static str> {
    let known = |word: &str| REFERRER_POLICIES.iter().find(|(name, _)| word.trim().eq_ignore_ascii_case(name));
    let (policy, is_stricter) = said.split(',').filter_map(known).next_back()?;
    is_stricter.then_some(policy)
}

/// The challenges without those of schemes that authenticate a connection: a client that took one up would be refused.
fn without_connections<'a>(challenges: &str) -> Option<Edit<'a>> {
    let mut kept: Vec<&str> = Vec::new();
    let (mut is_dropping, mut dropped) = (false, 0);
    for element in elements(challenges) {
        // A challenge begins with a scheme; what else is an element of the list is a parameter of the one before.
        let begins = !element.split('=').next().unwrap_or_default().trim_end().bytes().all(is_token);
        if begins || !element.contains('=') {
            is_dropping = authorization::is_of_connection(element);
        }
        match is_dropping {
            true => dropped += 1,
            false => kept.push(element),
        }
    }
    match (dropped, kept.is_empty()) {
        (0, _) => None,
        (_, true) => Some(Edit::Remove("www-authenticate")),
        (_, false) => Some(Edit::Set("www-authenticate", kept.join(", "))),
    }
}

/// The elements of a list (RFC 9110 section 5.6.1); a comma in a quoted string parts none.
fn elements(list: &str) -> impl Iterator<Item = &str> {
    let mut quotes = Quotes::default();
    let pieces = list.split(move |c| quotes.pass(c) && c == ',');
    pieces.map(str::trim).filter(|piece| !piece.is_empty())
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// `private`, unless the origin said that or stricter. What allows a shared cache is dropped; the origin's
/// `max-age` for the client's own cache stays.
fn private(said: &str) -> Option<String> {
    let directives = || said.split(',').map(str::trim).filter(|directive| !directive.is_empty());
    let name = |directive: &str| directive.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
    // `private="field"` and `no-store` differ: the first covers only the named fields.
    if directives().any(|directive| matches!(directive.to_ascii_lowercase().as_str(), "no-store" | "private")) {
        return None;
    }
    let shared = |directive: &str| {
        matches!(name(directive).as_str(), "public" | "s-maxage" | "private" | "proxy-revalidate" | "must-understand")
    };
    let kept: Vec<&str> = directives().filter(|directive| !shared(directive)).collect();
    Some(core::iter::once("private").chain(kept).collect::<Vec<_>>().join(", "))
}

/// Fields by which an origin speaks to a shared cache alone, past Cache-Control.
const CDN: [&str; 3] = ["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control"];

/// Fields that speak of the bytes that the origin sent.
const OF_THE_BYTES: [&str; 8] = [
    "content-length",
    "etag",
    "last-modified",
    "accept-ranges",
    "content-md5",
    "digest",
    "content-digest",
    "repr-digest",
];

/// Every referrer policy, and whether it tells other sites at most the origin, and none of them over http.
const REFERRER_POLICIES: [(&str, bool); 8] = [
    ("no-referrer", true),
    ("same-origin", true),
    ("strict-origin", true),
    ("origin", false),
    ("strict-origin-when-cross-origin", false),
    ("origin-when-cross-origin", false),
    ("no-referrer-when-downgrade", false),
    ("unsafe-url", false),
];

/// What an origin may say of CORS; on a route with CORS the gateway says it.
const CORS: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
];

#[cfg(test)]
mod tests {
    use super::{Edit, is_page, private, stricter_than_origin, without_connections};

    #[test]
    fn no_challenge_that_a_connection_would_have_to_answer() {
        let removed = Some(Edit::Remove("www-authenticate"));
        let kept = |value: &str| Some(Edit::Set("www-authenticate", value.to_owned()));
        for (challenges, edit) in [
            ("Negotiate, NTLM", removed.clone()),
            ("ntlm TlRMTVNTUAAC==", removed),
            ("Negotiate, Basic realm=\"a, b\", NTLM", kept("Basic realm=\"a, b\"")),
            ("Basic realm=\"a, Negotiate b\"", None),
            ("Basic realm=\"a\\\", NTLM\"", None),
            ("Basic realm=\"x\", NTLM realm=\"a, b\"", kept("Basic realm=\"x\"")),
            ("Negotiate realm=\"x\", charset=\"y\", Basic realm=\"z\"", kept("Basic realm=\"z\"")),
            ("Basic realm = \"x\" , charset=\"UTF-8\", NTLM", kept("Basic realm = \"x\", charset=\"UTF-8\"")),
            ("Basic realm=\"x\", Bearer realm=\"y\", error=\"z\"", None),
        ] {
            assert_eq!(without_connections(challenges), edit, "{challenges}");
        }
    }

    #[test]
    fn pages() {
        for (content_type, encoding) in [
            ("text/html", ""),
            ("Text/HTML; Charset=\"UTF-8\"", "gzip"),
            ("text/html;charset=windows-1252", "br"),
            ("text/html; charset=iso-8859-15", "identity"),
        ] {
            assert!(is_page(content_type, encoding), "{content_type} {encoding}");
        }
        for (content_type, encoding) in [
            ("", ""),
            ("text/plain", ""),
            ("text/html+x", ""),
            ("application/xhtml+xml", ""),
            ("Application/XHTML+XML; charset=utf-8", ""),
            ("application/xml", ""),
            ("text/xml", ""),
            ("image/svg+xml", ""),
            ("text/html, application/xhtml+xml", ""),
            ("text/html; charset=utf-8, text/html; charset=iso-2022-jp", ""),
            ("text/html; charset=iso-2022-jp", ""),
            ("text/html; charset=hz-gb-2312", ""),
            ("text/html; charset=x-user-defined", ""),
            ("text/html; charset=utf-16", ""),
            ("text/html; charset=utf-7", ""),
            ("text/html; charset=shift_jis", ""),
            ("text/html", "zstd"),
            ("text/html", "gzip, gzip"),
        ] {
            assert!(!is_page(content_type, encoding), "{content_type} {encoding}");
        }
    }

    #[test]
    fn referrer_policies_that_stay() {
        for (said, stays) in [
            ("", None),
            ("no-referrer", Some("no-referrer")),
            ("Same-Origin", Some("same-origin")),
            ("unsafe-url, no-referrer", Some("no-referrer")),
            ("no-referrer, strict-origin-when-cross-origin", None),
            ("no-referrer, future-policy,", Some("no-referrer")),
            ("strict-origin", Some("strict-origin")),
            ("origin", None),
            ("strict-origin-when-cross-origin", None),
            ("unsafe-url", None),
            ("no referrer", None),
        ] {
            assert_eq!(stricter_than_origin(said), stays, "{said:?}");
        }
    }

    #[test]
    fn answers_are_private_unless_stricter() {
        for (origin, expected) in [
            ("", Some("private")),
            ("public, max-age=60", Some("private, max-age=60")),
            ("s-maxage=9, Max-Age=60", Some("private, Max-Age=60")),
            ("no-cache", Some("private, no-cache")),
            ("private=\"x\"", Some("private")),
            ("No-Store", None),
            ("max-age=0, PRIVATE", None),
        ] {
            assert_eq!(private(origin).as_deref(), expected, "{origin:?}");
        }
    }
}
