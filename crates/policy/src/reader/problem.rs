//! What is wrong with a policy, and on which line.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use super::order;

/// One mistake in the file, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1.
    pub line: usize,
    /// A human reason, one line, without the file's name.
    pub message: String,
}

/// `12: reason`; the caller puts the file's name and a colon in front.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}

impl std::error::Error for Problem {}

/// Collects the problems of one reading, and where each table stands. Every table of the file refers to it, and adds to it.
pub(crate) struct Report {
    line_ends: Vec<usize>,
    /// In file order; one line's in reading order.
    problems: RefCell<Vec<Problem>>,
    places: RefCell<Places>,
}

impl Report {
    pub(crate) fn new(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_ends = ends.map(|(offset, _)| offset).collect();
        Self { line_ends, problems: RefCell::default(), places: RefCell::default() }
    }

    /// The line of a byte offset.
    pub(crate) fn line_at(&self, offset: usize) -> usize {
        self.line_ends.partition_point(|end| *end < offset) + 1
    }

    pub(crate) fn add(&self, line: usize, mut message: String) {
        if self.is_full() {
            return;
        }
        if message.contains(char::is_control) {
            message = message.escape_debug().collect(); // one line, whatever the file holds
        }
        order::insert(&mut self.problems.borrow_mut(), Problem { line, message }, |problem| problem.line);
    }

    /// Whether nothing more is told: a hint would be sought in vain.
    pub(crate) fn is_full(&self) -> bool {
        self.problems.borrow().len() >= MOST
    }

    /// How many problems there are so far.
    pub(crate) fn count(&self) -> usize {
        self.problems.borrow().len()
    }

    /// On which line a table begins.
    pub(crate) fn place(&self, table: &str) -> Option<usize> {
        self.places.borrow().line(table)
    }

    /// The names of all tables that have been read, that of the file itself left out.
    pub(crate) fn places(&self) -> Vec<String> {
        let places = self.places.borrow();
        places.lines.iter().map(|(table, _)| table).filter(|table| !table.is_empty()).cloned().collect()
    }

    pub(crate) fn add_place(&self, table: &str, line: usize) {
        self.places.borrow_mut().lines.push((table.to_owned(), line));
    }

    /// Another table names this one, which puts it to use.
    pub(crate) fn add_use(&self, table: String) {
        self.places.borrow_mut().used.insert(table);
    }

    /// The places of a policy without a problem, or every problem in file order.
    pub(crate) fn finish(self) -> Result<Places, Vec<Problem>> {
        let mut problems = self.problems.into_inner();
        if problems.is_empty() {
            return Ok(self.places.into_inner());
        }
        problems.dedup();
        Err(problems)
    }
}

/// On which line each table of a policy begins, so that [`advise`](super::advise) can point at it, and which of them others
/// name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    lines: Vec<(String, usize)>,
    used: HashSet<String>,
}

impl Places {
    pub(crate) fn line(&self, table: &str) -> Option<usize> {
        let place = self.lines.iter().find(|(name, _)| name == table);
        place.map(|(_, line)| *line)
    }

    /// The tables `[kind.<name>]` that no other table names.
    pub(crate) fn unused(&self, kind: &str) -> impl Iterator<Item = &str> {
        let is_of = move |table: &&str| table.split_once('.').is_some_and(|(parent, _)| parent == kind);
        let unused = self.lines.iter().filter(|(table, _)| !self.used.contains(table));
        unused.map(|(table, _)| table.as_str()).filter(is_of)
    }
}

/// Problems of one file that are told.
const MOST: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines() {
        let report = Report::new("ab\ncd\n\nx");
        let lines: Vec<usize> = (0..9).map(|offset| report.line_at(offset)).collect();
        assert_eq!(lines, [1, 1, 1, 2, 2, 2, 3, 4, 4]);
    }

    #[test]
    fn problems_come_in_file_order() {
        let report = Report::new("");
        for line in [3, 1, 2] {
            report.add(line, String::from("reason"));
        }
        let problems = report.finish().expect_err("three problems");
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["1: reason", "2: reason", "3: reason"]);
    }
}
