//! `paths = { … }`: what origins read in several ways goes through where every reading leads to the same route, byte for byte.

use edgegate_core::http::readings::readings;
use edgegate_core::policy::{PathPattern, Policy};
use edgegate_core::refusal::Reason;
use edgegate_core::secrets::Secrets;
use edgegate_core::testing::World;
use proptest::prelude::*;

use crate::support::story::Story;
use crate::support::{NOW, POLICY, Request, Site, forwarding, secret};

const ALL: &str = "paths = { encoded_slash = true, double_slash = true, needless_escapes = true }";

fn policy(routes: &[(&str, &str, &str)]) -> String {
    let mut text = "version = 1\ngateway = { issuer = \"https://gate.example.org\" }\norigins.site.url = \"https://origin.example.org\"\n\
        keys.seal-1 = { secret = \"SEAL_KEY\", use = \"seal\" }\nbearer = { keys = [\"seal-1\"] }\n"
        .to_owned();
    for (at, (path, accept, more)) in routes.iter().enumerate() {
        text += &format!("[[routes]]\nname = \"r{at}\"\npath = \"{path}\"\naccept = [\"{accept}\"]\n{more}\n");
        if !more.contains("forward") {
            text += "forward = { origin = \"site\" }\n";
        }
    }
    text
}

fn site(routes: &[(&str, &str, &str)]) -> Site {
    Site::new(&World::at(NOW), &policy(routes))
}

fn asked(site: &Site, path: &str) -> Result<String, Reason> {
    let handled = site.ask(&Request::get(path));
    handled.refused.map_or_else(|| Ok(forwarding(&handled).url.clone()), Err)
}

#[test]
fn what_the_route_allows_goes_on_byte_for_byte() {
    let site = site(&[("/api/*", "none", ALL), ("/plain/*", "none", "")]);
    for rest in [
        "/projects/group%2Fproject/files",
        "/@scope%2fpackage",
        "/image/https://example.org/a.png",
        "/image/https%3A%2F%2Fexample.org%2Fa.png",
        "/a%2Db/%7Euser/%61",
        "//a//",
        "/a%2F",
        "/%2Fa",
    ] {
        assert_eq!(asked(&site, &format!("/api{rest}")), Ok(format!("https://origin.example.org/api{rest}")));
        assert_eq!(asked(&site, &format!("/plain{rest}")), Err(Reason::PathAmbiguous), "{rest}");
    }
}

#[test]
fn each_kind_is_allowed_by_itself() {
    for (flag, allowed) in
        [("encoded_slash", "/api/a%2Fb"), ("double_slash", "/api/a//b"), ("needless_escapes", "/api/%61")]
    {
        let site = site(&[("/api/*", "none", &format!("paths = {{ {flag} = true }}"))]);
        for path in ["/api/a%2Fb", "/api/a//b", "/api/%61"] {
            assert_eq!(asked(&site, path).is_ok(), path == allowed, "{flag}: {path}");
        }
        // A slash that is decoded beside another makes two.
        assert_eq!(asked(&site, "/api/a%2F%2Fb"), Err(Reason::PathAmbiguous), "{flag}");
        assert_eq!(asked(&site, "/api/a%2F/b"), Err(Reason::PathAmbiguous), "{flag}");
    }
}

#[test]
fn nothing_allows_what_leads_out_of_the_route() {
    let site = site(&[
        ("/api/secret/*", "bearer", ALL),
        ("/api/page", "bearer", ""),
        ("/api/*", "none", ALL),
        ("/moved/*", "none", &format!("{ALL}\nforward = {{ origin = \"site\", path = \"/*\" }}")),
        ("/*", "none", ""),
    ]);
    for path in [
        "/api/..%2Fadmin",
        "/api/%2e%2e/admin",
        "/api/a/%2E%2E%2F%2E%2E/admin",
        "/api/.%2e/a",
        "/api/a//../b",
        "/api/a%5Cb",
        "/api/a\\b",
        "/api/a%00b",
        "/api/a%252Fb",
        "/api/a%25%32%46b",
        "/api/a%2Fb;c",
        "/api/%3B%2F",
        "/api/%c0%af",
        "//api/a",
        "/%2Fapi/a",
        "/%61pi/a",
        "/api%2Fa",
        "/api/secret%2Fa",
        "/api//secret/a",
        "/api/%73ecret/a",
        "/api/%73ecret//a",
        "/api/%70age",
        "/api//page",
        "/api/page%2F",
        "/x//y",
        "/.edgegate//health",
        "/%2Eedgegate/health",
        "/api/..%2F.edgegate/health",
        "/moved//evil.example/a",
        "/moved/%2Fevil.example/a",
    ] {
        let refused = asked(&site, path).expect_err(path);
        assert!(matches!(refused, Reason::PathAmbiguous | Reason::PathNearGuarded), "{path}: {refused:?}");
    }
    assert_eq!(asked(&site, "/moved/a//b"), Ok("https://origin.example.org/a//b".to_owned()));
    assert_eq!(asked(&site, "/api/secretary%2Fa"), Ok("https://origin.example.org/api/secretary%2Fa".to_owned()));
    // The guard holds in every reading: within the guarded route the token decides.
    assert_eq!(asked(&site, "/api/secret/a%2Fb"), Err(Reason::CredentialMissing));
}

