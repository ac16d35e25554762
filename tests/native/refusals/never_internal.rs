//! No request of a client ends in `internal`: whatever is sent to whatever address, in whatever dialect, there is a
//! reason for it. The requests are those of `fixtures/refusals.json`, which reach every check, changed at random; the
//! policies are the fixture's with routes that also take path parameters and replace their path.

use std::sync::LazyLock;

use edgegate_core::exchange::decision::Decision;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::story::Story;
use crate::support::{HOST, NOW, POLICY, Request, Site, fixture_json};

static CASES: LazyLock<Vec<Value>> = LazyLock::new(|| fixture_json("refusals.json").as_array().unwrap().clone());

/// The fixture's policy, where every route takes path parameters and replaces its path by another.
fn rewriting(to: &str) -> String {
    let (head, routes) = POLICY.split_once("[[routes]]").unwrap();
    let mut text = head.to_owned();
    for route in routes.split("[[routes]]") {
        let takes = if route.contains("path_parameters") { "" } else { "path_parameters = true\n" };
        let is_prefix = route.lines().any(|line| line.starts_with("path = ") && line.contains("/*\""));
        let to = if is_prefix { to.to_owned() } else { "/inner".to_owned() };
        let route = match route.contains("path = \"/v") || route.contains("}, path") || route.contains("\", path") {
            true => route.to_owned(),
            false => route.replacen(
                "forward = { origin = \"site\"",
                &format!("forward = {{ origin = \"site\", path = \"{to}\""),
                1,
            ),
        };
        text.push_str(&format!("[[routes]]\n{takes}{}", route.trim_start()));
    }
    text
}

static POLICIES: LazyLock<[String; 3]> = LazyLock::new(|| [POLICY.to_owned(), rewriting("/inner/*"), rewriting("/*")]);

fn check_decided(site: &Site, request: &Request) -> Result<(), TestCaseError> {
    let handled = site.ask(request);
    prop_assert_ne!(handled.refused, Some(Reason::Internal), "{:?}", request);
    if let Decision::Answer(answer) = &handled.decision {
        prop_assert_ne!(answer.status, 500, "{:?}", request);
    }
    Ok(())
}

#[test]
fn a_path_parameter_where_the_path_is_replaced() {
    let head = POLICY.split("[[routes]]").next().unwrap();
    let route = "[[routes]]\nname = \"pp\"\npath = \"/pp/*\"\naccept = [\"none\"]\npath_parameters = true\nforward = { origin = \"site\", path = \"TO\" }\n";
    let to = |pattern: &str| Site::new(&World::at(NOW), &format!("{head}{}", route.replace("TO", pattern)));
    let (inner, root) = (to("/inner/*"), to("/*"));
    let sent = |site: &Site, path: &str| match site.ask(&Request::get(path)) {
        handled if handled.refused.is_some() => Err(handled.refused.unwrap()),
        handled => match handled.decision {
            Decision::Forward(forwarding) => Ok(forwarding.url.replace("https://origin.example.org", "")),
            Decision::Answer(_) => panic!("{path}"),
        },
    };
    assert_eq!(sent(&inner, "/pp;a=1/x").as_deref(), Ok("/inner;a=1/x"));
    assert_eq!(sent(&inner, "/pp;a=1").as_deref(), Ok("/inner;a=1"));
    assert_eq!(sent(&inner, "/pp/x;a=1?b").as_deref(), Ok("/inner/x;a=1?b"));
    assert_eq!(sent(&root, "/pp/x;a=1").as_deref(), Ok("/x;a=1"));
    assert_eq!(sent(&root, "/pp;a=1/x"), Err(Reason::PathParameter));
}

fn mistakes() -> impl Strategy<Value = Vec<(u8, prop::sample::Index, String)>> {
    let text = prop_oneof![
        4 => prop::sample::select(vec![";a=1", ";jsessionid=a.b", "/", ";", "%20", "=", "&", "a", "{", "\"", "\0", "é", "%ff", "[[", "eg", ".", "_", "-", ",", " ", "?x=", "next=/a", "\u{feff}", "99999999999999999999"]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
        1 => "[a-z]{1,2}".prop_map(|letters| letters.repeat(300)),
    ];
    prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), text), 0..4)
}

fn insert(text: &mut String, at: prop::sample::Index, more: &str) {
    let mut at = at.index(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.insert_str(at, more);
}

fn changed(mut request: Request, mistakes: &[(u8, prop::sample::Index, String)]) -> Request {
    for (what, at, text) in mistakes {
        match what % 8 {
            0 | 1 => {
                let mut path = request.url.strip_prefix(HOST).unwrap_or_default().to_owned();
                insert(&mut path, *at, text);
                request.url = format!("{HOST}{path}");
            }
            2 if !request.headers.is_empty() => {
                let which = at.index(request.headers.len());
                insert(&mut request.headers[which].1, *at, text);
            }
            3 if !request.headers.is_empty() => {
                request.headers.remove(at.index(request.headers.len()));
            }
            4 => {
                let mut body = String::from_utf8_lossy(&request.body).into_owned();
                insert(&mut body, *at, text);
                request.body = body.into_bytes();
            }
            5 => {
                let cut = at.index(request.body.len() + 1);
                request.body.truncate(cut);
            }
            6 => request.method = ["GET", "POST", "HEAD", "OPTIONS", "PUT"][at.index(5)].to_owned(),
            _ => {
                let other = &CASES[at.index(CASES.len())];
                for (name, value) in other["headers"].as_object().into_iter().flatten() {
                    request.headers.retain(|(known, _)| known != name);
                    request.headers.push((name.clone(), value.as_str().unwrap().to_owned()));
                }
            }
        }
    }
    request
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn no_request_ends_in_internal(
        case in any::<prop::sample::Index>(),
        policy in 0..3usize,
        mistakes in mistakes(),
        again in any::<bool>(),
    ) {
        let case = &CASES[case.index(CASES.len())];
        let mut story = Story::new();
        case["given"].as_array().into_iter().flatten().for_each(|step| story.step(step.as_str().unwrap()));
        let mut request = Request::new("GET", "/");
        let line = case["request"].as_str().unwrap();
        let (method, path) = line.split_once(' ').unwrap();
        request.method = method.to_owned();
        request.url = if path.starts_with('/') { format!("{HOST}{path}") } else { path.to_owned() };
        for (name, value) in case["headers"].as_object().into_iter().flatten() {
            request = request.with(name, value.as_str().unwrap());
        }
        if let Some(form) = case["form"].as_str() {
            request = request.form(form);
        }
        if let Some(body) = case["body"].as_str() {
            request.body = body.as_bytes().to_vec();
        }
        let mut request = changed(request, &mistakes);
        request.url = story.fill(&request.url);
        request.body = story.fill(&String::from_utf8_lossy(&request.body)).into_bytes();
        for (_, value) in &mut request.headers {
            *value = story.fill(value);
        }
        if policy > 0 {
            let world = std::rc::Rc::clone(&story.site.ports.world);
            story.site = Site::new(&world, &POLICIES[policy]);
        }
        for _ in 0..=usize::from(again) {
            check_decided(&story.site, &request)?;
        }
    }
}
