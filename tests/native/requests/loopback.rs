//! Whether a request is on loopback is a fact of the deployment. `Host` is what a client writes.

use edgegate_core::http::Deployment;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use proptest::prelude::*;
use serde_json::json;

use crate::support::{NOW, POLICY, Request, Site, admin_request, answer};

const PUBLISHED: &str = "demo-admin-key-0123456789abcdef";

fn hosts() -> impl Strategy<Value = String> {
    let name =
        "localhost|([a-z0-9]{1,5}\\.){1,2}localhost|127\\.[0-9]\\.[0-9]\\.[0-9]|\\[::1\\]|LOCALHOST|gate\\.example";
    (name, prop::option::of(1024u16..)).prop_map(|(name, port)| match port {
        Some(port) => format!("{name}:{port}"),
        None => name,
    })
}

fn with_published() -> Site {
    Site::with_secret(&World::at(NOW), POLICY, "ADMIN_KEY", PUBLISHED)
}

fn admin(address: &str) -> Request {
    let mut request = admin_request("token", &json!({"subject": "root"}));
    request.url = format!("{address}/.edgegate/admin/token");
    request.headers.retain(|(name, _)| name != "authorization");
    request.bearer(PUBLISHED)
}

proptest! {
    #[test]
    fn no_host_makes_a_deployment_a_local_one(host in hosts()) {
        let site = with_published();
        for path in ["/me/", "/files/a", "/account/", "/.edgegate/health", "/.edgegate/sign-in"] {
            let handled = site.ask(&Request::get(&format!("http://{host}{path}")));
            prop_assert_eq!(handled.refused, Some(Reason::TransportInsecure), "{}", path);
        }
        prop_assert_eq!(site.ask(&admin(&format!("http://{host}"))).refused, Some(Reason::TransportInsecure));
        prop_assert_eq!(site.ask(&admin(&format!("https://{host}"))).refused, Some(Reason::SecretMissing));
        let health = site.ask(&Request::get(&format!("https://{host}/.edgegate/health")));
        prop_assert!(!answer(&health).body.contains("missing_secrets"), "{}", answer(&health).body);
    }

    #[test]
    fn a_local_deployment_has_loopback_at_its_names_alone(host in hosts()) {
        let site = with_published().local();
        let is_loopback = !host.starts_with("gate.example");
        let handled = site.ask(&admin(&format!("http://{host}")));
        let expected = (!is_loopback).then_some(Reason::TransportInsecure);
        prop_assert_eq!(handled.refused, expected);
    }
}

#[test]
fn one_word_makes_a_deployment_local() {
    assert_eq!(Deployment::said(Some("true")), Deployment::Local);
    for said in [None, Some(""), Some("1"), Some("TRUE"), Some("true "), Some("yes"), Some("false")] {
        assert_eq!(Deployment::said(said), Deployment::Public, "{said:?}");
    }
    assert_eq!(Deployment::default(), Deployment::Public);
}
