//! Tables within a table: `[origins.site]`, `[[routes]]`, `forward = { … }`.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::order;
use super::table::Table;
use super::value::{Text, type_name};
use crate::shape::{Key, Kind};

impl<'t> Table<'t> {
    /// A table within this one.
    pub(crate) fn table(&self, key: &Key) -> Option<Table<'t>> {
        let (key, shape) = (key.name, key.kind.shape()?);
        let entries = self.entries_of(key)?;
        let line = self.line_of(key);
        Some(Table { report: self.report, label: self.path_to(key), line, entries }.open(shape))
    }

    /// Whether a key that may hold a word or a table holds a word. Another word than the one there is is reported.
    pub(crate) fn is_word(&self, key: &Key) -> bool {
        let (Kind::WordOr(word, _), Some(value)) = (&key.kind, self.entries.get(key.name)) else { return false };
        let DeValue::String(text) = value.get_ref() else { return false };
        if text != word {
            self.wrong(key, &format!("`{text}` is neither `{word}` nor a table"));
        }
        true
    }

    /// The tables `[key.<name>]`, with their names, in file order.
    pub(crate) fn named(&self, key: &Key) -> Vec<(&'t str, Table<'t>)> {
        let (key, Some(shape)) = (key.name, key.kind.shape()) else { return Vec::new() };
        let Some(entries) = self.entries_of(key) else { return Vec::new() };
        if self.has_too_many(key, entries.len()) {
            return Vec::new();
        }
        let mut tables = Vec::with_capacity(entries.len());
        for (name, value) in in_file_order(entries) {
            let (line, name): (usize, &str) = (self.report.line_at(name.span().start), name.get_ref());
            let label = format!("{}.{name}", self.path_to(key));
            match value.get_ref() {
                DeValue::Table(entries) => {
                    tables.push((name, Table { report: self.report, label, line, entries }.open(shape)));
                }
                other => {
                    self.report.add(line, format!("{label}: must be a table `[{label}]`, but is {}", type_name(other)))
                }
            }
        }
        tables
    }

    /// The tables `[[key]]`, at least one; they are opened by the caller, which knows how to call them.
    pub(crate) fn listed(&self, key: &Key) -> Vec<(usize, &'t DeTable<'t>)> {
        let key = key.name;
        let Some(value) = self.entries.get(key) else { return Vec::new() };
        let hint = format!("must be a list of tables, each beginning with `[[{key}]]`");
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_at(key, &hint);
            return Vec::new();
        };
        if items.is_empty() {
            self.wrong_at(key, &hint);
        }
        if self.has_too_many(key, items.len()) {
            return Vec::new();
        }
        let mut tables = Vec::with_capacity(items.len());
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(entries) => tables.push((self.report.line_at(item.span().start), entries)),
                _ => self.wrong_at(key, &hint),
            }
        }
        tables
    }

    /// A table within this one whose keys the file chooses.
    pub(crate) fn free_table(&self, key: &Key) -> Option<Table<'t>> {
        let key = key.name;
        let entries = self.entries_of(key)?;
        let line = self.line_of(key);
        Some(Table { report: self.report, label: self.path_to(key), line, entries })
    }

    /// Every key and its string, in file order.
    pub(crate) fn all_texts(&self) -> Vec<(&'t str, Text<'_>)> {
        if self.entries.len() > MOST {
            self.report.add(self.line, format!("{}: {}", self.label, too_many(self.entries.len())));
            return Vec::new();
        }
        let mut texts = Vec::with_capacity(self.entries.len());
        for (key, _) in in_file_order(self.entries) {
            let key: &'t str = key.get_ref();
            if let Some(text) = self.text_at(key) {
                texts.push((key, text));
            }
        }
        texts
    }

    fn entries_of(&self, key: &str) -> Option<&'t DeTable<'t>> {
        match self.entries.get(key)?.get_ref() {
            DeValue::Table(entries) => Some(entries),
            other => {
                self.wrong_type(key, "a table", other);
                None
            }
        }
    }

    /// Whether there are more of one kind than are compared with one another.
    pub(crate) fn has_too_many(&self, key: &str, count: usize) -> bool {
        if count > MOST {
            self.wrong_at(key, &too_many(count));
        }
        count > MOST
    }

    fn path_to(&self, key: &str) -> String {
        match self.label.as_str() {
            "" => key.to_owned(),
            label => format!("{label}.{key}"),
        }
    }
}

fn too_many(count: usize) -> String {
    format!("holds {count} entries; at most {MOST} are read")
}

/// Tables of one kind, and entries of one list: each is compared with the others.
const MOST: usize = 10_000;

/// The keys come sorted by name from the parser.
fn in_file_order<'t>(entries: &'t DeTable<'t>) -> Vec<Entry<'t>> {
    let mut ordered: Vec<Entry<'t>> = Vec::with_capacity(entries.len());
    for entry in entries {
        order::insert(&mut ordered, entry, |(key, _)| key.span().start);
    }
    ordered
}

type Entry<'t> = (&'t Spanned<DeString<'t>>, &'t Spanned<DeValue<'t>>);
