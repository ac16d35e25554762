//! Template tags in pages: however a page is built, the token they stand for goes nowhere but home.

mod browser;
mod leak;
mod pieces;

use browser::{browse, outline};
use edgegate_core::policy::TagPlaces;
use edgegate_core::tags::{Expander, Expansion, Vocabulary};
use pieces::page;
use proptest::prelude::*;

const TOKEN: &str = "TOKEN-1.";
const PAGE: &str = "https://good.example/dir/page";

/// Pages for each run; `TAG_CASES` asks for more.
fn cases() -> ProptestConfig {
    let asked = std::env::var("TAG_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(asked.unwrap_or(4096)) }
}

/// `S86:true` is the token, `S86` a field that holds it, `S1112:` an address at home with it, `T2:` any address.
#[derive(Debug, Clone, Copy)]
struct Tags;

impl Vocabulary for Tags {
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        match tag.split_once(':') {
            None if tag == "S86" => {
                Some(Expansion::Markup(format!("<input type=\"hidden\" name=\"t\" value=\"{TOKEN}\">")))
            }
            None if tag == "S1" => Some(Expansion::Plain("Jo <O'Neil> & \"Co\"".to_owned())),
            Some(("S86", "true")) => Some(Expansion::Plain(TOKEN.to_owned())),
            Some(("S1112", address)) if address.starts_with("https://good.example/") => {
                Some(Expansion::Plain(format!("{address}?t={TOKEN}")))
            }
            Some(("T2", address)) => Some(Expansion::Plain(address.to_owned())),
            _ => None,
        }
    }

    fn is_address(&self, tag: &str) -> bool {
        tag.starts_with("S1112:") || tag.starts_with("T2:")
    }

    fn element_prefix(&self) -> &str {
        "convio:"
    }

    fn element(&mut self, name: &str, attributes: &[(&str, &str)]) -> Option<Expansion> {
        match (name, attributes) {
            ("convio:session", [("name", tag)]) => self.bracket(&format!("S{tag}")),
            ("convio:session", [("name", tag), ("param", param)]) => self.bracket(&format!("S{tag}:{param}")),
            _ => None,
        }
    }

    fn trusts(&self, scheme: &str, authority: &str) -> bool {
        scheme == "https" && authority == "good.example"
    }
}

/// Only `S86:true`, and its expansion can be undone.
struct TokenOnly;

impl Vocabulary for TokenOnly {
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        (tag == "S86:true").then(|| Expansion::Plain(TOKEN.to_owned()))
    }

    fn trusts(&self, scheme: &str, authority: &str) -> bool {
        Tags.trusts(scheme, authority)
    }
}

struct Nothing;

impl Vocabulary for Nothing {
    fn bracket(&mut self, _: &str) -> Option<Expansion> {
        None
    }

    fn trusts(&self, _: &str, _: &str) -> bool {
        true
    }
}

const EVERYWHERE: TagPlaces = TagPlaces { script: true, style: true, comment: true };

fn expand(vocabulary: impl Vocabulary, places: TagPlaces, chunks: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut expander = Expander::new(vocabulary, places);
    chunks.iter().for_each(|chunk| expander.push(chunk, &mut out));
    expander.finish(&mut out);
    out
}

fn expand_text(vocabulary: impl Vocabulary, places: TagPlaces, page: &str) -> String {
    String::from_utf8(expand(vocabulary, places, &[page.as_bytes()])).unwrap()
}

fn assert_no_leak(page: &str) -> Result<(), TestCaseError> {
    let output = expand_text(Tags, TagPlaces::default(), page);
    for scripting in [true, false] {
        let leak = browse(&output, scripting).leak();
        prop_assert_eq!(leak, None, "scripting {}\n{}\n{}", scripting, page, output);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_token_goes_nowhere_but_home(page in page()) {
        assert_no_leak(&page)?;
    }

    #[test]
    fn an_expanded_page_is_read_as_it_was(page in page()) {
        let output = expand_text(TokenOnly, EVERYWHERE, &page);
        for scripting in [true, false] {
            let undone = outline(&browse(&output, scripting)).replace(TOKEN, "[[S86:true]]");
            prop_assert_eq!(undone, outline(&browse(&page, scripting)), "{}\n{}", page, output);
        }
    }

    #[test]
    fn chunks_make_no_difference(page in page(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let bytes = page.as_bytes();
        let whole = expand(Tags, EVERYWHERE, &[bytes]);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&expand(Tags, EVERYWHERE, &single), &whole, "{}", page);
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).chain([0, bytes.len()]).collect();
        at.sort_unstable();
        let pieces: Vec<&[u8]> = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        prop_assert_eq!(&expand(Tags, EVERYWHERE, &pieces), &whole, "{}", page);
    }

    #[test]
    fn what_is_not_known_is_left(page in page(), noise in prop::collection::vec(any::<u8>(), 0..64)) {
        let bytes = [page.as_bytes(), &noise, page.as_bytes()].concat();
        prop_assert_eq!(&expand(Nothing, EVERYWHERE, &[&bytes]), &bytes);
    }

    #[test]
    fn bytes_without_tags_are_left(bytes in prop::collection::vec(any::<u8>(), 0..256), size in 1..9_usize) {
        let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
        prop_assert_eq!(&expand(Tags, EVERYWHERE, &chunks), &bytes);
    }
}

