//! `cors = "origin"`: a preflight goes to the origin, and what only looks like one does not.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;

use crate::support::{NOW, POLICY, Request, Site, answer, forwarding};

fn site() -> Site {
    let (before, after) = POLICY.rsplit_once("methods = [\"GET\", \"HEAD\", \"POST\"]\naccept = [\"none\"]\n").unwrap();
    let open = "methods = [\"GET\", \"HEAD\", \"POST\"]\naccept = [\"none\"]\ncors = \"origin\"\n";
    Site::new(&World::at(NOW), &format!("{before}{open}{after}"))
}

fn preflight(path: &str, method: &str) -> Request {
    Request::new("OPTIONS", path).with("origin", "https://any.example").with("access-control-request-method", method)
}

#[test]
fn a_preflight_goes_to_the_origin_and_its_answer_is_not_touched() {
    let site = site();
    for method in ["GET", "POST", "PUT", "PROPFIND"] {
        let got = site.ask(&preflight("/open/a?b", method));
        let got = forwarding(&got);
        assert_eq!(got.url, "https://origin.example.org/open/a?b", "{method}");
        assert!(!got.owns_cors && !got.varies_by_origin && got.answer.is_empty(), "{method}");
    }
    let actual = Request::get("/open/a").with("origin", "https://any.example");
    assert!(!forwarding(&site.ask(&actual)).owns_cors);
}

#[test]
fn everything_else_of_such_a_request_is_judged() {
    let site = site();
    let options = Request::new("OPTIONS", "/open/a");
    assert_eq!(site.ask(&options).refused, Some(Reason::MethodNotAllowed));
    assert_eq!(site.ask(&options.clone().with("origin", "https://a.example")).refused, Some(Reason::MethodNotAllowed));
    let with_body = preflight("/open/a", "GET").with("content-length", "3");
    assert_eq!(site.ask(&with_body).refused, Some(Reason::MethodNotAllowed), "no browser sends one with a body");
    assert_eq!(site.ask(&preflight("/open/a?_method=DELETE", "GET")).refused, Some(Reason::MethodOverridden));
    assert_eq!(site.ask(&preflight("/open/../a", "GET")).refused, Some(Reason::PathAmbiguous));
    assert_eq!(site.ask(&preflight("/open/nearby/", "GET")).refused, Some(Reason::PathNearGuarded));
    assert_eq!(site.ask(&preflight("/nothing", "GET")).refused, Some(Reason::NoRoute));
    assert_eq!(site.ask(&preflight("/me/a", "GET")).refused, Some(Reason::MethodNotAllowed), "elsewhere as it was");
    assert_eq!(site.ask(&preflight("/shared/a", "GET")).refused, Some(Reason::PreflightDenied));
}

#[test]
fn a_preflight_that_is_denied_grants_nothing_and_varies_by_origin() {
    for (origin, method) in [("https://app.example.org", "PUT"), ("https://any.example", "GET")] {
        let asked = Request::new("OPTIONS", "/shared/a").with("origin", origin);
        let handled = site().ask(&asked.with("access-control-request-method", method));
        assert_eq!(handled.refused, Some(Reason::PreflightDenied));
        let headers = &answer(&handled).headers;
        assert!(headers.contains(&("vary", "Origin".to_owned())), "{origin}: {headers:?}");
        assert!(headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{origin}: {headers:?}");
    }
}
