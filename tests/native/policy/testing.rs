//! `[[tests]]` as they are read. What comes of them is in `tests/native/cli/policy_tests.rs`.

use std::fs;
use std::path::Path;

use edgegate_core::policy::shape::reasons::REASONS;
use edgegate_core::policy::{Policy, TestCredentialKind};
use edgegate_core::refusal::Reason;

#[test]
fn the_policy_knows_every_reason_and_no_other() {
    let codes: Vec<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    let first = (0..codes.len().max(REASONS.len())).find(|at| REASONS.get(*at) != codes.get(*at));
    let differing = first.map(|at| (REASONS.get(at), codes.get(at)));
    assert_eq!(
        differing, None,
        "crates/policy/src/shape/reasons.rs has the codes as the lists of crates/core/src/refusal/ have them"
    );
}

#[test]
fn what_a_test_says_arrives_where_it_belongs() {
    let policy = read("fixtures/policy/good/everything.toml");
    let first = &policy.tests[0];
    assert_eq!(
        (first.name.as_str(), first.method.as_str(), first.at),
        ("a signed link, \"bound\" to a client", "GET", 1_900_000_000)
    );
    assert_eq!(first.url, "https://gate.example.org/api/a?user=jo&b=%20");
    let headers: Vec<(&str, &str)> = first.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(headers, [("x-debug-level", "9"), ("cookie", "a=b")]);
    assert_eq!(first.client, Some("192.0.2.7".parse().unwrap()));
    let credential = first.credential.as_ref().unwrap();
    assert!(matches!(&credential.kind, TestCredentialKind::Link(link) if link.name == "files"));
    assert_eq!(credential.age, 1_209_600);
    let expected = &first.expected;
    assert_eq!((expected.route.as_deref(), expected.forwarded.as_deref()), (Some("api"), Some("/a?user=jo&b=%20")));
    assert_eq!((expected.subject.as_deref(), expected.status, &expected.refused), (Some("jo"), None, &None));
    let last = policy.tests.last().unwrap();
    assert_eq!((last.method.as_str(), last.at, last.client), ("GET", 1_800_000_000, None));
    assert!(last.headers.is_empty() && last.credential.is_none() && last.expected.subject.as_deref() == Some(""));
}

/// The Worker needs none of them.
#[test]
fn a_policy_compiles_to_the_same_bytes_without_its_tests() {
    for path in ["edgegate.toml", "fixtures/policy/good/everything.toml", "fixtures/policies/members.toml"] {
        let text = fs::read_to_string(at(path)).unwrap();
        let (without, tests) = text.split_once("\n[[tests]]\n").unwrap();
        assert!(!tests.contains("[[routes]]"), "{path}");
        let (with, without) = (read(path), Policy::read(without).unwrap());
        assert!(!with.tests.is_empty() && without.tests.is_empty());
        assert_eq!(with.compile(), without.compile(), "{path}");
        assert!(Policy::decode(&with.compile()).unwrap().tests.is_empty());
    }
}

fn read(path: &str) -> Policy {
    Policy::read(&fs::read_to_string(at(path)).unwrap()).unwrap_or_else(|problems| panic!("{path}: {problems:?}"))
}

fn at(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
