//! Redirects of every shape: whatever the target and the values, the signature holds by an independent verifier, a value
//! stays in its place, and a browser goes where the policy says.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};

use edgegate_core::policy::{HostPattern, Policy};
use edgegate_core::redirect::document::Document;
use edgegate_core::redirect::outcome::{Ended, OutcomeRedirect, Signer};
use edgegate_core::redirect::template::{Part, Template};
use edgegate_core::redirect::{check, host};
use edgegate_core::refusal::Reason;
use edgegate_core::secret::Secret;
use edgegate_core::signed::redirect;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use url::Url;

use crate::support::{self, NOW};

const OWN: &str = "gate.example.org";
const KEY: &str = "DIGEST_KEY-0123456789abcdef0123456789abcdef";

static POLICY: LazyLock<Policy> = LazyLock::new(|| support::policy(support::POLICY));

fn hosts() -> Vec<HostPattern> {
    ["p.example", "*.q.example"].map(|host| HostPattern::parse(host).unwrap()).to_vec()
}

fn checked(target: &str, fields: &[(String, Vec<u8>)], is_signed: bool) -> Option<OutcomeRedirect> {
    let luminate = POLICY.luminate.as_ref().unwrap();
    let template = Template::parse(target, OWN, &hosts()).ok()?;
    let template = if is_signed { template.without(&redirect::NAMES) } else { template };
    let signer = || Signer { profile: Arc::clone(&luminate.signature), secret: Secret::new(KEY) };
    let outcome_redirect = OutcomeRedirect {
        success: Some(template),
        error: None,
        fields: fields.to_vec(),
        names: Arc::clone(&luminate.names),
        is_credential: |name| matches!(name, "token" | "password"),
        signer: is_signed.then(signer),
        caller: Some("1001002".to_owned()),
        about: "cons_id",
        other_kinds: &["member_id"],
        detour: None,
    };
    outcome_redirect.check().ok().map(|()| outcome_redirect)
}

fn sent(outcome_redirect: &OutcomeRedirect, document: &Document) -> String {
    let answer = outcome_redirect.answer(Ended { is_success: true, document: Some(document) }, NOW).unwrap();
    answer.headers.into_iter().find(|(name, _)| *name == "location").unwrap().1
}

fn document(value: &str) -> Document {
    let text =
        json!({"r": {"cons_id": "1001002", "value": value, "token": "SECRET", "list": [value, {"deep": value}]}});
    Document::read(&text.to_string()).unwrap()
}

/// Targets of every kind: most can be read, some not.
fn target() -> impl Strategy<Value = String> {
    let base = prop::sample::select(vec![
        "https://p.example/w",
        "http://a.q.example",
        "/landing/x",
        "https://gate.example.org/y",
    ]);
    let name = prop_oneof![
        4 => "[a-z]{1,6}",
        1 => prop::sample::select(vec!["ts", "TS", "signature", "sig", "signature[]", "%74s", "cons_id", "Cons_Id", "x_cons_id", "a b", "é'", ""]).prop_map(str::to_owned)
    ];
    let part = prop_oneof![
        3 => prop::sample::select(vec!["${f}", "${g}", "${none}", "${password}", "${r/value}", "${/r/list[2]/deep}", "${//deep}", "${r/cons_id}", "${r/token}", "${/r}", "${//text()}", "${r/none}"]).prop_map(str::to_owned),
        3 => "[a-zA-Z0-9 '\"<>é%+=/?:@,.~|{}$^`-]{0,6}",
        1 => prop::sample::select(vec!["0", "", "%26", "%zz", "${", "}", "$"]).prop_map(str::to_owned),
    ];
    let value = prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat());
    let pair = (name, prop::option::of(value))
        .prop_map(|(name, value)| value.map_or(name.clone(), |value| format!("{name}={value}")));
    let query = prop::collection::vec((prop::sample::select(vec!["&", ";", "&&"]), pair), 0..6).prop_map(|pairs| {
        pairs
            .into_iter()
            .enumerate()
            .map(|(at, (separator, pair))| if at == 0 { pair } else { format!("{separator}{pair}") })
            .collect::<String>()
    });
    let fragment = prop::sample::select(vec!["", "#", "#part", "#/a?b=c&signature=1"]);
    (base, prop::option::of(query), fragment).prop_map(|(base, query, fragment)| match query {
        Some(query) => format!("{base}?{query}{fragment}"),
        None => format!("{base}{fragment}"),
    })
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[&=#?;%+'\"<>\\\\ \\r\\n\\t\\x00]{0,8}",
        Just("&signature=zzz&ts=1".to_owned()),
        Just("x#y".to_owned())
    ]
}

