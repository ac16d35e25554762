//! Garbage costs nothing: what Edgegate did not issue, and what has expired, is refused without a storage
//! operation, on every route and whatever else the request carries.

use proptest::prelude::*;

use crate::support::story::Story;
use crate::support::{Request, Site};

/// Spends nothing and grants nothing.
fn costs_nothing(site: &Site, request: &Request) -> Result<(), TestCaseError> {
    let (handled, storage) = site.cost(request);
    prop_assert!(handled.refused.is_some(), "{request:?} was let through");
    prop_assert_eq!(storage, 0, "{:?}: {:?}", handled.refused, request);
    Ok(())
}

fn changed(text: &str, at: prop::sample::Index, put: char) -> String {
    let at = at.index(text.len());
    format!("{}{put}{}", &text[..at], &text[at + 1..])
}

const BODY: &str = "[A-Za-z0-9_-]{62}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn invented_tokens_and_sessions(kind in "eg[tsn]", key in "seal-1|seal-2|id-1|demo", body in BODY) {
        let site = Site::alone();
        let text = format!("{kind}_{key}_{body}");
        for route in ["me", "strict", "read", "either"] {
            costs_nothing(&site, &Request::get(&format!("/{route}/")).bearer(&text))?;
        }
        for route in ["account", "strict", "confirm"] {
            costs_nothing(&site, &Request::get(&format!("/{route}/")).session(&text))?;
        }
        costs_nothing(&site, &Request::get(&format!("/account/?NONCE_TOKEN={text}")))?;
        costs_nothing(&site, &Request::new("POST", &format!("/confirm/?NONCE_TOKEN={text}&eg_confirm=1")))?;
    }

    #[test]
    fn changed_credentials(at in any::<prop::sample::Index>(), put in "[A-Za-z0-9_-]") {
        let mut story = Story::new();
        ["token read", "session", "nonce account", "link /once/a?x=1", "redirect /landing/?cons_id=1"].iter().for_each(|step| story.step(step));
        let put = put.chars().next().unwrap();
        for (name, path) in [("token", "/me/"), ("session", "/account/"), ("nonce", "/account/?NONCE_TOKEN=")] {
            let text = story.fill(&format!("{{{name}}}"));
            let other = changed(&text, at, put);
            if other == text {
                continue;
            }
            let request = match name {
                "token" => Request::get(path).bearer(&other),
                "session" => Request::get(path).session(&other),
                _ => Request::get(&format!("{path}{other}")),
            };
            costs_nothing(&story.site, &request)?;
        }
        for name in ["link", "redirect"] {
            let text = story.fill(&format!("{{{name}}}"));
            let (path, query) = text.split_once('?').unwrap();
            let other = changed(query, at, put);
            if !other.eq_ignore_ascii_case(query) {
                costs_nothing(&story.site, &Request::get(&format!("{path}?{other}")))?;
            }
        }
    }

    #[test]
    fn expired_credentials(late in 0..1_000_000_u64) {
        let mut story = Story::new();
        ["token read", "session", "nonce account", "link /once/a?x=1", "redirect /landing/"].iter().for_each(|step| story.step(step));
        story.step(&format!("pass {}", 6 * 3600 + late));
        for line in ["GET /account/?NONCE_TOKEN={nonce}", "GET {link}", "GET {redirect}"] {
            costs_nothing(&story.site, &story.request(line))?;
        }
        let (token, session) = (story.fill("{token}"), story.fill("{session}"));
        for route in ["me", "read", "strict", "either"] {
            costs_nothing(&story.site, &Request::get(&format!("/{route}/")).bearer(&token))?;
        }
        for route in ["account", "strict"] {
            costs_nothing(&story.site, &Request::get(&format!("/{route}/")).session(&session))?;
        }
    }
}
