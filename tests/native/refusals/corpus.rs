//! The core's decisions over `fixtures/corpus.json`. The wasm tests compare with the same file, so whatever a
//! 32-bit word, another allocator or another hasher would change is seen there.
//!
//! After a change that means to decide otherwise: `BLESS=1 cargo test --test native corpus`, and read the difference.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::corpus::{CORPUS, run};

#[test]
fn every_request_is_decided_as_recorded() {
    let cases = run();
    if std::env::var_os("BLESS").is_some() {
        return bless(cases.iter().map(|case| case.decided.as_str()));
    }
    let wrong = cases.iter().filter(|case| case.decided != case.recorded);
    let wrong: Vec<String> =
        wrong.map(|case| format!("{}\n    {}, not {}", case.request, case.decided, case.recorded)).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_corpus_reaches_most_reasons_and_lets_some_through() {
    let recorded: Vec<String> = run().into_iter().map(|case| case.recorded).collect();
    let codes: BTreeSet<&str> = recorded.iter().filter_map(|recorded| recorded.split(' ').next()).collect();
    assert!(codes.len() > 35, "{codes:?}");
    assert!(recorded.iter().filter(|recorded| recorded.starts_with("ok ")).count() > 20);
}

fn bless<'a>(decided: impl Iterator<Item = &'a str>) {
    let cases: Value = serde_json::from_str(CORPUS).unwrap();
    let lines = cases.as_array().unwrap().iter().zip(decided).map(|(case, decided)| {
        let mut case = case.clone();
        case["decided"] = json!(decided);
        format!("  {case}")
    });
    let text = format!("[\n{}\n]\n", lines.collect::<Vec<_>>().join(",\n"));
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/corpus.json"), text).unwrap();
}
