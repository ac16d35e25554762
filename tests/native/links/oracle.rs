//! The signers against `tests/oracle/sign.py`, which knows only the description of the formats.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use edgegate_core::digest::hex;
use edgegate_core::policy::{Boundary, Digest, Key, KeyUse, MacAlgorithm, Network, SignedRedirect};
use edgegate_core::secret::Secret;
use edgegate_core::secrets::SigningKey;
use edgegate_core::signed::link::{self, Signed, Terms};
use edgegate_core::signed::redirect;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support;
use crate::support::policy;

/// The oracle's answers; None, and a word about it, where there is no Python.
fn ask(test: &str, cases: &[Value]) -> Option<Vec<String>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/oracle/sign.py");
    let started = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut oracle) = started else {
        println!("skipped: {test} (python3 is not installed)");
        return None;
    };
    let lines: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let mut stdin = oracle.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = oracle.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the oracle failed");
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

fn samples<S: Strategy>(strategy: S) -> Vec<S::Value> {
    let mut runner = TestRunner::default();
    (0..CASES).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn compare(test: &str, cases: &[Value], ours: &[String]) {
    let Some(theirs) = ask(test, cases) else { return };
    assert_eq!(theirs.len(), cases.len());
    for ((case, ours), theirs) in cases.iter().zip(ours).zip(theirs) {
        assert_eq!(*ours, theirs, "{case}");
    }
}

#[test]
fn links_are_signed_as_the_oracle_signs_them() {
    let profile = policy(support::POLICY).links[0].clone();
    let method = prop::sample::select(vec!["GET", "HEAD", "POST", "PUT", "x-own"]);
    let host = "[a-z0-9.-]{1,12}(:[0-9]{2,5})?";
    let network = prop::sample::select(vec![None, Some("10.0.0.0/8"), Some("2001:db8::/32"), Some("0.0.0.0/0")]);
    let key = prop::collection::vec(any::<u8>(), 1..100);
    let parts = (method, host, "/[!-~]{0,20}", "([a-d]{1,4}=[!-%'-~]{0,9}(&|&&)?){0,4}", network, key);
    let terms = (any::<bool>(), 0..999_999_999_999_u64, prop::option::of(0..999_999_999_999_u64));
    let mut ours = Vec::new();
    let mut cases = Vec::new();
    for ((method, host, path, query, network, key), (is_sha1, expires, not_before)) in samples((parts, terms)) {
        let algorithm = if is_sha1 { MacAlgorithm::HmacSha1 } else { MacAlgorithm::HmacSha256 };
        let named = Arc::new(Key { id: "k-1".to_owned(), secret: String::new(), usage: KeyUse::Link(algorithm) });
        let signed = Signed { method, host: &host, path: &path, query: &query };
        let parsed = network.map(|text| Network::parse(text).unwrap());
        let terms = Terms { expires, not_before, network: parsed, ..Terms::default() };
        let signing = SigningKey { key: &named, secret: &Secret::new(key.clone()) };
        let made = link::sign(&profile, signing, signed, terms).unwrap();
        ours.push(made.rsplit_once("&eg_sig=").unwrap().1.to_owned());
        cases.push(json!({
            "format": "link", "hash": if is_sha1 { "sha1" } else { "sha256" }, "key": hex(&key), "method": method,
            "host": host, "path": path, "query": query, "kid": "k-1", "exp": expires, "nbf": not_before, "ip": network,
        }));
    }
    compare("links_are_signed_as_the_oracle_signs_them", &cases, &ours);
}

#[test]
fn redirects_are_signed_as_the_oracle_signs_them() {
    let base = (*policy(support::POLICY).signed_redirects[0]).clone();
    let key = prop::collection::vec(any::<u8>(), 1..100);
    let parts = ("([a-d]{1,4}=[!-%'-~é]{0,9}(&|&&)?){0,4}", 0..999_999_999_999_u64, key, any::<bool>(), any::<bool>());
    let mut ours = Vec::new();
    let mut cases = Vec::new();
    for (query, ts, key, is_sha1, inclusive) in samples(parts) {
        let profile = SignedRedirect {
            digests: vec![if is_sha1 { Digest::Sha1 } else { Digest::Md5 }],
            boundaries: vec![if inclusive { Boundary::Inclusive } else { Boundary::Exclusive }],
            ..base.clone()
        };
        let made = redirect::sign(&profile, &Secret::new(key.clone()), &query, ts).unwrap();
        ours.push(made.rsplit_once("&signature=").unwrap().1.to_owned());
        cases.push(json!({
            "format": "redirect", "hash": if is_sha1 { "sha1" } else { "md5" }, "key": hex(&key), "query": query,
            "ts": ts, "inclusive": inclusive,
        }));
    }
    compare("redirects_are_signed_as_the_oracle_signs_them", &cases, &ours);
}

const CASES: usize = 500;
