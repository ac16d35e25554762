//! One table of the file while it is read: each key by its type, with a problem where the type is wrong.
//! `nested.rs` has the getters of tables within it.
//!
//! A getter answers None for a key that is absent and for one that was wrong and is reported; the
//! reading fails as a whole in the second case, so a default in its place does no harm.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Report;
use super::suggest;
use super::time;
use super::value::{Text, type_name};
use crate::shape::{Bounds, Key, Kind, Shape, Span};

/// A table whose keys have been checked against its [`Shape`].
pub(crate) struct Table<'t> {
    /// Where problems with it are told.
    pub(crate) report: &'t Report,
    /// How messages name it: `links.files`.
    pub(crate) label: String,
    pub(crate) line: usize,
    pub(crate) entries: &'t DeTable<'t>,
}

impl<'t> Table<'t> {
    /// The same, once every key that the shape lacks is reported, and every required key that is missing.
    pub(crate) fn open(self, shape: &Shape) -> Self {
        self.report.add_place(&self.label, self.line);
        for (key, _) in self.entries {
            let name: &str = key.get_ref();
            if !shape.names().any(|known| known == name) && !self.report.is_full() {
                let hint = suggest::hint(name, shape.keys.iter().map(|key| key.name), "its keys");
                let line = self.report.line_at(key.span().start);
                self.report.add(line, format!("{}unknown key `{name}`{hint}", self.prefix()));
            }
        }
        for key in shape.keys.iter().filter(|key| key.is_required && !self.has(key)) {
            self.report.add(self.line, format!("{}`{}` is missing", self.prefix(), key.name));
        }
        self
    }

    pub(crate) fn has(&self, key: &Key) -> bool {
        self.has_table(key.name)
    }

    /// Whether it has a table of that name, as the facts of a kind of credential give it.
    pub(crate) fn has_table(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The line of a key, or of the table where it is absent.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        let entry = self.entries.get_key_value(key);
        entry.map_or(self.line, |(key, _)| self.report.line_at(key.span().start))
    }

    /// Reports a problem with a key.
    pub(crate) fn wrong(&self, key: &Key, reason: &str) {
        self.wrong_at(key.name, reason);
    }

    /// As [`Table::wrong`], with a key whose name the file chooses.
    pub(crate) fn wrong_at(&self, key: &str, reason: &str) {
        let line = self.line_of(key);
        let dot = if self.label.is_empty() { "" } else { "." };
        self.report.add(line, format!("{}{dot}{key}: {reason}", self.label));
    }

    pub(crate) fn text<'a>(&'a self, key: &'a Key) -> Option<Text<'a>> {
        self.text_at(key.name)
    }

    pub(crate) fn text_at<'a>(&'a self, key: &'a str) -> Option<Text<'a>> {
        let value = self.entries.get(key)?;
        let line = self.line_of(key);
        match value.get_ref() {
            DeValue::String(value) => Some(Text { report: self.report, value, line, label: &self.label, key }),
            DeValue::Datetime(_) => {
                self.wrong_at(key, "must be a string; put the date in quotes");
                None
            }
            other => {
                self.wrong_type(key, "a string", other);
                None
            }
        }
    }

    /// A string that another type reads.
    pub(crate) fn parsed<T>(&self, key: &Key, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(key)?;
        text.parsed(parse)
    }

    /// A string that a rule admits.
    pub(crate) fn checked(&self, key: &Key, rule: fn(&str) -> Result<(), String>) -> Option<String> {
        let text = self.text(key)?;
        text.parsed(rule)?;
        Some(text.value.to_owned())
    }

    /// A string that a rule admits; its default where it is absent or wrong.
    pub(crate) fn checked_or(&self, key: &Key, rule: fn(&str) -> Result<(), String>) -> String {
        let usual = if let Kind::TextOr(usual) = key.kind { usual } else { "" };
        self.checked(key, rule).unwrap_or_else(|| usual.to_owned())
    }

    /// One of a few words; an unknown one is reported with those there are.
    pub(crate) fn word<T: Copy>(&self, key: &Key, words: &[(&str, T)]) -> Option<T> {
        self.text(key)?.word(words)
    }

