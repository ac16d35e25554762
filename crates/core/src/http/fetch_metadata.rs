//! What a browser says of a request's circumstances: Fetch Metadata, Origin, and the prefetch headers.

use crate::http::Headers;

/// Whether this request only looks ahead: HEAD, prefetch, prerender, link preview. Such a request must
/// not use up anything that works once.
pub fn looks_ahead(method: &str, headers: &Headers<'_>) -> bool {
    let says = |name: &str, words: &[&str]| {
        headers.get(name).is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            words.iter().any(|word| value.contains(word))
        })
    };
    method == "HEAD"
        || says("sec-purpose", &["prefetch", "prerender", "preview"])
        || says("purpose", &["prefetch", "prerender", "preview"])
        || says("x-purpose", &["prefetch", "prerender", "preview"])
        || says("x-moz", &["prefetch"])
}

/// Whether a form post comes from this gateway's own pages: `Sec-Fetch-Site` where the browser sends it,
/// else `Origin`. A client that sends neither is no browser that could be tricked, and passes.
pub fn is_own_form(headers: &Headers<'_>, own_origin: &str) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => headers.get("origin").is_none_or(|origin| origin == own_origin),
    }
}

/// Whether a request can be what a person wanted: not a picture, script or form that another site made the
/// browser send. A client that says nothing of itself is no browser, and passes.
pub fn is_click(method: &str, headers: &Headers<'_>, own_origin: &str) -> bool {
    let navigates = method == "GET" && headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    let is_page = headers.get("sec-fetch-dest").is_none_or(|to| to == "document");
    is_own_form(headers, own_origin) || (navigates && is_page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_ahead() {
        assert!(looks_ahead("HEAD", &Headers::default()));
        assert!(!looks_ahead("GET", &Headers::default()));
        for pair in [
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-moz", "prefetch"),
            ("x-purpose", "preview"),
        ] {
            assert!(looks_ahead("GET", &Headers::new(vec![pair])), "{pair:?}");
        }
    }

    #[test]
    fn own_forms() {
        let own = "https://gate.example";
        let is_own = |pairs: &[(&'static str, &'static str)]| is_own_form(&Headers::new(pairs.to_vec()), own);
        assert!(is_own(&[]));
        assert!(is_own(&[("origin", own), ("sec-fetch-site", "same-origin")]));
        assert!(!is_own(&[("origin", "https://evil.example")]));
        assert!(!is_own(&[("origin", "null")]));
        assert!(!is_own(&[("sec-fetch-site", "cross-site")]));
        assert!(!is_own(&[("sec-fetch-site", "same-site"), ("origin", own)]));
    }
}
