//! The vectors of `protocols.md` A3.5, as `fixtures/luminate.json` has them, under a path with an organisation.

use edgegate_core::exchange::Handled;
use serde_json::Value;

use crate::support::story::Story;
use crate::support::{POLICY, Request, Site, answer, fixture_json, set_cookies};

fn vectors() -> Vec<Value> {
    fixture_json("luminate.json").as_array().unwrap().clone()
}

fn ask(vector: &Value) -> (Story, Handled) {
    let mut story = Story::new();
    let text = POLICY.replace("path = \"/site/*\"", "path = \"/org/site/*\"");
    assert_ne!(text, POLICY);
    for step in vector["given"].as_array().into_iter().flatten() {
        let step = step.as_str().unwrap();
        // What somebody did before was done at the fixture's own path.
        if step.starts_with("use") {
            story.site = Site::beside(&story.site.ports, &text);
        }
        story.step(step);
    }
    let mut request: Request = story.request(vector["request"].as_str().unwrap());
    for (name, value) in vector["headers"].as_object().into_iter().flatten() {
        request = request.with(name, &story.fill(value.as_str().unwrap()));
    }
    if let Some(form) = vector["form"].as_str() {
        request = request.form(&story.fill(form));
    }
    let handled = Site::beside(&story.site.ports, &text).ask(&request);
    (story, handled)
}

#[test]
fn every_vector_is_answered_as_recorded() {
    for vector in vectors() {
        let (story, handled) = ask(&vector);
        let name = vector["name"].as_str().unwrap();
        let answer = answer(&handled);
        assert_eq!(u64::from(answer.status), vector["status"].as_u64().unwrap(), "{name}: {}", answer.body);
        let header =
            |name: &str| answer.headers.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str());
        if let Some(body) = vector["body"].as_str() {
            assert_eq!(answer.body, body, "{name}");
        }
        if let Some(expected) = vector.get("json") {
            assert_eq!(header("content-type"), Some("application/json;charset=UTF-8"));
            let found: Value = serde_json::from_str(&answer.body).unwrap();
            assert!(fits(&found, expected), "{name}: {} is not {expected}", answer.body);
        }
        if let Some(expected) = vector["xml"].as_str() {
            assert_eq!(header("content-type"), Some("text/xml;charset=UTF-8"));
            let (declaration, found) = answer.body.split_once('\n').unwrap();
            assert_eq!(declaration, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
            assert!(fits_text(found, expected), "{name}: {found} is not {expected}");
        }
        assert_eq!(header("location"), vector["location"].as_str(), "{name}");
        if let Some(cookie) = vector["cookie"].as_str() {
            assert!(set_cookies(&handled)[0].starts_with(&story.fill(cookie)), "{name}");
        }
        if answer.status >= 300 && vector["location"].is_null() {
            assert!(set_cookies(&handled).is_empty(), "{name}");
        }
    }
}

// Clients tell null from a text and know no numbers.
#[test]
fn every_leaf_is_a_string_or_null() {
    fn is_plain(value: &Value) -> bool {
        match value {
            Value::Object(members) => members.values().all(is_plain),
            other => other.is_string() || other.is_null(),
        }
    }
    for vector in vectors().iter().filter(|vector| vector.get("json").is_some()) {
        let (_, handled) = ask(vector);
        let body: Value = serde_json::from_str(&answer(&handled).body).unwrap();
        assert!(body.is_object() && is_plain(&body), "{}", vector["name"]);
    }
}

#[test]
fn every_vector_of_the_record_is_here() {
    let names: Vec<String> = vectors().iter().map(|vector| vector["name"].as_str().unwrap().to_owned()).collect();
    for number in 1..=10 {
        assert!(names.iter().any(|name| name.split(',').next() == Some(&format!("L{number}"))), "L{number}");
    }
}

fn fits(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            found.len() == expected.len()
                && expected.iter().all(|(name, value)| found.get(name).is_some_and(|found| fits(found, value)))
        }
        (Value::String(found), Value::String(expected)) => fits_text(found, expected),
        (found, expected) => found == expected,
    }
}

/// Whether a text is the expected one, where `<WORD>` stands for what differs from run to run.
fn fits_text(found: &str, expected: &str) -> bool {
    let first = FORMS
        .iter()
        .filter_map(|(word, is_form)| Some((expected.find(word)?, *word, is_form)))
        .min_by_key(|(at, ..)| *at);
    let Some((at, word, is_form)) = first else { return found == expected };
    let (before, after) = (&expected[..at], &expected[at + word.len()..]);
    let Some(rest) = found.strip_prefix(before) else { return false };
    // Up to what stands behind the word: none of the forms holds it.
    let end = after.chars().next().map_or(Some(rest.len()), |next| rest.find(next));
    end.is_some_and(|end| is_form(&rest[..end]) && fits_text(&rest[end..], after))
}

type Form = (&'static str, fn(&str) -> bool);

const FORMS: [Form; 7] = [
    ("<ATTRIBUTES>", |text| text == ATTRIBUTES),
    ("<SESSION>", |text| {
        text.strip_suffix(".app1")
            .is_some_and(|id| id.len() >= 22 && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()))
    }),
    // `^0{8}\.[a-z]+[0-9]*[a-z]?$`
    ("<ROUTING>", |text| {
        text.strip_prefix("00000000.").is_some_and(|node| {
            let digits = node.trim_start_matches(|c: char| c.is_ascii_lowercase());
            let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
            digits.len() < node.len() && rest.len() <= 1 && rest.bytes().all(|b| b.is_ascii_lowercase())
        })
    }),
    ("<NONCE>", |text| text.len() >= 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))),
    // Base64url, with `.` as padding.
    ("<DOTTED>", |text| {
        let letters = text.trim_end_matches('.');
        text.len() % 4 == 0
            && text.len() - letters.len() < 3
            && letters.len() >= 43
            && letters.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    }),
    ("<MD5>", |text| text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))),
    ("<TEXT>", |text| !text.is_empty() && text.is_ascii()),
];

const ATTRIBUTES: &str = "xmlns=\"http://convio.com/crm/v1.0\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                          xsi:schemaLocation=\"http://convio.com/crm/v1.0 http://service.convio.net/xmlschema/crm.public.v1.xsd\"";
