//! Reads the file: syntax, then every table, then what holds between them.

pub(crate) mod accent;
mod accept;
pub(crate) mod allow;
pub(crate) mod bucket;
mod check;
mod check_oauth;
mod check_providers;
mod check_routes;
mod check_schemes;
mod claim_header;
pub(crate) mod client;
pub(crate) mod deployment;
mod forward;
mod index;
pub(crate) mod luminate;
pub(crate) mod names;
mod nested;
pub(crate) mod networks;
pub(crate) mod oauth;
mod order;
mod origin_credentials;
mod overlap;
pub(crate) mod page_texts;
pub(crate) mod problem;
mod rate;
pub(crate) mod routes;
mod rules;
pub(crate) mod secrets;
pub(crate) mod suggest;
pub(crate) mod table;
mod tables;
pub(crate) mod testing;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod value;
mod warning;

use toml::de::DeTable;

pub use check::{Advice, Advised, advise};
pub(crate) use names::{Holder, Named};
pub use problem::Problem;
pub use time::{duration, show_duration};
pub use warning::Warning;

use crate::{Carried, Policy};
use problem::Report;

impl Policy {
    /// Reads a policy and checks it.
    ///
    /// # Errors
    /// Every mistake that was found, each with its line and a human reason, in file order. Never empty.
    ///
    /// # Example
    /// ```
    /// use edgegate_policy::Policy;
    ///
    /// let text = r#"
    ///     version = 1
    ///     gateway = { issuer = "https://gate.example.org" }
    ///     origins.site = { url = "https://origin.example.org" }
    ///     [[routes]]
    ///     name = "open"
    ///     path = "/*"
    ///     accept = ["none"]
    ///     forward = { origin = "site" }
    /// "#;
    /// assert_eq!(Policy::read(text).unwrap().routes.len(), 1);
    ///
    /// // Every mistake is told, each with its line.
    /// let problems = Policy::read(&text.replace("none", "nonee")).unwrap_err();
    /// assert_eq!(problems[0].line, 8);
    /// ```
    pub fn read(text: &str) -> Result<Policy, Vec<Problem>> {
        read(text)
    }
}

/// A file that is no TOML is checked no further: its tables would be guesses.
fn read(text: &str) -> Result<Policy, Vec<Problem>> {
    let report = Report::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in &errors {
            let offset = error.span().map_or(0, |span| span.start);
            let line = report.line_at(offset);
            report.add(line, format!("not valid TOML: {}", error.message().replace('\n', " ")));
        }
        return Err(problems(report));
    }
    let policy = tables::read(&report, document.get_ref());
    match (report.finish(), policy) {
        (Ok(places), Some(policy)) => Ok(Policy { carried: Carried::of(&policy), places, ..policy }),
        (Err(problems), _) => Err(problems),
        (Ok(_), None) => Err(vec![incomplete()]),
    }
}

/// The codes that `[[allow_warnings]]` can name.
pub(crate) fn allowable_codes() -> Vec<String> {
    Warning::allowable().map(str::to_owned).collect()
}

fn problems(report: Report) -> Vec<Problem> {
    match report.finish() {
        Err(problems) => problems,
        Ok(_) => vec![incomplete()],
    }
}

/// Said where the reader is at fault: no policy, and no problem that says why. Refused all the same.
fn incomplete() -> Problem {
    Problem {
        line: 1,
        message: String::from("the policy could not be read, and the reader does not know why; please report this"),
    }
}