fn fields() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    (prop::collection::vec(any::<u8>(), 0..12), value()).prop_map(|(f, g)| {
        vec![("f".to_owned(), f), ("g".to_owned(), g.into_bytes()), ("password".to_owned(), b"SECRET".to_vec())]
    })
}

/// The parameters as WHATWG URL reads them.
fn pairs(url: &Url) -> Vec<(String, String)> {
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

    #[test]
    fn what_is_signed_is_accepted_by_the_verifier_of_this_gateway(target in target(), fields in fields(), value in value()) {
        let Some(outcome_redirect) = checked(&target, &fields, true) else { return Ok(()) };
        let location = sent(&outcome_redirect, &document(&value));
        let url = Url::parse("https://gate.example.org/").unwrap().join(&location).unwrap();
        let profile = &POLICY.luminate.as_ref().unwrap().signature;
        let verified = redirect::verify(profile, support::secrets(&POLICY).usable(false), url.query().unwrap(), NOW);
        prop_assert!(matches!(verified, Ok(Some(_))), "{verified:?} {target} {location}");
    }

    #[test]
    fn a_browser_sends_it_as_it_was_written(target in target(), fields in fields(), value in value(), is_signed: bool) {
        let Some(outcome_redirect) = checked(&target, &fields, is_signed) else { return Ok(()) };
        let location = sent(&outcome_redirect, &document(&value));
        let url = Url::parse("https://gate.example.org/").unwrap().join(&location).unwrap();
        let query = location.split('#').next().unwrap().split_once('?').map(|(_, query)| query);
        prop_assert_eq!(url.query(), query, "{}", location);
        prop_assert!(!location.contains("SECRET"), "{}", location);
        let host = url.host_str().unwrap();
        prop_assert!(host == OWN || host == "p.example" || host == "a.q.example", "{}", location);
        prop_assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{}", location);
    }

    #[test]
    fn a_value_never_leaves_its_place(target in target(), fields in fields(), value in value()) {
        let Some(outcome_redirect) = checked(&target, &fields, false) else { return Ok(()) };
        let filled = Url::parse("https://gate.example.org/").unwrap().join(&sent(&outcome_redirect, &document(&value))).unwrap();
        let empty = Url::parse("https://gate.example.org/").unwrap().join(&sent(&outcome_redirect, &document("x"))).unwrap();
        let names = |url: &Url| pairs(url).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        prop_assert_eq!(names(&filled), names(&empty));
        prop_assert_eq!((filled.host_str(), filled.path(), filled.fragment()), (empty.host_str(), empty.path(), empty.fragment()));
    }

    #[test]
    fn an_address_that_is_let_through_leads_to_a_listed_host(address in "(https?:)?[/\\\\@:. a-zA-Z0-9%\\t\\[\\]?#-]{0,24}(p\\.example|gate\\.example\\.org)?[/\\\\@:.a-z0-9?#]{0,8}") {
        if check(&address, OWN, &hosts()).is_ok() {
            let url = Url::parse("https://gate.example.org/").unwrap().join(&address).unwrap();
            let host = url.host_str().unwrap();
            prop_assert!(host == OWN || host == "p.example" || host.ends_with(".q.example"), "{} leads to {}", address, url);
            prop_assert_eq!((url.username(), url.password()), ("", None));
        }
    }

    /// The host of an address is what a browser takes for it, and no text in a path, a query or a fragment.
    #[test]
    fn the_host_of_an_address_is_a_browsers(
        before in "(/{1,3}|\\\\{1,2}|https?:/{0,3}|HTTP://|ftp://|javascript:|data:)?(p\\.example|gate\\.example\\.org|a\\.q\\.example|evil\\.example)?(:[0-9]{0,5})?",
        after in "[/?#.a-z:\\\\@%]{0,6}(https?://|//|:///|://)?(p\\.example|evil\\.example|O)?[/?#=&a-z]{0,6}",
    ) {
        let address = format!("{before}{after}");
        if check(&address, OWN, &hosts()).is_ok() {
            let url = Url::parse("https://gate.example.org/x/y?z").unwrap().join(&address).unwrap();
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            let browsers = format!("{}{port}", url.host_str().unwrap());
            let said = host(&address);
            // A default port is written or not.
            let said_plain = said.map(|said| said.trim_end_matches(if url.scheme() == "https" { ":443" } else { ":80" }));
            prop_assert_eq!(said_plain.unwrap_or(OWN), browsers, "{}", address);
            prop_assert_eq!(said.is_none(), address.starts_with('/'), "{}", address);
        }
    }
}

