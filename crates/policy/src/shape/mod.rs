//! The tables that the file may have, and each of their keys: name, type, bounds, default and meaning.
//!
//! A key is declared here and nowhere else. The reader takes the declaration in place of a name, so it cannot ask for a
//! key that does not exist; what it does not find here is an unknown key. The schema for editors and the tables of
//! docs/policy.md are written from the same declarations. What only those say is left out of the Worker.

mod advice;
mod clients;
mod deployment;
mod dialects;
pub mod form;
mod grants;
mod origins;
mod paths;
mod rates;
pub mod reasons;
mod routing;
mod testing;
mod top;

pub(super) use advice::allow_warnings;
pub(super) use clients::client;
pub(super) use deployment::{admin, gateway, identity, limits, origin, storage};
pub(super) use dialects::{administrator, luminate};
pub(super) use grants::oauth;
pub(super) use origins::{origin_authorization, route_authorization};
pub(super) use paths::route_paths;
pub(super) use rates::route_rate;
pub(super) use routing::{route, route_bearer, route_cors, route_forward};
pub(super) use testing::{test, test_credential};
pub(super) use top::root;

use super::SHARDS;

/// A table of the file.
#[derive(Debug)]
pub struct Shape {
    /// The keys it may hold.
    pub keys: &'static [&'static Key],
    /// What documents say of it.
    pub said: SaidOfTable,
}

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// Its table must hold it.
    pub is_required: bool,
    /// What it may hold, as far as the reader asks here.
    pub kind: Kind,
    /// What documents say of it.
    pub said: Said,
}

/// What a key may hold. Bounds stand apart: most keys have none, and each would be as large.
#[derive(Debug)]
pub enum Kind {
    /// `true` or `false`, with its default.
    Flag(bool),
    /// A duration.
    Seconds(&'static Span),
    /// A number.
    Number(&'static Bounds),
    /// One string, which another type reads.
    Text,
    /// The same, with its default.
    TextOr(&'static str),
    /// A list of strings. What is wrong with an empty one, unless it may be empty.
    Texts(Option<&'static str>),
    /// A table.
    Table(&'static Shape),
    /// One word, or a table in its place.
    WordOr(&'static str, &'static Shape),
    /// Tables by name: `[links.<name>]`.
    Tables(&'static Shape),
    /// A list of tables: `[[routes]]`.
    List(&'static Shape),
    /// What the reader of its table knows.
    Other,
}

/// What a number may be.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Its default, if it has one.
    pub usual: Option<u64>,
    /// The least that is accepted.
    pub least: u64,
    /// The most that is accepted.
    pub most: u64,
}

/// What a duration may be, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Its default.
    pub usual: u64,
    /// The least, and why.
    pub least: (u64, &'static str),
    /// The most, and why.
    pub most: (u64, &'static str),
}

/// What documents say of a key.
#[derive(Debug)]
pub struct Said {
    /// Members of its schema beside type, bounds and default: a piece of JSON.
    pub form: &'static str,
    /// The words that it may be, or that its list may hold.
    pub words: Option<fn() -> Vec<String>>,
    /// Its default, where the type does not say it, in Markdown.
    pub usual: &'static str,
    /// What it means, in Markdown.
    pub meaning: &'static str,
}

/// What documents say of a table.
#[derive(Debug)]
pub struct SaidOfTable {
    /// Where it stands: `gateway`, `links.*` for each table under `links`, `routes[]` for each of the list.
    pub table: &'static str,
    /// What one of several is.
    pub meaning: &'static str,
    /// Members of its schema beside its keys.
    pub form: &'static str,
}

impl Shape {
    pub(crate) const fn new(
        table: &'static str,
        meaning: &'static str,
        form: &'static str,
        keys: &'static [&'static Key],
    ) -> Self {
        Self { keys, said: SaidOfTable { table, meaning, form } }
    }

    /// The names of its keys.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|key| key.name)
    }
}

impl Key {
    pub(crate) const fn new(name: &'static str, kind: Kind, form: &'static str, meaning: &'static str) -> Self {
        Self { name, is_required: false, kind, said: Said { form, words: None, usual: "", meaning } }
    }

    pub(crate) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// A default that is not the type's.
    pub(crate) const fn usually(self, usual: &'static str) -> Self {
        let said = Said { usual, ..self.said };
        Self { said, ..self }
    }

    /// The words that are possible.
    pub(crate) const fn of(self, words: fn() -> Vec<String>) -> Self {
        let said = Said { words: Some(words), ..self.said };
        Self { said, ..self }
    }

    /// The default of a duration or a number.
    pub(crate) fn usual(&self) -> u64 {
        match &self.kind {
            Kind::Seconds(span) => span.usual,
            Kind::Number(bounds) => bounds.usual.unwrap_or_default(),
            _ => 0,
        }
    }
}

impl Kind {
    /// The table, or each of the tables, that stands under the key.
    pub fn shape(&self) -> Option<&'static Shape> {
        match self {
            Kind::Table(shape) | Kind::WordOr(_, shape) | Kind::Tables(shape) | Kind::List(shape) => Some(shape),
            _ => None,
        }
    }
}

/// The words of a list of words and their meanings.
pub(crate) fn words<T>(pairs: &[(&'static str, T)]) -> Vec<String> {
    pairs.iter().map(|(word, _)| (*word).to_owned()).collect()
}

pub(crate) const MINUTE: u64 = 60;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
/// The ids of keys, at least one.
pub(crate) const KEY_LIST: Kind = Kind::Texts(Some("is empty; name at least one key"));
/// For how long an isolate answers from its own copy of a record.
pub(crate) const CACHED: Kind = Kind::Seconds(&Span {
    usual: 30,
    least: (0, ""),
    most: (5 * MINUTE, "for so long a revoked credential may still be accepted"),
});
/// The least that what has a record may live.
pub(crate) const STORED: (u64, &str) =
    (MINUTE, "its record lies in Workers KV, which keeps nothing for less than a minute");
/// Over how many objects of the Ledger claims are spread. An object takes about a thousand calls a second, so the most of
/// them take four million.
pub(crate) const SPREAD: Kind = Kind::Number(&Bounds { usual: Some(SHARDS as u64), least: SHARDS as u64, most: 4096 });
