//! A consent that is remembered: the same is not asked again, and whatever differs is.

use edgegate_core::testing::World;
use serde_json::json;

use super::{ended, session_of};
use crate::support::oauth::{authorization, code, consent};
use crate::support::{NOW, POLICY, Request, Site, answer};

const SHOP: &str = "https://shop.example/cb";

fn site() -> Site {
    Site::new(&World::at(NOW), &POLICY.replace("[oauth]\n", "[oauth]\nremember_consent = \"30d\"\n"))
}

/// Allows it, as a person does who is asked.
fn allow(site: &Site, session: &str, address: &str) {
    code(site, address, session, &consent(site, address, session));
}

/// Whether the browser goes back with a code and no question; else it has the page.
fn is_silent(site: &Site, session: &str, address: &str) -> bool {
    let handled = site.ask(&Request::get(address).session(session));
    let answer = answer(&handled);
    match answer.status {
        302 => answer.headers.iter().any(|(name, value)| *name == "location" && value.contains("code=egc_")),
        200 => !answer.body.contains("name=\"consent\""),
        other => panic!("{other}: {:?}", handled.refused),
    }
}

#[test]
fn the_same_or_less_is_not_asked_again() {
    let site = site();
    let (jo, sam) = (session_of(&site, "jo"), session_of(&site, "sam"));
    let address = authorization("shop", SHOP, "scope=read+write");
    assert!(!is_silent(&site, &jo, &address));
    site.ports.world.pass(61); // a miss is cached
    allow(&site, &jo, &address);
    assert!(is_silent(&site, &jo, &address));
    assert!(is_silent(&site, &session_of(&site, "jo"), &authorization("shop", SHOP, "scope=read")), "another session");
    for (why, session, address) in [
        ("another person", &sam, address.clone()),
        ("another address", &jo, authorization("shop", "https://shop.example/other", "scope=read")),
        ("another client", &jo, authorization("till", "https://till.example/cb", "scope=read")),
        ("the client wants the page", &jo, format!("{address}&prompt=consent")),
        ("and other things", &jo, format!("{address}&prompt=login+consent")),
    ] {
        assert!(!is_silent(&site, session, &address), "{why}");
    }
    let handled = site.ask(&Request::get(&address).session(&jo).with("sec-purpose", "prefetch"));
    assert_eq!(answer(&handled).status, 200, "nobody went there");
    site.ports.world.pass(30 * 86_400);
    assert!(!is_silent(&site, &session_of(&site, "jo"), &address), "it is too long ago");
}

#[test]
fn more_is_asked() {
    let site = site();
    let jo = session_of(&site, "jo");
    let me = "https://gate.example.org/me";
    allow(&site, &jo, &authorization("shop", SHOP, &format!("scope=read&resource={me}")));
    let asks = |more: &str| !is_silent(&site, &jo, &authorization("shop", SHOP, more));
    assert!(!asks(&format!("scope=read&resource={me}")));
    assert!(asks(&format!("scope=read+write&resource={me}")), "another scope");
    assert!(asks("scope=read"), "every resource");
    assert!(asks("scope=read&resource=https://gate.example.org/read"), "another resource");
}

#[test]
fn who_signed_out_allows_nothing() {
    let world = World::at(NOW);
    let text = POLICY.replace("[oauth]\n", "[oauth]\nremember_consent = \"30d\"\n");
    let (site, elsewhere) = (Site::new(&world, &text), Site::new(&world, &text));
    let jo = session_of(&site, "jo");
    let address = authorization("shop", SHOP, "scope=read");
    allow(&site, &jo, &address);
    assert!(is_silent(&elsewhere, &jo, &address));
    site.ask(&Request::new("POST", "/.edgegate/sign-out").session(&jo));
    let handled = elsewhere.ask(&Request::get(&address).session(&jo));
    assert_eq!(answer(&handled).status, 303, "to the sign-in page, though this isolate knew the session");
}

#[test]
fn an_application_that_anybody_can_pass_for_is_always_asked_about() {
    let site = site();
    let jo = session_of(&site, "jo");
    let address = authorization("phone", "org.example.phone:/cb", "");
    allow(&site, &jo, &address);
    assert!(!is_silent(&site, &jo, &address));
}

#[test]
fn ending_the_grant_forgets_it() {
    let site = site();
    let jo = session_of(&site, "jo");
    super::grant(&site, &jo);
    let address = authorization("shop", SHOP, "");
    assert!(is_silent(&site, &jo, &address));
    assert_eq!(ended(&site, "grant", &json!({"subject": "jo"})), 1);
    assert!(!is_silent(&site, &jo, &address));
}

#[test]
fn nothing_is_remembered_unless_the_policy_says_so() {
    let site = Site::alone();
    let jo = session_of(&site, "jo");
    let address = authorization("shop", SHOP, "scope=read");
    allow(&site, &jo, &address);
    assert!(!is_silent(&site, &jo, &address));
    let keys = site.ports.world.writes();
    assert!(keys.keys().any(|key| key.starts_with("ofs:")) && !keys.keys().any(|key| key.starts_with("ofc:")));
}
