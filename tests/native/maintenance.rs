//! Closed for maintenance: 503 in each format before anything is used up, and the operator's own look.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;

use crate::support::story::Story;
use crate::support::{NOW, POLICY, Request, Site, answer, forwarding};

const LOOK: &str = "LOOK_KEY-0123456789abcdef0123456789abcdef";

/// The fixture's policy, closed as a whole.
fn closed() -> String {
    POLICY.replacen("[gateway]\n", "[gateway]\nmaintenance = true\n", 1)
}

fn header<'a>(answer: &'a edgegate_core::http::answer::Answer, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

#[test]
fn a_closed_route_says_when_to_come_again_and_uses_nothing_up() {
    let mut story = Story::new();
    story.step("link /closed/a");
    let request = story.request("GET {link}");
    let (handled, storage) = story.site.cost(&request);
    assert_eq!((handled.refused, storage), (Some(Reason::Maintenance), 0));
    assert_eq!((answer(&handled).status, header(answer(&handled), "retry-after")), (503, Some("600")));
    assert!(answer(&handled).body.contains("\"code\":\"maintenance\""), "{}", answer(&handled).body);
    let page = story.site.ask(&request.clone().with("accept", "text/html"));
    assert!(answer(&page).body.starts_with("<!doctype html>") && answer(&page).body.contains("being worked on"));
    assert_eq!(story.site.ask(&Request::get("/open/")).refused, None, "other routes go on");
    let looking = request.with("x-look", LOOK);
    assert_eq!(story.site.ask(&looking).refused, None, "the link was not used up");
    assert_eq!(story.site.ask(&looking).refused, Some(Reason::LinkReplayed), "and the header replaces no credential");
}

#[test]
fn the_header_reaches_no_origin_closed_or_not() {
    let site = Site::alone();
    for path in ["/closed/a", "/open/a"] {
        let request = Request::get(path).with("x-look", LOOK).with("X_Look", "1").with("x-looks", "2");
        let got = site.ask(&request);
        assert_eq!(forwarding(&got).remove, ["x-look", "X_Look"], "{path}");
    }
}

#[test]
fn what_the_operator_sees_is_kept_by_no_shared_cache_and_asked_for_by_https_alone() {
    let story = Story::new();
    let site = Site::new(&World::at(NOW), &closed());
    let look = |request: Request| site.ask(&request.with("x-look", LOOK));
    assert!(forwarding(&look(Request::get("/open/"))).private);
    assert!(!forwarding(&story.site.ask(&Request::get("/open/"))).private, "where nothing is closed");
    assert_eq!(look(Request::get("http://gate.example.org/open/")).refused, Some(Reason::Maintenance));
}

#[test]
fn only_the_value_of_the_secret_opens() {
    let site = Site::alone();
    for value in ["", "x", &LOOK[1..], &format!("{LOOK}x"), &LOOK.to_lowercase(), &format!("{LOOK}, {LOOK}")] {
        let handled = site.ask(&Request::get("/closed/a").with("x-look", value));
        assert_eq!(handled.refused, Some(Reason::Maintenance), "{value}");
    }
    let unset = Site::new(
        &World::at(NOW),
        &POLICY.replace("LOOK_KEY", "ABSENT_KEY").replacen(
            "secret = \"ABSENT_KEY\"\nuse",
            "secret = \"SOME_KEY\"\nuse",
            1,
        ),
    );
    assert_eq!(unset.ask(&Request::get("/closed/a")).refused, Some(Reason::Maintenance));
    assert_eq!(unset.ask(&Request::get("/closed/a").with("x-look", LOOK)).refused, Some(Reason::SecretMissing));
    let nobody =
        Site::new(&World::at(NOW), &POLICY.replace("pass_header = \"X-Look\"\npass_secret = \"LOOK_KEY\"\n", ""));
    assert_eq!(nobody.ask(&Request::get("/closed/a").with("x-look", LOOK)).refused, Some(Reason::Maintenance));
}

#[test]
fn a_closed_gateway_answers_what_its_operator_needs_and_nothing_else() {
    let site = Site::new(&World::at(NOW), &closed());
    for (method, path) in [
        ("GET", "/open/"),
        ("GET", "/me/"),
        ("DELETE", "/open/"),
        ("POST", "/site/SRConsAPI"),
        ("GET", "/.edgegate/sign-in"),
        ("POST", "/.edgegate/sign-in"),
        ("GET", "/.edgegate/sign-out"),
        ("POST", "/.edgegate/ticket"),
        ("GET", "/.edgegate/nothing"),
        ("GET", "/oauth/authorize?client_id=shop"),
        ("POST", "/oauth/token"),
        ("POST", "/oauth/introspect"),
        ("POST", "/oauth/revoke"),
    ] {
        let (handled, storage) = site.cost(&Request::new(method, path));
        let told = answer(&handled);
        assert_eq!((handled.refused, told.status, storage), (Some(Reason::Maintenance), 503, 0), "{method} {path}");
        assert_eq!(header(told, "retry-after"), Some("600"), "{method} {path}");
    }
    for path in ["/.edgegate/health", "/.edgegate/jwks.json", "/.well-known/oauth-authorization-server"] {
        assert_eq!(site.ask(&Request::get(path)).refused, None, "{path}");
    }
    let token = site.token("read");
    let me = Request::get("/me/").bearer(&token);
    assert_eq!(site.ask(&me).refused, Some(Reason::Maintenance));
    assert_eq!(site.ask(&me.with("x-look", LOOK)).refused, None, "the operator looks with a token of the admin API");
    assert_eq!(site.ask(&Request::get("/.edgegate/sign-in").with("x-look", LOOK)).refused, None);
    let grant = Request::new("POST", "/oauth/token").form("grant_type=refresh_token");
    let told = site.ask(&grant);
    assert!(answer(&told).body.contains("temporarily_unavailable"), "{}", answer(&told).body);
    let preflight = Request::new("OPTIONS", "/shared/").with("origin", "https://app.example.org");
    let preflight = preflight.with("access-control-request-method", "GET");
    assert_eq!(site.ask(&preflight).refused, None, "so that a page may read why its request is refused");
}

#[test]
fn each_dialect_says_it_in_its_own_format() {
    let site = Site::new(&World::at(NOW), &closed());
    for (path, words) in [
        ("/api/x", "\"error\""),
        ("/SuperOffice/x", "{\"Message\":"),
        ("/site/SRConsAPI?method=getLoginUrl", "errorResponse"),
    ] {
        let handled = site.ask(&Request::get(path));
        assert_eq!(answer(&handled).status, 503, "{path}");
        assert!(answer(&handled).body.contains(words), "{path}: {}", answer(&handled).body);
    }
}
