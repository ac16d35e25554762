//! The policy as data: what is decoded is what was compiled, and nothing that was changed on the way is taken.

use std::fs;
use std::path::{Path, PathBuf};

use edgegate_core::policy::{FORMAT, Policy, Unreadable};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support;

#[test]
fn every_policy_of_the_repository_is_decoded_as_it_was_compiled() {
    // Some are the beginning of a policy that a test adds to.
    let texts: Vec<String> = files().iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let whole = texts.iter().filter_map(|text| Policy::read(text).ok()).inspect(assert_is_kept);
    assert!(whole.count() > 10);
}

#[test]
fn what_routes_share_is_written_once_and_shared_again() {
    let policy = Policy::decode(&read(&at("fixtures/policy/good/everything.toml")).compile()).unwrap();
    let origins = || policy.routes.iter().map(|route| &route.forward.origin);
    for origin in &policy.origins {
        let of_that_name = origins().filter(|other| other.name == origin.name);
        assert!(of_that_name.into_iter().all(|other| std::sync::Arc::ptr_eq(other, origin)), "{}", origin.name);
    }
    let route = |name: usize| {
        format!(
            "[[routes]]\nname = \"r{name}\"\npath = \"/r{name}/*\"\naccept = [\"bearer\"]\nforward = {{ origin = \"site\" }}\n"
        )
    };
    let head = support::POLICY.split("[[routes]]").next().unwrap();
    let size = |routes: usize| {
        let text = format!("{head}{}", (0..routes).map(route).collect::<String>());
        Policy::read(&text).unwrap().compile().len()
    };
    assert!(size(200) - size(100) < 100 * 110, "{} bytes a route", (size(200) - size(100)) / 100);
}

/// A change of the layout needs another number, so that an old Worker says what is wrong: `BLESS=1 cargo test --test native
/// format_number` after it was raised.
#[test]
fn a_layout_has_a_format_number_of_its_own() {
    let path = at("fixtures/policy/compiled.json");
    let text = fs::read_to_string(at("fixtures/policy/good/everything.toml")).unwrap();
    let digest = Policy::decode(&Policy::read(&text).unwrap().compile()).unwrap().digest.unwrap().to_string();
    let now = json!({ "format": FORMAT, "text": hex::encode(Sha256::digest(&text)), "everything.toml": digest });
    let recorded: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let is_same = |name: &str| recorded[name] == now[name];
    assert!(
        !is_same("format") || !is_same("text") || is_same("everything.toml"),
        "the same text has another layout: raise FORMAT in crates/policy/src/sections/mod.rs"
    );
    if std::env::var_os("BLESS").is_some() {
        return fs::write(&path, format!("{now:#}\n")).unwrap();
    }
    assert_eq!(recorded, now, "if that is meant: BLESS=1 cargo test --test native format_number");
}

#[test]
fn no_byte_may_be_another() {
    let data = read(&at("edgegate.toml")).compile();
    for at in 0..data.len() {
        for bit in 0..8 {
            let mut changed = data.clone();
            changed[at] ^= 1 << bit;
            assert!(Policy::decode(&changed).is_err(), "bit {bit} of byte {at}");
        }
        assert!(Policy::decode(&data[..at]).is_err(), "the first {at} bytes");
    }
    assert!(Policy::decode(&[&data[..], b"x"].concat()).is_err());
}

#[test]
fn what_is_wrong_is_said() {
    let data = read(&at("edgegate.toml")).compile();
    let said = |data: &[u8]| Policy::decode(data).unwrap_err().to_string();
    assert_eq!(said(b"version = 1\n"), Unreadable::NoPolicy.to_string());
    assert_eq!(said(b""), Unreadable::NoPolicy.to_string());
    let mut other = data.clone();
    other[19] = 99;
    assert_eq!(said(&other), format!("its format is 99, and this Worker reads format {FORMAT}"));
    assert_eq!(said(&data[..data.len() - 1]), Unreadable::Changed.to_string());
}

proptest! {
    #[test]
    fn generated_policies_are_decoded_as_they_were_compiled(
        routes in proptest::collection::vec((0..6usize, 0..4usize, any::<bool>(), "[a-z]{1,5}(/[a-z.-]{1,5}){0,2}", "[!-~]{1,9}"), 1..12),
    ) {
        const ACCEPT: [&str; 6] = ["\"none\"", "\"bearer\"", "\"session\", \"nonce\"", "\"link:files\"", "\"bearer\", \"session\"", "\"token-pair\""];
        const MORE: [&str; 4] = ["", "confirm = true\n", "revocation = \"strict\"\n", "host = \"*.gate.example\"\n"];
        let mut text = support::POLICY.split("[[routes]]").next().unwrap().to_owned();
        for (at, (accept, more, is_prefix, path, value)) in routes.iter().enumerate() {
            let star = if *is_prefix { "/*" } else { "" };
            let value = value.replace(['"', '\\'], "'");
            text += &format!(
                "[[routes]]\nname = \"r{at}\"\npath = \"/{path}{star}\"\naccept = [{}]\n{}forward = {{ origin = \"site\", set = {{ \"X-A\" = \"{value}\" }} }}\n",
                ACCEPT[*accept], MORE[*more],
            );
        }
        if let Ok(policy) = Policy::read(&text) {
            assert_is_kept(&policy);
        }
    }
}

/// Decoded, it is the same in every field but those that say where it comes from.
pub fn assert_is_kept(policy: &Policy) {
    let data = policy.compile();
    let decoded = Policy::decode(&data).unwrap();
    assert_eq!(fields(&decoded), fields(policy));
    assert_eq!(decoded.compile(), data);
}

fn fields(policy: &Policy) -> String {
    let text = format!("{policy:?}");
    text.split_once(", digest: ").unwrap().0.to_owned()
}

fn files() -> Vec<PathBuf> {
    let folders = [
        "fixtures",
        "fixtures/policies",
        "fixtures/policy/good",
        "fixtures/policy/advice",
        "bench",
        "bench/redirects",
        "demo",
        ".",
    ];
    let all = folders.iter().flat_map(|folder| fs::read_dir(at(folder)).unwrap()).map(|entry| entry.unwrap().path());
    let is_policy = |path: &PathBuf| {
        path.extension().is_some_and(|it| it == "toml")
            && fs::read_to_string(path).unwrap().lines().any(|line| line.trim() == "version = 1")
    };
    all.filter(is_policy).collect()
}

fn read(path: &Path) -> Policy {
    Policy::read(&fs::read_to_string(path).unwrap())
        .unwrap_or_else(|problems| panic!("{}: {problems:?}", path.display()))
}

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
