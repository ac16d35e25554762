//! `edgegate check`: is the policy valid, what does it loosen, and what does each route do.

use std::path::Path;

use serde_json::{Value, json};

use super::args::{Check, Common};
use super::columns;
use super::output::{Exit, Failure, Report};
use super::pages;
use super::policy_tests::{self, Outcome};
use super::rotation;
use super::time;
use super::workspace::{policy_path, read_policy, read_text};
use edgegate_core::policy::{Advice, Advised, CredentialKind, Policy, Problem, Route, Via, Warning, advise};

/// Reads the policy and says what is to be said.
///
/// # Errors
/// Exit code 2 if the file cannot be read, 1 if it is no valid policy.
pub fn run(common: &Common, check: &Check) -> Result<Report, Failure> {
    let path = check.file.clone().unwrap_or_else(|| policy_path(common));
    let text = read_text(&path)?;
    let policy = match Policy::read(&text) {
        Ok(policy) => policy,
        Err(problems) => return Ok(invalid(&path, &problems)),
    };
    pages::module(&path, &policy)?;
    let problem = |message: &String| format!("{}: {message}", path.display());
    let advised = advise(&policy, &time::day(time::now()));
    let skipped = match &check.deployed {
        Some(file) => rotation::skipped(&policy, &read_policy(file)?),
        None => Vec::new(),
    };
    let tests = policy_tests::run(&policy);
    let is_fine = skipped.is_empty() && tests.failures.is_empty() && (advised.told.is_empty() || !check.strict);
    let end = summary(&policy, &tests, skipped.len(), &advised, check.strict);
    let summary = format!("{}: {end}", path.display());
    let skipped_json = skipped.iter().map(|message| json!({"line": null, "message": message}));
    let json = json!({
        "file": path.display().to_string(),
        "ok": is_fine,
        "problems": tests.failures.iter().map(problem_json).chain(skipped_json).collect::<Vec<Value>>(),
        "advice": advised.told.iter().map(remark_json).collect::<Vec<Value>>(),
        "allowed": advised.allowed.iter().map(allowed_json).collect::<Vec<Value>>(),
        "routes": policy.routes.iter().map(|route| route_json(route, &advised)).collect::<Vec<Value>>(),
        "tests": tests.json(),
    });
    let problems = tests.lines(&path).into_iter().chain(skipped.iter().map(problem));
    Ok(Report {
        text: format!("{}\n{summary}\n", table(&policy, &advised)),
        json,
        warnings: warnings(&path, &advised).chain(problems).collect(),
        notes: Vec::new(),
        exit: if is_fine { Exit::Fine } else { Exit::Refused },
    })
}

fn invalid(path: &Path, problems: &[Problem]) -> Report {
    let list: Vec<Value> = problems.iter().map(problem_json).collect();
    let count = counted(problems.len(), "problem");
    Report {
        text: format!("{}: {count}; nothing is built from it\n", path.display()),
        json: json!({
            "file": path.display().to_string(),
            "ok": false,
            "problems": list,
            "advice": [],
            "allowed": [],
            "routes": [],
            "tests": Outcome::default().json(),
        }),
        warnings: problems.iter().map(|problem| format!("{}:{problem}", path.display())).collect(),
        notes: Vec::new(),
        exit: Exit::Refused,
    }
}

/// A mistake for a program.
fn problem_json(problem: &Problem) -> Value {
    json!({"line": problem.line, "message": problem.message})
}

/// The warnings that are told, each as a line.
pub fn warnings(path: &Path, advised: &Advised) -> impl Iterator<Item = String> {
    let space = |advice: &Advice| if advice.line.is_none() { " " } else { "" };
    advised.told.iter().map(move |advice| format!("{}:{}{advice}", path.display(), space(advice)))
}

/// A warning for a program.
pub fn remark_json(advice: &Advice) -> Value {
    json!({"line": advice.line, "code": advice.warning.code(), "table": advice.table, "message": advice.message})
}

/// A warning that the policy allows, and why.
pub fn allowed_json((advice, reason): &(Advice, String)) -> Value {
    let mut json = remark_json(advice);
    if let Value::Object(members) = &mut json {
        members.insert("reason".to_owned(), json!(reason));
    }
    json
}

