//! `[keys.*]`, and references to keys for one purpose.

use std::collections::HashMap;
use std::sync::Arc;

use super::names::Names;
use super::table::Table;
use super::text;
use super::value::Text;
use crate::shape::{self, key, root};
use crate::{Key, KeyUse};

/// What a reference wants a key for.
#[derive(Clone, Copy)]
pub(crate) struct Purpose {
    word: &'static str,
    fits: fn(KeyUse) -> bool,
}

pub(crate) const LINK: Purpose = Purpose { word: "link", fits: |usage| matches!(usage, KeyUse::Link(_)) };
pub(crate) const DIGEST: Purpose = Purpose { word: "digest", fits: |usage| usage == KeyUse::Digest };
pub(crate) const SEAL: Purpose = Purpose { word: "seal", fits: |usage| usage == KeyUse::Seal };
pub(crate) const IDENTITY: Purpose = Purpose { word: "identity", fits: |usage| usage == KeyUse::Identity };
pub(crate) const CLIENT: Purpose = Purpose { word: "client", fits: |usage| usage == KeyUse::Client };
pub(crate) const ASSERTION: Purpose = Purpose { word: "assertion", fits: |usage| usage == KeyUse::Assertion };

/// Every `[keys.*]`, and over how many objects of the Ledger the claims of each are spread that says so. No two may name
/// the same secret.
pub(crate) fn read(root: &Table<'_>) -> (Names<Key>, Vec<(String, u16)>) {
    let mut keys = Names::new("keys");
    let mut shards = Vec::new();
    let mut secrets: HashMap<String, String> = HashMap::new();
    for (id, table) in root.named(&root::KEYS) {
        let key = key(id, &table);
        if let Some(key) = &key {
            if let Some(other) = secrets.get(&key.secret) {
                let reason = format!(
                    "`{}` is the secret of `[keys.{other}]` already; every key has a value of its own",
                    key.secret
                );
                table.wrong(&key::SECRET, &reason);
            }
            secrets.entry(key.secret.clone()).or_insert_with(|| id.to_owned());
            shards.extend(shards_of(&table, key));
        }
        keys.add(id, key);
    }
    (keys, shards)
}

/// The keys that a list names, all for one purpose. The list must not be empty.
pub(crate) fn list(table: &Table<'_>, named: &shape::Key, keys: &Names<Key>, purpose: Purpose) -> Vec<Arc<Key>> {
    let ids = table.texts(named);
    ids.iter().filter_map(|id| one(id, keys, purpose)).collect()
}

/// The key that a string names.
pub(crate) fn one(id: &Text<'_>, keys: &Names<Key>, purpose: Purpose) -> Option<Arc<Key>> {
    let key = keys.find(id, id.value)?;
    if !(purpose.fits)(key.usage) {
        let reason = format!(
            "`{}` is a key with `use = \"{}\"`, and here one with `use = \"{}\"` is needed; no key serves two formats",
            key.id,
            word(key.usage),
            purpose.word
        );
        id.wrong(&reason);
    }
    Some(key)
}

fn key(id: &str, table: &Table<'_>) -> Option<Key> {
    if let Err(reason) = text::key_id(id) {
        table.report.add(table.line, format!("keys: {reason}"));
    }
    let secret = table.checked(&key::SECRET, text::secret);
    let usage = table.word(&key::USE, &key::USES);
    let algorithm = table.word(&key::ALGORITHM, &key::ALGORITHMS);
    let usage = match usage? {
        KeyUse::Link(default) => KeyUse::Link(algorithm.unwrap_or(default)),
        other => {
            if table.has(&key::ALGORITHM) {
                let reason = "only a key with `use = \"link\"` has a choice of algorithm; leave it out";
                table.wrong(&key::ALGORITHM, reason);
            }
            other
        }
    };
    Some(Key { id: id.to_owned(), secret: secret?, usage })
}

/// Over how many objects of the Ledger claims are spread.
pub(crate) fn shards(table: &Table<'_>, named: &shape::Key) -> Option<u16> {
    let shards = table.number(named)?;
    u16::try_from(shards).ok()
}

fn shards_of(table: &Table<'_>, key: &Key) -> Option<(String, u16)> {
    let shards = shards(table, &key::SHARDS)?;
    if matches!(key.usage, KeyUse::Identity | KeyUse::Assertion) {
        table.wrong(&key::SHARDS, "has no effect on this key: nothing that it signs is used up; leave it out");
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
