//! One table of the file while it is read: each key by its type, with a problem where the type is wrong.
//! `nested.rs` has the getters of tables within it.
//!
//! A getter answers None for a key that is absent and for one that was wrong and is reported; the
//! reading fails as a whole in the second case, so a default in its place does no harm.

use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Report;
use super::shape::Shape;
use super::suggest;
use super::time;
use super::value::{Text, type_name};

/// A table whose keys have been checked against its [`Shape`].
pub(super) struct Table<'t> {
    /// How messages name it: `links.files`.
    pub(super) label: String,
    pub(super) line: usize,
    pub(super) entries: &'t DeTable<'t>,
}

/// What a duration may be, in seconds, each end with the reason of it.
pub(super) struct Bounds {
    pub(super) least: (u64, &'static str),
    pub(super) most: (u64, &'static str),
}

impl<'t> Table<'t> {
    /// Reports every key that the shape lacks, and every required key that is missing.
    pub(super) fn open(
        report: &mut Report,
        shape: &Shape,
        label: String,
        line: usize,
        entries: &'t DeTable<'t>,
    ) -> Self {
        report.add_place(&label, line);
        let table = Self { label, line, entries };
        for (key, _) in entries {
            let name: &str = key.get_ref();
            if !shape.keys.contains(&name) && !report.is_full() {
                let hint = suggest::hint(name, shape.keys.iter().copied(), "its keys");
                let line = report.line_at(key.span().start);
                report.add(line, format!("{}unknown key `{name}`{hint}", table.prefix()));
            }
        }
        for required in shape.required {
            if !entries.contains_key(*required) {
                report.add(line, format!("{}`{required}` is missing", table.prefix()));
            }
        }
        table
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// The line of a key, or of the table where it is absent.
    pub(super) fn line_of(&self, report: &Report, key: &str) -> usize {
        let entry = self.entries.get_key_value(key);
        entry.map_or(self.line, |(key, _)| report.line_at(key.span().start))
    }

    /// Reports a problem with a key.
    pub(super) fn wrong(&self, report: &mut Report, key: &str, reason: &str) {
        let line = self.line_of(report, key);
        let dot = if self.label.is_empty() { "" } else { "." };
        report.add(line, format!("{}{dot}{key}: {reason}", self.label));
    }

    pub(super) fn text<'a>(&'a self, report: &mut Report, key: &'a str) -> Option<Text<'a>> {
        let value = self.entries.get(key)?;
        let line = self.line_of(report, key);
        match value.get_ref() {
            DeValue::String(value) => Some(Text { value, line, label: &self.label, key }),
            DeValue::Datetime(_) => {
                self.wrong(report, key, "must be a string; put the date in quotes");
                None
            }
            other => {
                self.wrong_type(report, key, "a string", other);
                None
            }
        }
    }

    /// A string that another type reads.
    pub(super) fn parsed<T>(&self, report: &mut Report, key: &str, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(report, key)?;
        text.parsed(report, parse)
    }

    /// A string that a rule admits.
    pub(super) fn checked(
        &self,
        report: &mut Report,
        key: &str,
        rule: fn(&str) -> Result<(), String>,
    ) -> Option<String> {
        let text = self.text(report, key)?;
        text.parsed(report, rule)?;
        Some(text.value.to_owned())
    }

    /// One of a few words; an unknown one is reported with those there are.
    pub(super) fn word<T: Copy>(&self, report: &mut Report, key: &str, words: &[(&str, T)]) -> Option<T> {
        self.text(report, key)?.word(report, words)
    }

    /// A list of strings; the empty list for an absent key.
    pub(super) fn texts<'a>(&'a self, report: &mut Report, key: &'a str) -> Vec<Text<'a>> {
        let Some(value) = self.entries.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(report, key, "a list of strings", value.get_ref());
            return Vec::new();
        };
        if self.has_too_many(report, key, items.len()) {
            return Vec::new();
        }
        let mut texts: Vec<Text<'a>> = Vec::with_capacity(items.len());
        for item in items.iter() {
            let line = report.line_at(item.span().start);
            match item.get_ref() {
                DeValue::String(value) => {
                    let text = Text { value, line, label: &self.label, key };
                    if texts.iter().any(|earlier| earlier.value == text.value) {
                        text.wrong(report, &format!("`{}` stands here twice", text.value));
                    }
                    texts.push(text);
                }
                other => self.wrong_type(report, key, "a list of strings", other),
            }
        }
        texts
    }

    /// A list of strings that another type reads, each.
    pub(super) fn list<T>(&self, report: &mut Report, key: &str, parse: fn(&str) -> Result<T, String>) -> Vec<T> {
        let texts = self.texts(report, key);
        texts.iter().filter_map(|text| text.parsed(report, parse)).collect()
    }

    /// As [`Table::texts`], for a key whose list must hold something.
    pub(super) fn some_texts<'a>(&'a self, report: &mut Report, key: &'a str, why: &str) -> Vec<Text<'a>> {
        let empty = match self.entries.get(key).map(Spanned::get_ref) {
            Some(DeValue::Array(items)) => items.is_empty(),
            _ => false,
        };
        if empty {
            self.wrong(report, key, why);
        }
        self.texts(report, key)
    }

    pub(super) fn flag(&self, report: &mut Report, key: &str, default: bool) -> bool {
        match self.entries.get(key).map(Spanned::get_ref) {
            None => default,
            Some(DeValue::Boolean(flag)) => *flag,
            Some(other) => {
                self.wrong_type(report, key, "true or false", other);
                default
            }
        }
    }

    pub(super) fn number(&self, report: &mut Report, key: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let number = match self.entries.get(key)?.get_ref() {
            DeValue::Integer(integer) => u64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            other => {
                self.wrong_type(report, key, "a number", other);
                return None;
            }
        };
        let fitting = number.filter(|number| range.contains(number));
        if fitting.is_none() {
            let reason = match *range.end() {
                u64::MAX => format!("must be a number from {}", range.start()),
                end => format!("must be a number from {} to {end}", range.start()),
            };
            self.wrong(report, key, &reason);
        }
        fitting
    }

    /// Seconds.
    pub(super) fn duration(&self, report: &mut Report, key: &str, default: u64, bounds: &Bounds) -> u64 {
        match self.entries.get(key).map(Spanned::get_ref) {
            None => return default,
            Some(DeValue::Integer(number)) => {
                let hint = format!("a duration names its unit; write \"{number}s\"");
                self.wrong(report, key, &hint);
                return default;
            }
            Some(_) => {}
        }
        let Some(seconds) = self.parsed(report, key, time::duration) else { return default };
        let (least, too_short) = bounds.least;
        let (most, too_long) = bounds.most;
        if seconds < least {
            let reason = format!("is too short, at least `{}`: {too_short}", time::show_duration(least));
            self.wrong(report, key, &reason);
        } else if seconds > most {
            let reason = format!("is too long, at most `{}`: {too_long}", time::show_duration(most));
            self.wrong(report, key, &reason);
        }
        seconds
    }

    pub(super) fn wrong_type(&self, report: &mut Report, key: &str, wanted: &str, found: &DeValue<'_>) {
        let reason = format!("must be {wanted}, but is {}", type_name(found));
        self.wrong(report, key, &reason);
    }

    fn prefix(&self) -> String {
        match self.label.as_str() {
            "" => String::new(),
            label => format!("{label}: "),
        }
    }
}
