//! How long a session lives, seen from three isolates in two locations whose KV lags.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use proptest::prelude::*;
use serde_json::json;

use crate::support::{NOW, POLICY, Request, Site, is_granted, set_cookies};

/// `[session]` of the fixture's policy.
const IDLE: u64 = 600;
const ABSOLUTE: u64 = 6 * 3600;
/// KV's lag and its cache in the model.
const LAG: u64 = 60;
const KV_CACHE: u64 = 30;
/// What a session surely survives: a note is made once per fifth of the idle limit, and may be seen late.
const SURE: u64 = IDLE - IDLE / 5 - LAG - KV_CACHE;

fn house() -> ([Site; 3], Request) {
    let world = World::at(NOW);
    world.lag.set(LAG);
    let here = Site::new(&world, POLICY);
    let beside = Site::beside(&here.ports, POLICY);
    let elsewhere = Site::new(&world, POLICY);
    let request = Request::get("/account/").session(&here.session());
    ([here, beside, elsewhere], request)
}

fn visits(gap: impl Strategy<Value = u64>) -> impl Strategy<Value = Vec<(usize, u64)>> {
    prop::collection::vec((0..3_usize, gap), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_session_in_use_lives_until_its_absolute_end(visits in visits(0..=SURE)) {
        let (sites, request) = house();
        let world = &sites[0].ports.world;
        for (site, gap) in visits {
            world.pass(gap);
            let expected = if world.clock.get() < NOW + ABSOLUTE { None } else { Some(Reason::SessionExpired) };
            prop_assert_eq!(sites[site].ask(&request).refused, expected, "after {} s", world.clock.get() - NOW);
        }
    }

    #[test]
    fn a_session_never_outlives_its_absolute_end(visits in visits(0..1200_u64), late in 0..100_000_u64) {
        let (sites, request) = house();
        for (site, gap) in visits {
            sites[0].ports.world.pass(gap);
            sites[site].ask(&request);
        }
        sites[0].ports.world.clock.set(NOW + ABSOLUTE + late);
        for site in &sites {
            let (handled, storage) = site.cost(&request);
            prop_assert_eq!((handled.refused, storage), (Some(Reason::SessionExpired), 0));
        }
    }

    #[test]
    fn a_session_left_alone_ends_everywhere_and_stays_ended(visits in visits(0..=SURE), more in 1..2000_u64, after in visits(0..400_u64)) {
        let (sites, request) = house();
        let world = &sites[0].ports.world;
        for (site, gap) in visits {
            world.pass(gap);
            sites[site].ask(&request);
        }
        world.pass(IDLE + more);
        for (site, gap) in after {
            let ended = sites[site].ask(&request).refused;
            prop_assert!(matches!(ended, Some(Reason::SessionIdle | Reason::SessionExpired)), "{ended:?}");
            world.pass(gap);
        }
    }

    #[test]
    fn a_session_in_use_is_noted_at_most_once_per_fifth_and_isolate(gaps in prop::collection::vec(0..30_u64, 1..200)) {
        let (sites, request) = house();
        let before = sites[0].ports.spent.get().puts;
        let start = sites[0].ports.world.clock.get();
        for gap in gaps {
            sites[0].ports.world.pass(gap);
            prop_assert!(is_granted(&sites[0].ask(&request)));
        }
        let passed = sites[0].ports.world.clock.get() - start;
        let puts = sites[0].ports.spent.get().puts - before;
        prop_assert!(u64::from(puts) <= passed / (IDLE / 5), "{puts} notes in {passed} s");
    }
}

/// A request of somebody's session with a nonce for somebody else, and what becomes of it.
fn nonce_over_a_session(route: &str) -> (Site, Request, Option<String>, Vec<String>) {
    let ([site, ..], old) = house();
    site.ports.world.pass(1);
    let body = json!({"subject": "sam", "route": route});
    let nonce = site.admin("nonce", &body)["nonce"].as_str().unwrap().to_owned();
    let cookie = old.headers[0].1.clone();
    let path = format!("/{route}/?NONCE_TOKEN={nonce}&eg_confirm=1");
    let handled = site.ask(&Request::new("POST", &path).with("cookie", &cookie));
    let subject = handled.identity.as_ref().and_then(|identity| identity.subject.clone());
    let cookies = set_cookies(&handled);
    (site, old, subject, cookies)
}

#[test]
fn a_nonce_for_somebody_else_ends_the_session_before() {
    let (site, old, subject, cookies) = nonce_over_a_session("confirm");
    assert_eq!((subject.as_deref(), cookies.len()), (Some("sam"), 2));
    assert_eq!(site.ask(&old).refused, Some(Reason::SessionRevoked));
}

// A session is asked last wherever the policy writes it, so that it cannot hide a nonce.
#[test]
fn a_nonce_for_somebody_else_ends_the_session_before_whatever_the_order() {
    let (site, old, subject, cookies) = nonce_over_a_session("account");
    assert_eq!((subject.as_deref(), cookies.len()), (Some("sam"), 2));
    assert_eq!(site.ask(&old).refused, Some(Reason::SessionRevoked));
}

// The cookie of a session that has ended does not keep its owner from a fresh nonce.
#[test]
fn a_nonce_opens_a_session_in_place_of_one_that_has_ended() {
    for route in ["account", "confirm"] {
        let ([site, ..], old) = house();
        site.ports.world.pass(IDLE + 1);
        let nonce = site.nonce(route);
        let path = format!("/{route}/?NONCE_TOKEN={nonce}&eg_confirm=1");
        let handled = site.ask(&Request::new("POST", &path).with("cookie", &old.headers[0].1));
        assert!(is_granted(&handled), "{route}: {:?}", handled.refused);
    }
}

#[test]
fn the_cookie_is_what_a_session_cookie_should_be() {
    let site = Site::alone();
    let nonce = site.nonce("account");
    let cookies = set_cookies(&site.ask(&Request::get(&format!("/account/?NONCE_TOKEN={nonce}"))));
    let [cookie, _token] = cookies.as_slice() else { panic!("{cookies:?}") };
    let (value, attributes) = cookie.split_once("; ").unwrap();
    assert!(value.starts_with("__Host-edgegate=egs_seal-1_"));
    assert_eq!(attributes, format!("Path=/; Max-Age={ABSOLUTE}; Secure; HttpOnly; SameSite=Lax"));
}

// A poll beside a second sign-in: the old cookie's late 401 must not take the new session with it.
#[test]
fn a_late_refusal_leaves_a_newer_session() {
    for (end, reason) in [
        ("revoked", Reason::SessionRevoked),
        ("idle", Reason::SessionIdle),
        ("expired", Reason::SessionExpired),
        ("forged", Reason::SessionForged),
    ] {
        let site = Site::alone();
        let old = match end {
            "forged" => format!("egs_seal-9_{}", "A".repeat(62)),
            _ => site.session(),
        };
        match end {
            "revoked" => drop(site.admin("session/revoke", &json!({ "session": old }))),
            "idle" => site.ports.world.pass(IDLE + 1),
            "expired" => site.ports.world.pass(ABSOLUTE),
            _ => {}
        }
        let refused = site.ask(&Request::get("/account/").session(&old));
        assert_eq!(refused.refused, Some(reason));
        let new = site.session();
        let late: Vec<String> = set_cookies(&refused);
        assert!(late.iter().all(|cookie| cookie.starts_with("__Host-edgegate-aside=")), "{late:?}");
        let mark = late[0].split(';').next().unwrap();
        let both = |value: &str| Request::get("/account/").with("cookie", &format!("{mark}; __Host-edgegate={value}"));
        assert_eq!(site.ask(&both(&new)).refused, None, "{end}: the newer one survives");
        let (again, storage) = site.cost(&both(&old));
        assert_eq!((again.refused, storage), (Some(Reason::CredentialMissing), 0), "{end}: the old one is gone");
        assert!(set_cookies(&again).is_empty());
    }
}
