//! What the core spends on one ordinary request of each kind, without the platform: comparisons and allocations.

use std::hint::black_box;

use edgegate_fuzz::support::story::Story;
use edgegate_fuzz::support::is_granted;
use serde_json::{Value, json};

use super::counter::Spent;

/// Of each request of `fixtures/costs.json`: its name, what it came to, and what that took. The isolate has seen the same request
/// before, unless its credential works once.
pub fn all() -> Vec<Value> {
    let cases = std::fs::read_to_string(CASES).expect("the cases can be read");
    let cases: Vec<Value> = serde_json::from_str(&cases).expect("a list");
    cases.iter().map(measured).collect()
}

fn measured(case: &Value) -> Value {
    let mut story = Story::new();
    let mut spent = Spent::default();
    let mut told = String::new();
    for _ in 0..2 {
        let given = case["given"].as_array().into_iter().flatten();
        given.for_each(|step| story.step(step.as_str().expect("a step")));
        let mut request = story.request(case["request"].as_str().expect("a request"));
        for (name, value) in BROWSER {
            request = request.with(name, value);
        }
        for (name, value) in case["headers"].as_object().into_iter().flatten() {
            request = request.with(name, &story.fill(value.as_str().expect("a text")));
        }
        if let Value::String(form) = &case["form"] {
            request = request.form(&story.fill(form));
        }
        let rounds = if case["once"] == true { 1 } else { 2 };
        for _ in 0..rounds {
            let before = Spent::now();
            let handled = black_box(story.site.ask(&request));
            spent = Spent::now().since(before);
            told = handled.refused.map_or("ok", |reason| reason.code()).to_owned();
            assert!(is_granted(&handled) == (told == "ok"), "{case}: {told}");
        }
    }
    json!({
        "name": case["name"], "told": told,
        "comparisons": spent.comparisons, "allocations": spent.allocations, "allocated": spent.allocated,
    })
}

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/costs.json");

/// What a browser sends with every request.
const BROWSER: [(&str, &str); 4] = [
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"),
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("accept-encoding", "gzip, deflate, br"),
    ("accept-language", "en-GB,en;q=0.9"),
];