#[test]
fn a_near_miss_of_a_guarded_route_is_one_in_every_reading() {
    let site = site(&[("/api/secret.txt", "bearer", ""), ("/api/*", "none", ALL)]);
    for path in ["/api/secret.txt%2F", "/api//SECRET.txt", "/api/%73ecret.txt%20", "/api/index.php%2Fsecret.txt"] {
        assert!(asked(&site, path).is_err(), "{path}");
    }
}

#[test]
fn a_signed_link_covers_the_path_as_it_is_written() {
    let policy = POLICY.replacen("accept = [\"link:files\"]", &format!("accept = [\"link:files\"]\n{ALL}"), 1);
    let mut story = Story::new();
    story.step("link /files/a%2Fb//c");
    story.site = Site::beside(&story.site.ports, &policy);
    let handled = story.site.ask(&story.request("GET {link}"));
    assert_eq!(forwarding(&handled).url, "https://origin.example.org/files/a%2Fb//c");
    let other = story.request("GET {link}").url.replace("%2F", "/");
    assert_eq!(story.site.ask(&Request::get(&other)).refused, Some(Reason::LinkSignatureMismatch));
}

#[test]
fn a_policy_that_allows_nothing_refuses_as_ever() {
    let site = Site::alone();
    for path in ["/open/a//b", "/open/a%2Fb", "/open/%61", "//", "/.edgegate//health", "/oauth//token"] {
        assert_eq!(asked(&site, path), Err(Reason::PathAmbiguous), "{path}");
        let odd = Request::new("TRACE", path);
        assert_eq!(site.ask(&odd).refused, Some(Reason::PathAmbiguous), "the path first: {path}");
    }
}

/// Every way in which some origin could read a path: each escape and each run of slashes by itself.
fn partial(path: &str, choices: u32) -> String {
    let (mut reading, mut rest, mut at) = (String::new(), path, 0);
    let mut chosen = || {
        at += 1;
        choices >> (at % 32) & 1 == 1
    };
    while let Some(first) = rest.chars().next() {
        let escaped = rest.get(1..3).filter(|_| first == '%').and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match escaped.filter(|value| value.is_ascii_alphanumeric() || b"-._~/".contains(value)) {
            Some(value) if chosen() => {
                reading.push(char::from(value));
                rest = &rest[3..];
            }
            _ => {
                reading.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    let mut merged = String::new();
    for c in reading.chars() {
        if !(c == '/' && merged.ends_with('/') && chosen()) {
            merged.push(c);
        }
    }
    merged
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "c", "/", "/", "/", "%2F", "%2f", "%61", "%62", "%2e", ".", "%2E%2E", "..", "%25", "%5C", ";", "%2",
        "%C3%A9",
    ]);
    prop::collection::vec(piece, 1..9).prop_map(|pieces| format!("/{}", pieces.concat()))
}

fn routes() -> impl Strategy<Value = Vec<(String, bool, [bool; 3])>> {
    let path = prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 0..4);
    let route = (path, any::<bool>(), any::<bool>(), any::<[bool; 3]>());
    let route = route.prop_map(|(path, prefix, guarded, flags)| {
        let base: String = path.iter().map(|part| format!("/{part}")).collect();
        let path = match (prefix, base.is_empty()) {
            (true, _) => format!("{base}/*"),
            (false, true) => "/".to_owned(),
            (false, false) => base,
        };
        (path, guarded, flags)
    });
    prop::collection::vec(route, 1..5)
}

fn first<'p>(policy: &'p Policy, path: &str) -> Option<&'p str> {
    policy.routes.iter().find(|route| route.path.matches(path)).map(|route| route.name.as_str())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever goes through leads to one route in every reading, and arrives as it was sent.
    #[test]
    fn every_reading_of_what_goes_through_leads_to_its_route(given in routes(), path in pieces(), choices in any::<[u32; 4]>()) {
        let mut seen: Vec<PathPattern> = Vec::new();
        let mut unique = given;
        unique.retain(|(path, ..)| {
            let pattern = PathPattern::parse(path).unwrap();
            let is_new = !seen.iter().any(|earlier| earlier.covers(&pattern));
            seen.push(pattern);
            is_new
        });
        let more: Vec<(String, &str, String)> = unique.iter().map(|(path, guarded, [slash, double, escapes])| {
            let paths = format!("paths = {{ encoded_slash = {slash}, double_slash = {double}, needless_escapes = {escapes} }}");
            (path.clone(), if *guarded { "bearer" } else { "none" }, paths)
        }).collect();
        let borrowed: Vec<(&str, &str, &str)> = more.iter().map(|(path, accept, paths)| (path.as_str(), *accept, paths.as_str())).collect();
        let policy = Policy::read(&policy(&borrowed)).unwrap();
        let secrets = Secrets::new(&policy, "", secret);
        let site = Site::running(&edgegate_core::testing::Memory::new(&World::at(NOW)), policy, secrets);
        let handled = site.ask(&Request::get(&path));
        let Some(route) = handled.route.clone() else { return Ok(()) };
        if handled.refused.is_none() {
            prop_assert_eq!(&forwarding(&handled).url, &format!("https://origin.example.org{path}"));
        }
        let all = readings(&path).chain(choices.iter().map(|choices| partial(&path, *choices)));
        for reading in all {
            let leads = first(&site.gate.policy, &reading);
            prop_assert_eq!(leads, Some(route.name.as_str()), "{} read as {}", path, reading);
            prop_assert!(!reading.split('/').any(|part| matches!(part, "." | "..")), "{} read as {}", path, reading);
        }
    }
}
