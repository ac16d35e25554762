//! What a client is told of a rate, in each dialect, and what `explain` says of it.

use edgegate_core::explain::Explainer;
use edgegate_core::policy::Policy;
use edgegate_core::refusal::Reason;

use super::{field, story, with_route};
use crate::support::{NOW, POLICY, Request, answer, is_granted, secrets};

const OPEN: &str = "accept = [\"none\"]\ncors = { origins = [\"https://app.example\"], expose = [\"RateLimit\"] }";

#[test]
fn an_exact_rate_says_what_is_left() {
    let story = story(&format!("{OPEN}\nrate = {{ limit = 2, period = \"1h\", by = \"network\", exact = true }}"));
    let visit = Request::get("/many/a").with("origin", "https://app.example");
    for left in ["\"network\";r=1;t=3600", "\"network\";r=0;t=3590"] {
        let handled = story.site.ask(&visit);
        assert!(is_granted(&handled));
        assert_eq!(field(&handled, "ratelimit-policy"), Some("\"network\";q=2;w=3600"));
        assert_eq!(field(&handled, "ratelimit"), Some(left));
        assert_eq!(field(&handled, "retry-after"), None);
        story.site.ports.world.pass(10);
    }
    for left in ["3580", "3570"] {
        let handled = story.site.ask(&visit);
        assert_eq!((handled.refused, answer(&handled).status), (Some(Reason::RateExceeded), 429));
        assert_eq!(field(&handled, "ratelimit-policy"), Some("\"network\";q=2;w=3600"));
        assert_eq!(field(&handled, "ratelimit"), Some(&*format!("\"network\";r=0;t={left}")));
        assert_eq!(field(&handled, "retry-after"), Some(left));
        assert_eq!(field(&handled, "access-control-allow-origin"), Some("https://app.example"));
        assert_eq!(field(&handled, "access-control-expose-headers"), Some("ratelimit"));
        story.site.ports.world.pass(10);
    }
}

#[test]
fn the_limiter_does_not_tell_what_is_left() {
    let story = story(&format!("{OPEN}\nrate = {{ limit = 1, period = \"10s\", by = \"network\" }}"));
    let handled = story.site.ask(&Request::get("/many/a"));
    assert!(is_granted(&handled) && field(&handled, "ratelimit").is_none());
    let handled = story.site.ask(&Request::get("/many/a"));
    assert_eq!(field(&handled, "ratelimit-policy"), Some("\"network\";q=1;w=10"));
    assert_eq!(field(&handled, "ratelimit"), Some("\"network\";r=0;t=10"));
    assert_eq!(field(&handled, "retry-after"), Some("10"));
}

#[test]
fn a_redirect_says_it_too() {
    let mut story = story(
        "accept = [\"nonce\", \"session\"]\nrate = { limit = 5, period = \"1h\", by = \"subject\", exact = true }",
    );
    story.step("nonce many");
    let handled = story.site.ask(&story.request("GET /many/?NONCE_TOKEN={nonce}").with("accept", "text/html"));
    assert_eq!(answer(&handled).status, 303);
    assert_eq!(field(&handled, "ratelimit"), Some("\"subject\";r=4;t=3600"));
}

#[test]
fn each_dialect_has_its_words() {
    let rate = "rate = { limit = 1, period = \"10s\", by = \"network\" }";
    let refused = |more: &str, path: &str, accept: &str| {
        let story = story(&format!("{more}\n{rate}"));
        let request = Request::get(path).with("accept", accept);
        story.site.ask(&request);
        let handled = story.site.ask(&request);
        assert_eq!(handled.refused, Some(Reason::RateExceeded), "{more}");
        assert_eq!((answer(&handled).status, field(&handled, "retry-after")), (429, Some("10")), "{more}");
        answer(&handled).body.clone()
    };
    let open = "accept = [\"none\"]";
    assert!(refused(open, "/many/a", "application/json").contains("\"code\":\"rate_exceeded\""));
    let page = refused(open, "/many/a", "text/html");
    assert!(page.starts_with("<!doctype html>") && page.contains("<h1>Too many requests</h1>"), "{page}");
    let said = refused("accept = [\"bearer\"]\ndialect = \"checkfront\"", "/many/a", "*/*");
    assert_eq!(said, "{\"error\":\"rate_exceeded\",\"error_description\":\"Too many requests.\"}\n");
    let said = refused("accept = [\"bearer\"]\ndialect = \"superoffice\"", "/many/a", "application/json");
    assert!(said.starts_with("{\"Message\":\"Too many requests. Wait"), "{said}");
    let said = refused("accept = [\"luminate\"]", "/many/CRConsAPI?method=getLoginUrl", "*/*");
    assert!(said.contains("<code>1</code><message>Too many requests. Wait and try again.</message>"), "{said}");
}

#[test]
fn explain_says_what_the_rate_is() {
    let policy =
        Policy::read(&with_route("accept = [\"none\"]\nrate = { limit = 100, period = \"1m\", by = \"network\" }"));
    let policy = policy.unwrap();
    let secrets = secrets(&policy);
    let told = Explainer::new(&policy, &secrets, NOW).explain("GET", "https://gate.example.org/many/a");
    let said = "The route has a rate: 100 requests in 60 s by network, counted by the platform's limiter, in each location \
                for itself. More are 429.";
    assert!(told.causes.iter().any(|cause| cause == said), "{:?}", told.causes);
}

#[test]
fn a_path_that_the_origin_may_take_for_one_with_a_rate_is_not_let_through_without_it() {
    let around =
        "\n\n[[routes]]\nname = \"around\"\npath = \"/*\"\naccept = [\"none\"]\nforward = { origin = \"site\" }\n";
    let rated = "[[routes]]\nname = \"search\"\npath = \"/search\"\naccept = [\"none\"]\nforward = { origin = \"site\" }\n\
                 rate = { limit = 9, period = \"1m\", by = \"network\" }\n\n";
    let of = |text: &str| {
        let story = crate::support::story::Story::new();
        let site = crate::support::Site::new(&story.site.ports.world, text);
        site.ask(&Request::get("/search/")).refused
    };
    let whole =
        |rated: &str| format!("{}{around}", POLICY.replacen("[[routes]]\n", &format!("{rated}[[routes]]\n"), 1));
    assert_eq!(of(&whole(rated)), Some(Reason::PathNearGuarded));
    assert_eq!(of(&whole("")), None);
}