/// `, 2 allowed warnings`, if there are any.
pub fn allowed(advised: &Advised) -> String {
    match advised.allowed.len() {
        0 => String::new(),
        count => format!(", {}", counted(count, "allowed warning")),
    }
}

fn summary(policy: &Policy, tests: &Outcome, skipped: usize, advised: &Advised, strict: bool) -> String {
    let parts = [
        counted(policy.routes.len(), "route"),
        counted(policy.origins.len(), "origin"),
        counted(policy.keys.len(), "key"),
        counted(policy.secret_names().len(), "secret"),
    ];
    let end = match (advised.told.len(), strict) {
        _ if skipped > 0 => format!("{}; nothing is to be deployed of it yet", counted(skipped, "skipped step")),
        _ if !tests.failures.is_empty() => {
            format!("{}; nothing is built from it", counted(tests.failures.len(), "problem"))
        }
        (0, _) => "no problem".to_owned(),
        (count, false) => format!("no problem, {}", counted(count, "warning")),
        (count, true) => format!("{}, which --strict makes problems", counted(count, "warning")),
    };
    let parts: Vec<String> = parts.into_iter().chain(tests.summary()).collect();
    format!("{}: {end}{}", parts.join(", "), allowed(advised))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The routes in the order in which they are tried, in columns.
fn table(policy: &Policy, advised: &Advised) -> String {
    let head = ["ROUTE", "METHODS", "ADDRESS", "OPENED BY", "GOES TO"].map(str::to_owned);
    let rows = policy.routes.iter().map(|route| row(route, advised));
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
    columns::show(&rows)
}

/// A route that no request reaches opens nothing.
fn row(route: &Route, advised: &Advised) -> [String; 5] {
    let opened_by = route.accept.iter().map(|kind| word(route, kind)).collect::<Vec<_>>().join(", ");
    [
        route.name.clone(),
        route.methods.join(" "),
        address(route),
        match opened_by.as_str() {
            _ if !is_reached(route, advised) => "never reached".to_owned(),
            "none" => "nothing: open to all".to_owned(),
            _ => opened_by,
        },
        goes_to(route),
    ]
}

/// A kind of credential as the policy names it; with a session those who may have opened it.
fn word(route: &Route, kind: &CredentialKind) -> String {
    match kind {
        CredentialKind::Session if !route.providers.is_empty() => format!("session ({})", names(route).join(", ")),
        _ => kind.word(),
    }
}

fn names(route: &Route) -> Vec<&str> {
    route.providers.iter().map(|provider| &*provider.name).collect()
}

/// Whether any request takes a route: a warning says so where none does.
fn is_reached(route: &Route, advised: &Advised) -> bool {
    let table = format!("routes.{}", route.name);
    let mut all = advised.told.iter().chain(advised.allowed.iter().map(|(advice, _)| advice));
    !all.any(|advice| advice.warning == Warning::RouteUnreached && advice.table == table)
}

fn route_json(route: &Route, advised: &Advised) -> Value {
    json!({
        "name": route.name,
        "host": route.host.as_ref().map(ToString::to_string),
        "path": route.path.to_string(),
        "methods": route.methods,
        "accept": route.accept.iter().map(CredentialKind::word).collect::<Vec<String>>(),
        "providers": names(route),
        "reached": is_reached(route, advised),
        "origin": route.forward.origin.name,
        "goes_to": goes_to(route),
    })
}

/// Host and path, as `check` lists them.
pub fn address(route: &Route) -> String {
    format!("{}{}", route.host.as_ref().map_or(String::new(), ToString::to_string), route.path)
}

/// The origin, and the path there.
pub fn goes_to(route: &Route) -> String {
    let path = route.forward.path.as_ref().map_or(String::new(), ToString::to_string);
    let goes_to = match &route.forward.origin.via {
        Via::Url(url) => return format!("{url}{path}"),
        Via::Service(binding) => format!("service {binding}"),
        Via::Bucket(bucket) => format!("bucket {}", bucket.binding),
        Via::Handler => "handler".to_owned(),
    };
    match path.is_empty() {
        true => goes_to,
        false => format!("{goes_to}, {path}"),
    }
}
