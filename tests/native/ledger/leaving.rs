//! Clients that leave: their request is dropped where it waits, at any await. Nothing of it counts as under way afterwards,
//! and nobody else waits for it.

use core::future::Future;
use core::pin::Pin;

use edgegate_core::exchange::Handled;
use edgegate_core::testing::{Turns, World, poll_at_most};
use proptest::prelude::*;
use serde_json::json;

use crate::support::luminate::client;
use crate::support::schemes::basic;
use crate::support::{NOW, POLICY, Request, Site, is_granted};

const ACTIVE: &str = r#"{"active":true,"sub":"jo","aud":"https://gate.example.org"}"#;

fn site() -> Site {
    let route = "\n[[routes]]\nname = \"by-basic\"\npath = \"/by-basic/*\"\naccept = [\"basic\"]\nforward = { origin = \"site\" }\n";
    let site = Site::new(&World::at(NOW), &format!("{POLICY}{route}"));
    let question = json!({"account": "jo", "password": "right"}).to_string();
    site.ports.rights.borrow_mut().push(question);
    site.ports.documents.borrow_mut().insert("/introspect".to_owned(), (200, ACTIVE.to_owned()));
    site.ports.steps.set(true);
    site
}

fn by_password(password: &str) -> Request {
    Request::get("/by-basic/a").with("authorization", &format!("Basic {}", basic("jo", password)))
}

fn by_token(token: &str) -> Request {
    Request::get("/asked/").bearer(token).with("cf-connecting-ip", "192.0.2.7")
}

/// Requests of which somebody else is asked something.
fn requests() -> Vec<Request> {
    vec![
        by_password("right"),
        by_password("wrong"),
        by_token("opaque-4711"),
        by_token("opaque-4712"),
        Request::new("POST", "/.edgegate/sign-in").form("account=jo&password=right"),
        client("login", "&user_name=jo&password=right"),
    ]
}

#[test]
fn a_request_that_is_dropped_at_any_await_leaves_nothing_under_way() {
    for request in requests() {
        let mut polls = 0;
        loop {
            let site = site();
            let done = poll_at_most(site.check(&request), polls);
            assert_eq!(site.gate.under_way(), 0, "{request:?}, dropped after {polls} polls");
            let right = by_password("right");
            let right = site.check(&right);
            assert!(is_granted(&poll_at_most(right, 200).expect("nobody waits for one that left")));
            if done.is_some() {
                break;
            }
            polls += 1;
        }
        assert!(polls > 2, "{request:?} waits for something");
    }
}

#[test]
fn seventy_questions_that_were_begun_and_left_shut_no_network_out() {
    let site = site();
    for number in 0..70 {
        let left = by_token(&format!("opaque-{number}"));
        assert!(poll_at_most(site.check(&left), 2).is_none());
    }
    let handled = poll_at_most(site.check(&by_token("opaque-4711")), 20).expect("there is room at once");
    assert_eq!(handled.refused, None);
}

#[test]
fn a_question_under_way_outlives_the_minute_of_its_network() {
    let site = site();
    let token = by_token("opaque-1");
    let mut asking = Box::pin(site.check(&token));
    assert!(poll_at_most(asking.as_mut(), 2).is_none());
    assert_eq!(site.gate.under_way(), 1);
    site.ports.world.clock.set(NOW + 61);
    let other = by_token("opaque-2");
    assert!(poll_at_most(site.check(&other), 20).is_some());
    assert_eq!(site.gate.under_way(), 1);
    drop(asking);
    assert_eq!(site.gate.under_way(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_under_way_once_all_were_answered_or_left(
        chosen in prop::collection::vec(0_usize..6, 1..12),
        moves in prop::collection::vec((0_usize..12, any::<bool>()), 0..200),
    ) {
        let site = site();
        let all = requests();
        let one = |at: &usize| -> Pin<Box<dyn Future<Output = Handled> + '_>> { Box::pin(site.check(&all[*at])) };
        let mut turns = Turns::new(chosen.iter().map(one));
        for (which, kills) in moves {
            match kills && which % 3 == 0 {
                true => turns.kill(which),
                false => turns.step(which),
            }
        }
        turns.settle();
        drop(turns);
        prop_assert_eq!(site.gate.under_way(), 0);
    }
}