/// Each also byte by byte.
#[test]
fn the_named_cases_hold() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/tags.json")).unwrap();
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!(cases.len() > 100);
    let mut wrong = Vec::new();
    for case in &cases {
        let text = |key: &str| case[key].as_str().unwrap();
        let places = if case["everywhere"] == true { EVERYWHERE } else { TagPlaces::default() };
        let page = text("page").as_bytes();
        let whole = expand(Tags, places, &[page]);
        let bytes: Vec<&[u8]> = page.chunks(1).collect();
        assert_eq!(expand(Tags, places, &bytes), whole, "{}", text("name"));
        if places == TagPlaces::default() {
            let output = String::from_utf8(whole.clone()).unwrap();
            let leaks = [true, false].map(|scripting| browse(&output, scripting).leak());
            assert_eq!(leaks, [None, None], "{}: {output}", text("name"));
        }
        if whole != text("expected").as_bytes() {
            wrong.push(format!("{}: {}", text("name"), String::from_utf8_lossy(&whole)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `%` is an attribute that makes the tag too long to be kept.
#[test]
fn a_long_tag_is_known_by_its_name() {
    let elsewhere = "\"https://evil.example/\"";
    let token = "[[S86:true]]";
    for (page, expanded) in [
        (format!("<img %>{token}<p title=\"{token}\">"), 2),
        (format!("<p % title=\"{token}\" x=\"%>\">{token}"), 1),
        (format!("<textarea %>{token}</textarea>{token}"), 1),
        (format!("<title %>{token}<p></title %>{token}"), 2),
        (format!("<form % action={elsewhere}>{token}<input value=\"{token}\"></form>"), 0),
        (format!("<base % href={elsewhere}><a href=\"/?{token}\">"), 0),
        (format!("<form action=/><button % formaction={elsewhere}></button>{token}</form>"), 0),
        (format!("<button % form=f formaction={elsewhere}></button><form id=f action=/>{token}</form>"), 0),
        (format!("<select % form=f><option value=\"{token}\"></select>"), 0),
        (format!("<form action={elsewhere}><svg %/><x/></svg></form><input value=\"{token}\">"), 0),
        (format!("<noscript><p % title=\"</noscript><form action=/>\">{token}"), 0),
        (format!("<svg><![CDATA[ % ]]></svg>{token}"), 0),
        ("<convio:session name=\"86\" %/>".to_owned(), 0),
    ] {
        let long = page.replacen('%', &format!("y=\"{}>\"", "x".repeat(16 * 1024)), 1).replace('%', "z");
        let output = expand(Tags, TagPlaces::default(), &[long.as_bytes()]);
        for size in [1, 1000, 16 * 1024] {
            let chunks: Vec<&[u8]> = long.as_bytes().chunks(size).collect();
            assert_eq!(expand(Tags, TagPlaces::default(), &chunks), output, "{page}");
        }
        let output = String::from_utf8(output).unwrap();
        assert_eq!(output.matches(TOKEN).count(), expanded, "{page}");
        assert_eq!(browse(&output, true).leak().or_else(|| browse(&output, false).leak()), None, "{page}");
    }
}

/// Pages whose encoding the gate does not know: of these nothing behind the first byte that says so is expanded, and not a
/// byte is changed.
#[test]
fn nothing_is_expanded_where_ascii_may_mean_something_else() {
    let expanded = |page: &[u8]| expand(Tags, EVERYWHERE, &[page]);
    let tag = b"[[S86:true]]".as_slice();
    for beginning in
        [b"\xfe\xff".as_slice(), b"\xff\xfe", b"\xff\xfe\0\0", b"<\0?\0x\0m\0l\0", b"\0<\0?\0x\0m\0l", b"\x1b$B", b"\0"]
    {
        let page = [beginning, b"<p title=\"", tag, b"\">", tag].concat();
        assert_eq!(expanded(&page), page, "{beginning:?}");
    }
    // The mark of UTF-8 is none of these, nor are these bytes one behind the beginning.
    let page = [b"\xef\xbb\xbf<p>\xfe\xff".as_slice(), tag].concat();
    assert_eq!(expanded(&page), [b"\xef\xbb\xbf<p>\xfe\xff".as_slice(), TOKEN.as_bytes()].concat());
    for byte in [b"\x1b".as_slice(), b"\0"] {
        // What stands before it is over; the start tag that it stands in is not.
        let page = [tag, b"<p title=\"", tag, b" ", byte, b"$B\">", tag].concat();
        let expected = [TOKEN.as_bytes(), b"<p title=\"", tag, b" ", byte, b"$B\">", tag].concat();
        assert_eq!(expanded(&page), expected, "{byte:?}");
    }
}

proptest! {
    #![proptest_config(cases())]

    /// Wherever such a byte stands and however the page is cut: what comes before it is as without it, and the rest passes.
    #[test]
    fn from_the_first_byte_of_another_encoding_on_a_page_passes(page in page(), at in any::<prop::sample::Index>(), byte in prop::sample::select(vec![0x00_u8, 0x1b]), cut in any::<prop::sample::Index>()) {
        let at = at.index(page.len() + 1);
        prop_assume!(page.is_char_boundary(at));
        let (before, after) = page.as_bytes().split_at(at);
        let whole = [before, &[byte], after].concat();
        let alone = expand(Tags, TagPlaces::default(), &[before]);
        let output = expand(Tags, TagPlaces::default(), &[&whole]);
        prop_assert_eq!(&output, &[alone.as_slice(), &[byte], after].concat());
        let (first, second) = whole.split_at(cut.index(whole.len() + 1));
        prop_assert_eq!(&output, &expand(Tags, TagPlaces::default(), &[first, second]));
        let bytes: Vec<&[u8]> = whole.chunks(1).collect();
        prop_assert_eq!(&output, &expand(Tags, TagPlaces::default(), &bytes));
    }
}
