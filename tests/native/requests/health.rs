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
fn a_wrong_key_or_another_network_is_refused_as_the_admin_api_refuses_it() {
    let site = site();
    let ask = |request: &Request| site.ask(request).refused;
    let mut from_elsewhere = administrator();
    from_elsewhere.headers.retain(|(name, _)| name != "cf-connecting-ip");
    let from_elsewhere = from_elsewhere.with("cf-connecting-ip", "192.0.2.1");
    assert_eq!(
        ask(&Request::get("/.edgegate/health").bearer("wrong").with("cf-connecting-ip", "10.1.2.3")),
        Some(Reason::AdminKey)
    );
    assert_eq!(ask(&from_elsewhere), Some(Reason::AdminAddress));
    let guesses = std::iter::repeat_with(|| {
        ask(&Request::get("/.edgegate/health").bearer("guess").with("cf-connecting-ip", "10.9.9.9"))
    });
    assert!(guesses.take(100).any(|refused| refused == Some(Reason::Throttled)), "guesses are counted here, too");
}
