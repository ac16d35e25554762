//! How an explanation is told, to a person and to a program.

use serde_json::{Value, json};

use super::compare::Difference;
use super::verdict::Verdict;
use edgegate_core::explain::Explanation;

/// What was checked, in one line.
pub fn short(told: &Explanation) -> String {
    let part = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name} {value}"));
    let parts = [told.format.clone(), part("key", &told.key_id), part("route", &told.route)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The status of the gateway's answer, in brackets.
pub fn status(verdict: &Verdict) -> String {
    verdict.status.map_or(String::new(), |status| format!(" (the gateway answers {status})"))
}

/// A line for each cause.
pub fn list(causes: &[String]) -> String {
    causes.iter().map(|cause| format!("  - {cause}\n")).collect()
}

/// An explanation for a person.
pub fn page(told: &Explanation, verdict: &Verdict, difference: Option<&Difference>) -> String {
    let row = |name: &str, value: &Option<String>| {
        value.as_ref().map_or(String::new(), |value| format!("{name:<10} {value}\n"))
    };
    let mut page = format!("{:<10} {}{}\n", "Verdict", told.verdict, status(verdict));
    page.push_str(&row("Route", &told.route));
    page.push_str(&row("Format", &told.format));
    page.push_str(&row("Key", &told.key_id));
    page.push_str(&row("Signature", &told.presented));
    if let Some(text) = &told.hashed_text {
        page.push_str(&format!("\nExact text that is hashed, {} bytes; the secret is no part of it:\n", text.len()));
        page.extend(text.split('\n').map(|line| format!("  | {line}\n")));
    }
    if !told.causes.is_empty() {
        let title = if told.verdict == "ok" { "To know" } else { "Likely cause" };
        page.push_str(&format!("\n{title}:\n{}", list(&told.causes)));
    }
    if let Some(difference) = difference {
        page.push_str(&format!(
            "\nWhat differs, from byte {} on, in {}:\n{}",
            difference.byte, difference.part, difference.picture
        ));
    }
    page
}

/// An explanation for a program.
pub fn document(told: &Explanation, verdict: &Verdict, difference: Option<&Difference>) -> Value {
    let mut document = json!(told);
    if let Some(members) = document.as_object_mut() {
        members.insert("status".to_owned(), json!(verdict.status));
        let identity = verdict.identity.as_ref();
        members.insert("subject".to_owned(), json!(identity.and_then(|identity| identity.subject.as_deref())));
        if let Some(difference) = difference {
            members.insert("difference".to_owned(), json!(difference));
        }
    }
    document
}
