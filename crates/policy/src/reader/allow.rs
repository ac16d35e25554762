//! `[[allow_warnings]]`: warnings that the policy's owner has seen, each with the reason why it stays.
//!
//! An entry is about one table. A warning of the same code at another table is still told. What stands at a wide route (others
//! inside it ask for more) is allowed for all routes inside it, also those that come later.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::check::Advice;
use super::suggest;
use super::table::Table;
use super::warning::Warning;
use crate::shape::{allow_warnings, root};

/// An entry.
#[derive(Debug, Clone)]
pub(crate) struct Allowance {
    warning: Warning,
    /// As messages name it: `routes.api`.
    table: String,
    reason: String,
    /// How messages name the entry: `allow_warnings[1]`.
    pub(crate) label: String,
}

impl Allowance {
    /// Why a warning stays, if this is about it.
    pub(crate) fn reason(&self, advice: &Advice) -> Option<&str> {
        (self.warning == advice.warning && self.table == advice.table).then_some(self.reason.as_str())
    }

    /// What is said of an entry without a warning.
    pub(crate) fn remark(&self) -> String {
        format!("there is no warning `{}` at `{}`; remove the entry", self.warning, self.table)
    }
}

/// Every `[[allow_warnings]]`, in file order; read last, when every other table is known.
pub(crate) fn read(root: &Table<'_>) -> Vec<Allowance> {
    let mut allowances: Vec<Allowance> = Vec::new();
    let mut labels: HashMap<(Warning, String), String> = HashMap::new();
    let mut places: HashSet<String> = root.report.places().into_iter().collect();
    for (index, (line, entries)) in root.listed(&root::ALLOW_WARNINGS).into_iter().enumerate() {
        let label = format!("allow_warnings[{}]", index + 1);
        let table = Table { report: root.report, label, line, entries }.open(&allow_warnings::TABLE);
        places.insert(table.label.clone());
        let warning = warning(&table);
        let place = place(&table, &places);
        let reason = table.checked(&allow_warnings::REASON, reason);
        let (Some(warning), Some(place), Some(reason)) = (warning, place, reason) else { continue };
        match labels.entry((warning, place.clone())) {
            Entry::Occupied(earlier) => {
                let reason = format!("`{warning}` at `{place}` stands in {} already", earlier.get());
                table.wrong(&allow_warnings::CODE, &reason);
            }
            Entry::Vacant(first) => {
                first.insert(table.label.clone());
            }
        }
        allowances.push(Allowance { warning, table: place, reason, label: table.label });
    }
    allowances
}

fn warning(table: &Table<'_>) -> Option<Warning> {
    let code = table.text(&allow_warnings::CODE)?;
    let found = Warning::ALL.iter().copied().find(|warning| warning.code() == code.value);
    match found {
        None => {
            let hint = near(code.value, Warning::allowable(), "docs/warnings.md lists the codes");
            code.wrong(&format!("`{}` is no code of a warning; {hint}", code.value));
        }
        Some(warning) if !warning.can_be_allowed() => {
            code.wrong(&format!("`{warning}` cannot be allowed; remove the entry that it is about"));
        }
        Some(_) => {}
    }
    found
}

/// The table that the warning is about.
fn place(table: &Table<'_>, places: &HashSet<String>) -> Option<String> {
    let name = table.text(&allow_warnings::TABLE_NAME)?;
    if !places.contains(name.value) {
        let known = table.report.places();
        let hint = near(
            name.value,
            known.iter().map(String::as_str),
            "write it as the warning does: `gateway`, `routes.NAME`",
        );
        let reason = format!("there is no table `{}`; {hint}", name.value);
        name.wrong(&reason);
    }
    Some(name.value.to_owned())
}

/// What was meant, or else what helps.
fn near<'c>(word: &str, known: impl Iterator<Item = &'c str>, otherwise: &str) -> String {
    suggest::nearest(word, known).map_or_else(|| otherwise.to_owned(), |near| format!("did you mean `{near}`?"))
}

fn reason(text: &str) -> Result<(), String> {
    match text.trim().is_empty() {
        true => Err(String::from("is empty; say why the warning can stay")),
        false => Ok(()),
    }
}