    /// A list of strings; the empty list for an absent key.
    pub(crate) fn texts<'a>(&'a self, key: &'a Key) -> Vec<Text<'a>> {
        let is_empty = |value: &Spanned<DeValue<'_>>| value.get_ref().as_array().is_some_and(|items| items.is_empty());
        if let Kind::Texts(Some(reason)) = key.kind
            && self.entries.get(key.name).is_some_and(is_empty)
        {
            self.wrong(key, reason);
        }
        self.texts_at(key.name)
    }

    /// As [`Table::texts`], for a key whose name the file chooses.
    pub(crate) fn texts_at<'a>(&'a self, key: &'a str) -> Vec<Text<'a>> {
        let Some(value) = self.entries.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(key, "a list of strings", value.get_ref());
            return Vec::new();
        };
        if self.has_too_many(key, items.len()) {
            return Vec::new();
        }
        let mut texts: Vec<Text<'a>> = Vec::with_capacity(items.len());
        for item in items.iter() {
            let line = self.report.line_at(item.span().start);
            match item.get_ref() {
                DeValue::String(value) => {
                    let text = Text { report: self.report, value, line, label: &self.label, key };
                    if texts.iter().any(|earlier| earlier.value == text.value) {
                        text.wrong(&format!("`{}` stands here twice", text.value));
                    }
                    texts.push(text);
                }
                other => self.wrong_type(key, "a list of strings", other),
            }
        }
        texts
    }

    /// A list of strings that another type reads, each.
    pub(crate) fn list<T>(&self, key: &Key, parse: fn(&str) -> Result<T, String>) -> Vec<T> {
        let texts = self.texts(key);
        texts.iter().filter_map(|text| text.parsed(parse)).collect()
    }

    /// Its default where it is absent.
    pub(crate) fn flag(&self, key: &Key) -> bool {
        let usual = matches!(key.kind, Kind::Flag(true));
        self.flag_or(key, usual)
    }

    /// As [`Table::flag`], where the default depends on what else the file says.
    pub(crate) fn flag_or(&self, key: &Key, usual: bool) -> bool {
        match self.entries.get(key.name).map(Spanned::get_ref) {
            None => usual,
            Some(DeValue::Boolean(flag)) => *flag,
            Some(other) => {
                self.wrong_type(key.name, "true or false", other);
                usual
            }
        }
    }

    pub(crate) fn number(&self, key: &Key) -> Option<u64> {
        let Kind::Number(&Bounds { least, most, .. }) = key.kind else { return None };
        let number = match self.entries.get(key.name)?.get_ref() {
            DeValue::Integer(integer) => u64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            other => {
                self.wrong_type(key.name, "a number", other);
                return None;
            }
        };
        let fitting = number.filter(|number| (least..=most).contains(number));
        if fitting.is_none() {
            let reason = match most {
                u64::MAX => format!("must be a number from {least}"),
                most => format!("must be a number from {least} to {most}"),
            };
            self.wrong(key, &reason);
        }
        fitting
    }

    /// A duration; its default where it is absent.
    pub(crate) fn seconds(&self, key: &Key) -> u64 {
        let Kind::Seconds(span) = key.kind else { return 0 };
        self.seconds_within(key, span)
    }

    /// As [`Table::seconds`], where default and bounds depend on what else the file says.
    pub(crate) fn seconds_within(&self, key: &Key, span: &Span) -> u64 {
        match self.entries.get(key.name).map(Spanned::get_ref) {
            None => return span.usual,
            Some(DeValue::Integer(number)) => {
                let hint = format!("a duration names its unit; write \"{number}s\"");
                self.wrong(key, &hint);
                return span.usual;
            }
            Some(_) => {}
        }
        let Some(seconds) = self.parsed(key, time::duration) else { return span.usual };
        let (least, too_short) = span.least;
        let (most, too_long) = span.most;
        if seconds < least {
            let reason = format!("is too short, at least `{}`: {too_short}", time::show_duration(least));
            self.wrong(key, &reason);
        } else if seconds > most {
            let reason = format!("is too long, at most `{}`: {too_long}", time::show_duration(most));
            self.wrong(key, &reason);
        }
        seconds
    }

    pub(crate) fn wrong_type(&self, key: &str, wanted: &str, found: &DeValue<'_>) {
        let reason = format!("must be {wanted}, but is {}", type_name(found));
        self.wrong_at(key, &reason);
    }

    fn prefix(&self) -> String {
        match self.label.as_str() {
            "" => String::new(),
            label => format!("{label}: "),
        }
    }
}
