//! `[keys.*]`, and references to keys for one purpose.

use std::collections::HashMap;
use std::sync::Arc;

use super::names::Names;
use super::problem::Report;
use super::table::Table;
use super::text;
use super::value::Text;
use crate::shape::{self, key, root};
use crate::{Key, KeyUse};

/// What a reference wants a key for.
#[derive(Clone, Copy)]
pub(super) struct Purpose {
    word: &'static str,
    fits: fn(KeyUse) -> bool,
}

pub(super) const LINK: Purpose = Purpose { word: "link", fits: |usage| matches!(usage, KeyUse::Link(_)) };
pub(super) const DIGEST: Purpose = Purpose { word: "digest", fits: |usage| usage == KeyUse::Digest };
pub(super) const SEAL: Purpose = Purpose { word: "seal", fits: |usage| usage == KeyUse::Seal };
pub(super) const IDENTITY: Purpose = Purpose { word: "identity", fits: |usage| usage == KeyUse::Identity };
pub(super) const CLIENT: Purpose = Purpose { word: "client", fits: |usage| usage == KeyUse::Client };
pub(super) const ASSERTION: Purpose = Purpose { word: "assertion", fits: |usage| usage == KeyUse::Assertion };

/// Every `[keys.*]`, and over how many objects of the Ledger the claims of each are spread that says so. No two may name
/// the same secret.
pub(super) fn read(report: &mut Report, root: &Table<'_>) -> (Names<Key>, Vec<(String, u16)>) {
    let mut keys = Names::new("keys");
    let mut shards = Vec::new();
    let mut secrets: HashMap<String, String> = HashMap::new();
    for (id, table) in root.named(report, &root::KEYS) {
        let key = key(report, id, &table);
        if let Some(key) = &key {
            if let Some(other) = secrets.get(&key.secret) {
                let reason = format!(
                    "`{}` is the secret of `[keys.{other}]` already; every key has a value of its own",
                    key.secret
                );
                table.wrong(report, &key::SECRET, &reason);
            }
            secrets.entry(key.secret.clone()).or_insert_with(|| id.to_owned());
            shards.extend(shards_of(report, &table, key));
        }
        keys.add(id, key);
    }
    (keys, shards)
}

/// The keys that a list names, all for one purpose. The list must not be empty.
pub(super) fn list(
    report: &mut Report,
    table: &Table<'_>,
    named: &shape::Key,
    keys: &Names<Key>,
    purpose: Purpose,
) -> Vec<Arc<Key>> {
    let ids = table.texts(report, named);
    ids.iter().filter_map(|id| one(report, id, keys, purpose)).collect()
}

/// The key that a string names.
pub(super) fn one(report: &mut Report, id: &Text<'_>, keys: &Names<Key>, purpose: Purpose) -> Option<Arc<Key>> {
    let key = keys.find(report, id, id.value)?;
    if !(purpose.fits)(key.usage) {
        let reason = format!(
            "`{}` is a key with `use = \"{}\"`, and here one with `use = \"{}\"` is needed; no key serves two formats",
            key.id,
            word(key.usage),
            purpose.word
        );
        id.wrong(report, &reason);
    }
    Some(key)
}

fn key(report: &mut Report, id: &str, table: &Table<'_>) -> Option<Key> {
    if let Err(reason) = text::key_id(id) {
        report.add(table.line, format!("keys: {reason}"));
    }
    let secret = table.checked(report, &key::SECRET, text::secret);
    let usage = table.word(report, &key::USE, &key::USES);
    let algorithm = table.word(report, &key::ALGORITHM, &key::ALGORITHMS);
    let usage = match usage? {
        KeyUse::Link(default) => KeyUse::Link(algorithm.unwrap_or(default)),
        other => {
            if table.has(&key::ALGORITHM) {
                let reason = "only a key with `use = \"link\"` has a choice of algorithm; leave it out";
                table.wrong(report, &key::ALGORITHM, reason);
            }
            other
        }
    };
    Some(Key { id: id.to_owned(), secret: secret?, usage })
}

/// Over how many objects of the Ledger claims are spread.
pub(super) fn shards(report: &mut Report, table: &Table<'_>, named: &shape::Key) -> Option<u16> {
    let shards = table.number(report, named)?;
    u16::try_from(shards).ok()
}

fn shards_of(report: &mut Report, table: &Table<'_>, key: &Key) -> Option<(String, u16)> {
    let shards = shards(report, table, &key::SHARDS)?;
    if matches!(key.usage, KeyUse::Identity | KeyUse::Assertion) {
        table.wrong(report, &key::SHARDS, "has no effect on this key: nothing that it signs is used up; leave it out");
    }
    Some((key.id.clone(), shards))
}

fn word(usage: KeyUse) -> &'static str {
    match usage {
        KeyUse::Link(_) => "link",
        KeyUse::Digest => "digest",
        KeyUse::Seal => "seal",
        KeyUse::Identity => "identity",
        KeyUse::Assertion => "assertion",
        KeyUse::Client => "client",
    }
}
