//! Whether the address before a tag can only lead to a server that may receive what the tag stands for.
//!
//! Nothing is decoded. An address that needs decoding, or that browsers repair (tabs, backslashes,
//! `https:/x`), is not trusted: the WHATWG URL parser forgives too much to be followed here.

use crate::tags::scan::from;

/// Whether the address is trusted however it goes on. `is_whole`: it ends here, nothing follows it.
pub fn is_trusted(address: &[u8], is_whole: bool, relative: bool, trusts: impl Fn(&str, &str) -> bool) -> bool {
    let head = address.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default();
    // A tag behind the first `?` or `#` cannot change where the address leads.
    let is_settled = is_whole || head.len() < address.len();
    if !head.iter().all(is_plain) {
        return false;
    }
    let absolute = ["http", "https"].into_iter().find_map(|scheme| Some((scheme, after_scheme(head, scheme)?)));
    if let Some((scheme, rest)) = absolute {
        let authority = rest.split(|byte| *byte == b'/').next().unwrap_or_default();
        let is_delimited = is_settled || authority.len() < rest.len();
        let Ok(authority) = core::str::from_utf8(authority) else { return false };
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
        return is_delimited
            && !authority.is_empty()
            && authority.bytes().all(is_host)
            && trusts(scheme, &authority.to_ascii_lowercase());
    }
    relative && leads_home(head, is_settled)
}

/// How many bytes of a value may be meant as an address, or be repaired into one: so many, and all that begin with them.
pub fn looks_like_one_from(value: &[u8]) -> Option<usize> {
    let spaces = value.len() - value.trim_ascii_start().len();
    let in_scheme = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let colon = spaces + from(value, spaces).iter().take_while(in_scheme).count();
    let has_scheme = value.get(colon) == Some(&b':');
    let marks = MARKS.iter().filter_map(|mark| Some(first_place(value, mark)? + mark.len()));
    marks.chain(has_scheme.then_some(colon + 1)).min()
}

fn is_plain(byte: &u8) -> bool {
    (0x21..0x7f).contains(byte) && !matches!(byte, b'&' | b'\\' | b'[')
}

fn after_scheme<'a>(head: &'a [u8], scheme: &str) -> Option<&'a [u8]> {
    let (start, rest) = head.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme.as_bytes()).then(|| rest.strip_prefix(b"://"))?
}

/// Whether a relative address stays on this server. A tag must not be what decides that: after a lone `/`
/// it could bring the second one, at the start a scheme.
fn leads_home(head: &[u8], is_settled: bool) -> bool {
    match head.strip_prefix(b"/") {
        Some(path) => path.first() != Some(&b'/') && (is_settled || !path.is_empty()),
        None => {
            let mut pieces = head.splitn(2, |byte| *byte == b'/');
            let first = pieces.next().unwrap_or_default();
            !first.contains(&b':') && (is_settled || pieces.next().is_some())
        }
    }
}

fn first_place(value: &[u8], text: &[u8]) -> Option<usize> {
    value.windows(text.len()).position(|window| window.eq_ignore_ascii_case(text))
}

/// What an address has, and the character references by which one would be hidden.
const MARKS: [&[u8]; 8] = [b"\\", b"//", b"&#", b"&sol", b"&bsol", b"&colon", b"&tab", b"&newline"];

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(address: &str) -> bool {
        let trusts = |scheme: &str, authority: &str| scheme == "https" && authority == "good.example";
        is_trusted(address.as_bytes(), false, true, trusts)
    }

    #[test]
    fn what_stays_at_home_is_trusted() {
        for address in [
            "https://good.example/",
            "https://good.example/a/",
            "HTTPS://Good.Example?a=",
            "https://good.example#",
            "/a/",
            "/?a=",
            "?a=",
            "#",
            "a/",
            "a?b=https://evil.example/",
            "./",
            "../a?b=",
            "/a?b=[[x]]&amp;c=",
        ] {
            assert!(trusted(address), "{address}");
        }
    }

    #[test]
    fn what_a_browser_would_repair_is_not() {
        for address in [
            "",
            "/",
            "a",
            "//",
            "//good.example/",
            "///evil.example/",
            "https://",
            "https://good.example",
            "https:///evil.example/",
            "https:/good.example/",
            "https:good.example/",
            "http://good.example/",
            "https://evil.example/?",
            "https://good.example.evil.example/",
            "https://good.example@evil.example/",
            "https://good.example:443@evil.example/",
            "https://good.example\\@evil.example/",
            "https://good%2eexample/",
            "https://[::1]/",
            "https://gööd.example/",
            "javascript:x?",
            "mailto:a@evil.example?body=",
            "data:text/html,?",
            " https://good.example/",
            "/\t/evil.example/?",
            "/\\evil.example/?",
            "\\\\evil.example/?",
            "/&#47;evil.example/?",
            "&#104;ttps://evil.example/?",
            "/[[x]]/evil.example/?",
            "java\0script:?",
            "\u{1}javascript:?",
        ] {
            assert!(!trusted(address), "{address}");
        }
    }

    #[test]
    fn a_whole_address_needs_no_end() {
        let is =
            |address: &[u8], relative| is_trusted(address, true, relative, |_, authority| authority == "good.example");
        assert!(is(b"", true) && is(b"/", true) && is(b"a", true) && is(b"https://good.example", false));
        assert!(!is(b"", false) && !is(b"/a", false) && !is(b"//x", true) && !is(b"a:b", true));
    }

    #[test]
    fn addresses_are_seen_in_any_attribute() {
        for value in ["https://", " x-y:", "see //evil", "\\\\evil", "&#x2f;", "&sol;&SOL;evil"] {
            assert!(looks_like_one_from(value.as_bytes()).is_some(), "{value}");
        }
        for value in ["", "Hello ", "a/b/c", "Tom &amp; Jo: ", "/a?b=c:"] {
            assert_eq!(looks_like_one_from(value.as_bytes()), None, "{value}");
        }
        for (value, place) in [(" x:y//", 3), ("a b:c//d", 7), ("a &Tab;//", 6), ("\\a:", 1)] {
            assert_eq!(looks_like_one_from(value.as_bytes()), Some(place), "{value}");
            let before = value.get(..place - 1).unwrap();
            assert_eq!(looks_like_one_from(before.as_bytes()), None, "{before}");
        }
    }
}
