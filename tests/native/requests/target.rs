//! The request target against the `url` crate: what is accepted, every other parser reads in the same way.

use edgegate_core::http::{Target, query};
use proptest::prelude::*;

use crate::support::address::parsed;

/// Checks a URL; None if it was refused, which is always safe.
fn accepted(url: &str) -> Option<Target<'_>> {
    Target::read(url, 8192).ok()
}

/// Everything that has to hold for an accepted URL.
fn check(url: &str) -> Result<(), TestCaseError> {
    let Some(target) = accepted(url) else { return Ok(()) };
    let Some(parsed) = parsed(url) else { return Ok(()) };
    prop_assert_eq!(parsed.path(), target.path);
    // What `fetch` would make of the query is what the gate makes of it, and it decodes to what was checked.
    let forwarded = target.query.map(query::escaped);
    prop_assert_eq!(parsed.query(), forwarded.as_deref());
    prop_assert_eq!(parsed.query().map(query::decode), target.query.map(query::decode));
    prop_assert_eq!(parsed.fragment(), None);
    prop_assert_eq!(parsed.scheme() == "https", target.secure);
    prop_assert_eq!((parsed.username(), parsed.password()), ("", None));
    prop_assert!(target.path.starts_with('/'));
    for segment in target.path[1..].split('/') {
        let decoded: Vec<u8> = percent_decoded(segment);
        for read in [decoded.as_slice(), decoded.split(|byte| *byte == b';').next().unwrap()] {
            prop_assert!(read != b"." && read != b"..", "{url:?}");
        }
        prop_assert!(!decoded.iter().any(|byte| matches!(byte, b'/' | b'\\') || byte.is_ascii_control()), "{url:?}");
        prop_assert!(core::str::from_utf8(&decoded).is_ok(), "{url:?}");
        prop_assert!(
            percent_decoded(&String::from_utf8(decoded.clone()).unwrap()) == decoded,
            "decodes twice: {url:?}"
        );
    }
    Ok(())
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let pair = (*byte == b'%').then(|| tail.get(..2)).flatten();
        let value = pair.and_then(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok());
        let value = value.filter(|_| pair.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)));
        decoded.push(value.unwrap_or(*byte));
        rest = if value.is_some() { &tail[2..] } else { tail };
    }
    decoded
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn paths_are_read_in_one_way_only(path in "(/|\\.|%2e|%2E|%2f|%5c|\\\\|;|%3b|%25|%c3|%a9|%61|[a-z0-9!$&'()*+,=:@\\[\\]|~_-]|%[0-9a-f]{2}){0,14}") {
        check(&format!("https://gate.example/{path}"))?;
    }

    #[test]
    fn queries_are_read_in_one_way_only(query in "([ -~]|é|%[0-9a-f]{0,2}|&|=){0,24}") {
        check(&format!("https://gate.example/a?{query}"))?;
    }

    #[test]
    fn any_path_and_query(rest in "\\PC{0,24}") {
        check(&format!("https://gate.example/{rest}"))?;
    }

    #[test]
    fn an_accepted_host_is_one_that_clients_send(host in "[a-zA-Z0-9._:\\[\\]-]{1,14}|[a-z]{1,5}(\\.[a-z]{1,5}){0,2}(:[0-9]{1,6})?|\\[[0-9a-f:.]{1,12}\\](:[0-9]{1,5})?") {
        check(&format!("https://{host}/a?b"))?;
    }

    #[test]
    fn ordinary_hosts_are_accepted_in_lower_case(host in "[a-zA-Z][a-zA-Z0-9]{0,8}(\\.[a-z]{2,6}){0,2}(:[1-9][0-9]{2})?") {
        prop_assume!(!host.ends_with(":443"));
        let url = format!("https://{host}/");
        prop_assert_eq!(accepted(&url).map(|target| target.host.into_owned()), Some(host.to_ascii_lowercase()));
    }

    #[test]
    fn any_text_is_checked(url in "\\PC{0,40}|https?://\\PC{0,40}") {
        check(&url)?;
    }

    #[test]
    fn ordinary_addresses_are_accepted(path in "(/[a-zA-Z0-9_~-][a-zA-Z0-9._~!$&'()*+,=:@-]{0,8}){1,4}/?", query in "([a-z_]{1,6}=([a-zA-Z0-9+_.~-]|%20|%C3%A9){0,8}&){0,3}") {
        let url = format!("https://gate.example{path}?{query}");
        let target = accepted(&url);
        prop_assert_eq!(target.map(|target| (target.path.to_owned(), target.query.map(str::to_owned))), Some((path, Some(query))));
    }

    #[test]
    fn the_limit_is_of_bytes(length in 12..200_usize) {
        let url = format!("https://h/{}", "a".repeat(length - 10));
        prop_assert!(Target::read(&url, length).is_ok());
        prop_assert!(Target::read(&url, length - 1).is_err());
    }
}
