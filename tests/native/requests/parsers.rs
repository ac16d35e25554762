//! Every reader over the committed corpora of the fuzzers. The wasm tests compare with the same file.
//!
//! After a change that means to read otherwise, or new files in `fuzz/corpus/`: `BLESS=1 cargo test --test native parsers`, and
//! read the difference.

use std::collections::BTreeSet;
use std::path::Path;

use edgegate_core::digest::hex;
use serde_json::json;

use crate::support::parsers::{INPUTS, Readers, differences};

#[test]
fn every_input_is_read_as_recorded() {
    if std::env::var_os("BLESS").is_some() {
        return bless();
    }
    let differences = differences();
    let (count, all) = (differences.len(), differences.join("\n"));
    assert!(differences.is_empty(), "{count}; if that is meant: BLESS=1 cargo test --test native parsers\n{all}");
    let inputs: serde_json::Value = serde_json::from_str(INPUTS).unwrap();
    assert!(inputs.as_array().unwrap().len() > 200);
}

fn bless() {
    let mut inputs = BTreeSet::new();
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join("fuzz/corpus");
    for target in std::fs::read_dir(corpus).unwrap() {
        for file in std::fs::read_dir(target.unwrap().path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            if bytes.len() <= 1024 {
                inputs.insert(bytes);
            }
        }
    }
    let readers = Readers::new();
    let line = |bytes: &Vec<u8>| match core::str::from_utf8(bytes) {
        Ok(text) => format!("  {}", json!({"input": text, "said": readers.said(bytes)})),
        Err(_) => format!("  {}", json!({"hex": hex(bytes), "said": readers.said(bytes)})),
    };
    let text = format!("[\n{}\n]\n", inputs.iter().map(line).collect::<Vec<_>>().join(",\n"));
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/parsers.json"), text).unwrap();
}
