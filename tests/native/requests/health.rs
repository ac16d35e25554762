//! `/.edgegate/health`: which policy answers, told to those who may know.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use serde_json::Value;

use crate::support::{NOW, POLICY, Request, Site, admin_request, answer};

fn site() -> Site {
    Site::new(&World::at(NOW), POLICY)
}

/// The request of an administrator, for the health and not for the API.
fn administrator() -> Request {
    let mut request = admin_request("nonce", &Value::Null);
    (request.method, request.body) = ("GET".to_owned(), Vec::new());
    request.url = Request::get("/.edgegate/health").url;
    request
}

#[test]
fn the_policy_is_named_to_an_administrator_alone() {
    let site = site();
    let told = |request: &Request| -> Value { serde_json::from_str(&answer(&site.ask(request)).body).unwrap() };
    let digest = site.gate.policy.digest.as_ref().unwrap().to_string();
    assert_eq!(told(&administrator())["policy"], digest.as_str());
    let stranger = told(&Request::get("/.edgegate/health"));
    assert_eq!(stranger["policy"], Value::Null);
    assert_eq!(stranger["single_use"], "ledger");
}

#[test]
fn a_wrong_key_is_refused_and_counted_as_the_admin_api_does() {
    let site = site();
    let guess =
        || site.ask(&Request::get("/.edgegate/health").bearer("wrong").with("cf-connecting-ip", "10.1.2.3")).refused;
    assert_eq!(guess(), Some(Reason::AdminKey));
    assert!(std::iter::repeat_with(guess).take(100).any(|refused| refused == Some(Reason::Throttled)));
}

/// A monitor may have a credential of its own.
#[test]
fn who_cannot_be_an_administrator_is_answered_as_everybody() {
    let site = site();
    let mut from_elsewhere = administrator();
    from_elsewhere.headers.retain(|(name, _)| name != "cf-connecting-ip");
    let basic = Request::get("/.edgegate/health")
        .with("authorization", "Basic bW9uaXRvcjp4")
        .with("cf-connecting-ip", "10.1.2.3");
    for request in [from_elsewhere.clone(), from_elsewhere.with("cf-connecting-ip", "192.0.2.1"), basic] {
        let handled = site.ask(&request);
        assert_eq!(handled.refused, None);
        assert!(!answer(&handled).body.contains("policy"), "{}", answer(&handled).body);
    }
}
