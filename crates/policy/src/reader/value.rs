//! A string of the file, with the place that a problem with it is reported at.

use toml::de::DeValue;

use super::problem::Report;
use super::suggest;

/// A string of the file and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    /// Where problems with it are told.
    pub(crate) report: &'a Report,
    pub(crate) value: &'a str,
    pub(crate) line: usize,
    /// How messages name its table.
    pub(crate) label: &'a str,
    pub(crate) key: &'a str,
}

impl<'a> Text<'a> {
    /// Reports a problem with it.
    pub(crate) fn wrong(&self, reason: &str) {
        let dot = if self.label.is_empty() { "" } else { "." };
        self.report.add(self.line, format!("{}{dot}{}: {reason}", self.label, self.key));
    }

    /// What another type reads from it.
    pub(crate) fn parsed<T>(&self, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        match parse(self.value) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.wrong(&reason);
                None
            }
        }
    }

    /// The meaning of one of a few words; an unknown one is reported with those there are.
    pub(crate) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == self.value);
        if found.is_none() {
            let list = suggest::listed(words.iter().map(|(word, _)| *word));
            self.wrong(&format!("`{}` is not one of {list}", self.value));
        }
        found.map(|(_, meaning)| *meaning)
    }
}

/// How messages call a type of TOML.
pub(crate) fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
