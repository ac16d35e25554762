//! Nothing that the gateway made is asked about anywhere else, on whichever route and in whichever spelling it comes.

use edgegate_core::refusal::Reason;

use crate::support::Request;
use crate::support::story::Story;

/// Steps that leave credentials, and the names that they leave them under.
const ISSUED: &[(&str, &[&str])] = &[
    ("token read", &["token"]),
    ("session", &["session"]),
    ("nonce account", &["nonce"]),
    ("grant shop", &["code", "access", "refresh"]),
    ("luminate login", &["jsessionid", "auth", "nonce-token"]),
    ("luminate sign-on", &["sso"]),
    ("ticket", &["ticket"]),
    ("register", &["new-id"]),
];

fn spellings(text: &str) -> Vec<String> {
    let (upper, lower) = (text.to_uppercase(), text.to_lowercase());
    let mut all: Vec<String> = vec![text.to_owned(), upper, lower];
    all.push(format!("{text}="));
    all.push(format!("cf_{text}"));
    all.push(format!("own_{text}"));
    all.push(text.replace('.', ""));
    for (before, after) in [("x", ""), ("", "x"), ("prefix", ""), ("x", "x"), ("0", "0")] {
        all.push(format!("{before}{text}{after}"));
    }
    all.push(format!("{text}-{text}"));
    all
}

#[test]
fn nothing_of_the_gateways_own_is_asked_about_elsewhere() {
    for (step, names) in ISSUED {
        let mut story = Story::new();
        story.step("document /introspect 200 {\"active\":true,\"sub\":\"jo\",\"aud\":\"https://gate.example.org\"}");
        story.step(step);
        for name in *names {
            let text = story.names[*name].clone();
            for spelled in spellings(&text) {
                // A text in base64 that has lost its case and its padding is no credential any more.
                let is_lost = *name == "sso" && spelled != text && !spelled.contains('.');
                let before = story.site.ports.spent.get().upstream;
                let by_header = Request::get("/asked/").bearer(&spelled).with("cf-connecting-ip", "192.0.2.7");
                let handled = story.site.ask(&by_header);
                let reason = handled.refused.unwrap_or_else(|| panic!("{name} {spelled} opens a route of others"));
                assert!(
                    is_lost || matches!(reason, Reason::JwtIssuer | Reason::AuthorizationMalformed),
                    "{name} {spelled}: {reason:?}"
                );
                let after = story.site.ports.spent.get().upstream;
                assert!(is_lost || after == before, "{name} {spelled} was sent away");
            }
        }
    }
}

#[test]
fn what_others_made_is_still_asked_about() {
    let mut story = Story::new();
    story.step("document /introspect 200 {\"active\":true,\"sub\":\"jo\",\"aud\":\"https://gate.example.org\"}");
    for text in
        ["opaque-4711", "2YotnFZFEjr1zCsicMWpAA", "mF_9.B5f-4.1JqM", "0123456789abcdef0123456789abcdef0123456789abcdef"]
    {
        let handled = story.site.ask(&Request::get("/asked/").bearer(text));
        assert_eq!(handled.refused, None, "{text}");
    }
}