/// With Python, which knows nothing but the description.
#[test]
fn the_independent_verifier_accepts_what_is_signed() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/oracle/verify.py");
    let started = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut oracle) = started else {
        println!("skipped: the_independent_verifier_accepts_what_is_signed (python3 is not installed)");
        return;
    };
    let mut runner = TestRunner::default();
    let mut lines = Vec::new();
    while lines.len() < 2000 {
        let (target, fields, value) = (target(), fields(), value()).new_tree(&mut runner).unwrap().current();
        let Some(outcome_redirect) = checked(&target, &fields, true) else { continue };
        let location = sent(&outcome_redirect, &document(&value));
        lines.push(json!({"url": location, "key": KEY, "now": NOW}).to_string());
    }
    // A signature that is another's, a time that is past: the verifier does refuse.
    let spoiled = lines[0].replace("signature=", "signature=0");
    let late = lines[1].replace(&NOW.to_string(), &(NOW - 6).to_string());
    let input = lines.iter().chain([&spoiled, &late]).map(|line| format!("{line}\n")).collect::<String>();
    let mut stdin = oracle.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = String::from_utf8(oracle.wait_with_output().unwrap().stdout).unwrap();
    writer.join().unwrap().unwrap();
    let said: Vec<&str> = output.lines().collect();
    assert_eq!(said.len(), lines.len() + 2);
    for (line, said) in lines.iter().zip(&said) {
        assert_eq!(*said, "ok", "{line}");
    }
    assert!(said[lines.len()..].iter().all(|said| *said != "ok"), "{:?}", &said[lines.len()..]);
}

#[test]
fn a_host_in_a_path_or_a_query_is_none() {
    for address in ["/.http:///O", "/go?u=http://x", "/a#https://x/", "/https://p.example", "/?://x"] {
        assert_eq!((check(address, OWN, &hosts()), host(address)), (Ok(()), None), "{address}");
    }
    for address in ["https://p.example", "http://p.example:81/http://x?u=https://y", "https://a.q.example?://x"] {
        assert!(check(address, OWN, &hosts()).is_ok() && host(address).is_some_and(|host| !host.contains('/')));
    }
}

#[test]
fn placeholders_are_found_wherever_they_are() {
    let template = Template::parse("/w?a=${f}&b=${r/x}", OWN, &[]).unwrap();
    let parts: Vec<&Part> = template.parameters().flat_map(|parameter| parameter.parts()).collect();
    assert!(matches!(parts[..], [Part::Field(_), Part::Path(_)]));
}

#[test]
fn an_address_has_at_most_32_placeholders() {
    let read = |count: usize| Template::parse(&format!("/w?a={}", "${f}".repeat(count)), OWN, &[]).err();
    assert_eq!((read(32), read(33)), (None, Some(Reason::RedirectPlaceholder)));
}
