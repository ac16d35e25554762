//! An isolate that has no keys of an issuer, or not the newest: a client with a good token is let in, and the issuer is
//! asked a few times, under any interleaving, even if some clients leave half way.

use core::future::Future;
use core::pin::Pin;

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults, Turns, finish};
use proptest::prelude::*;

use crate::support::oauth::{jwt, keys, keys_of};
use crate::support::{NOW, Request, Site};

/// A good token of the issuer, another one each time.
fn token(number: usize, key: &str) -> Request {
    with_key_id(number, key, key)
}

fn with_key_id(number: usize, id: &str, key: &str) -> Request {
    Request::get("/partner/a").bearer(&jwt(NOW, &format!("header.kid={id} by={key} jti={number}")))
}

/// An isolate whose operations take a while, and that can be asked in parts.
fn site(document: &str) -> Site {
    let site = Site::alone();
    site.ports.steps.set(true);
    publish(&site, document);
    site
}

fn publish(site: &Site, document: &str) {
    site.ports.documents.borrow_mut().insert("/keys".to_owned(), (200, document.to_owned()));
}

fn upstream(site: &Site, fault: Fault) {
    site.ports.faults.set(Faults { upstream: fault, ..site.ports.faults.get() });
}

fn asked(site: &Site) -> u32 {
    site.ports.spent.get().upstream
}

fn at_once<'a>(site: &'a Site, requests: &'a [Request]) -> Turns<'a, Handled> {
    Turns::new(
        requests.iter().map(|request| Box::pin(site.check(request)) as Pin<Box<dyn Future<Output = Handled> + 'a>>),
    )
}

fn refusals(turns: &Turns<'_, Handled>) -> Vec<Option<Reason>> {
    turns.done.iter().flatten().map(|handled| handled.refused).collect()
}

#[test]
fn a_hundred_at_once_in_a_cold_isolate_are_let_in_and_the_issuer_is_asked_once() {
    let site = site(&keys());
    let requests: Vec<Request> = (0..100).map(|number| token(number, "issuer")).collect();
    let mut turns = at_once(&site, &requests);
    turns.settle();
    assert_eq!(refusals(&turns), [None; 100]);
    assert_eq!(asked(&site), 1);
}

#[test]
fn a_new_key_is_taken_within_a_moment_of_the_last_fetch() {
    let site = site(&keys());
    assert_eq!(site.ask(&token(0, "issuer")).refused, None);
    publish(&site, &keys_of(&["issuer", "next"]));
    let requests: Vec<Request> = (0..50).map(|number| token(number, "next")).collect();
    let mut turns = at_once(&site, &requests);
    turns.settle();
    assert_eq!(refusals(&turns), [None; 50]);
    assert_eq!(asked(&site), 2);
}

// The answer of a fetch that was under way already may be older than the key.
#[test]
fn a_key_that_was_published_while_keys_are_fetched_is_found() {
    let site = site(&keys());
    assert_eq!(site.ask(&token(0, "issuer")).refused, None);
    site.ports.world.pass(10);
    let requests = [with_key_id(1, "made-up", "issuer"), token(2, "next")];
    let mut turns = at_once(&site, &requests);
    // The issuer has been asked, and its answer is on the way.
    while asked(&site) < 2 {
        turns.step(0);
    }
    turns.step(0);
    turns.step(1);
    publish(&site, &keys_of(&["issuer", "next"]));
    turns.settle();
    assert_eq!(refusals(&turns), [Some(Reason::JwtKeyUnknown), None]);
    assert_eq!(asked(&site), 3);
}

#[test]
fn made_up_key_ids_make_few_wait_and_cause_few_fetches() {
    let site = site(&keys());
    assert_eq!(site.ask(&token(0, "issuer")).refused, None);
    let strangers: Vec<Request> =
        (0..500).map(|number| with_key_id(number, &format!("made-up-{number}"), "issuer")).collect();
    let mut turns = at_once(&site, &strangers);
    (0..500).for_each(|which| turns.step(which));
    assert_eq!(turns.done.iter().filter(|done| done.is_none()).count(), 128);
    turns.settle();
    assert_eq!(refusals(&turns), [Some(Reason::JwtKeyUnknown); 500]);
    assert_eq!(asked(&site), 2);
    assert_eq!(site.ask(&token(1, "issuer")).refused, None, "a key that is known waits for nobody");
}

#[test]
fn an_issuer_that_fails_is_not_asked_by_all_who_wait() {
    let site = site("none");
    let requests: Vec<Request> = (0..40).map(|number| token(number, "issuer")).collect();
    let mut turns = at_once(&site, &requests);
    turns.settle();
    assert_eq!(refusals(&turns), [Some(Reason::KeysUnavailable); 40]);
    assert_eq!(asked(&site), 1);
    for number in 0..20 {
        assert_eq!(site.ask(&token(number, "issuer")).refused, Some(Reason::KeysUnavailable));
    }
    assert_eq!(asked(&site), 8, "in three seconds");
    publish(&site, &keys());
    site.ports.world.pass(3);
    assert_eq!(site.ask(&token(1, "issuer")).refused, None);
}

// On the platform a client that leaves may take its request with it so that nothing is dropped.
#[test]
fn a_fetch_that_never_ends_is_begun_again_by_one_that_waits() {
    let site = site(&keys());
    upstream(&site, Fault::Hang);
    let stranger = [token(0, "issuer")];
    let mut left = at_once(&site, &stranger);
    while asked(&site) == 0 {
        left.step(0);
    }
    left.step(0);
    upstream(&site, Fault::Ok);
    let requests: Vec<Request> = (1..40).map(|number| token(number, "issuer")).collect();
    let mut turns = at_once(&site, &requests);
    turns.settle();
    assert_eq!(refusals(&turns), [None; 39]);
    assert_eq!(asked(&site), 2);
}

#[test]
fn a_clock_that_was_ahead_for_one_request_holds_up_no_other() {
    let site = site(&keys());
    site.ports.world.clock.set(NOW + 3000);
    assert_eq!(site.ask(&token(0, "issuer")).refused, None);
    site.ports.world.clock.set(NOW);
    publish(&site, &keys_of(&["issuer", "next"]));
    assert_eq!(site.ask(&token(1, "next")).refused, None);
}

#[test]
fn keys_are_fetched_again_when_their_time_is_over() {
    let site = site(&keys());
    for (seconds, fetches) in [(0, 1), (599, 1), (1, 2), (599, 2)] {
        site.ports.world.pass(seconds);
        assert_eq!(site.ask(&token(0, "issuer")).refused, None);
        assert_eq!(asked(&site), fetches);
    }
}

#[test]
fn keys_that_are_old_go_on_while_newer_ones_cannot_be_had() {
    let site = site(&keys());
    assert_eq!(site.ask(&token(0, "issuer")).refused, None);
    site.ports.world.pass(601);
    upstream(&site, Fault::Fail(Reason::OriginUnavailable));
    let requests: Vec<Request> = (1..40).map(|number| token(number, "issuer")).collect();
    let mut turns = at_once(&site, &requests);
    turns.settle();
    assert_eq!((refusals(&turns), asked(&site)), (vec![None; 39], 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    // In each round all take a step, so that time passes for all alike; up to three leave, each at any step.
    #[test]
    fn clients_that_stay_are_let_in_when_others_leave(
        first in prop::collection::vec(0..12_usize, 1..40),
        leaves in prop::collection::vec((0..12_usize, 0..40_usize), 0..4),
        is_cold in any::<bool>(),
    ) {
        let site = site(&keys());
        if !is_cold {
            prop_assert_eq!(site.ask(&token(100, "issuer")).refused, None);
        }
        publish(&site, &keys_of(&["issuer", "next"]));
        let before = asked(&site);
        let requests: Vec<Request> = (0..12).map(|number| token(number, "next")).collect();
        let mut turns = at_once(&site, &requests);
        for (round, first) in first.into_iter().enumerate() {
            leaves.iter().filter(|(_, when)| *when == round).for_each(|(who, _)| turns.kill(*who));
            (0..12).for_each(|next| turns.step(first + next));
        }
        turns.settle();
        let stayed = (0..12).filter(|who| leaves.iter().all(|(left, _)| left != who));
        for who in stayed {
            prop_assert_eq!(turns.done[who].as_ref().map(|handled| handled.refused), Some(None));
        }
        let fetches = asked(&site) - before;
        prop_assert!(fetches as usize <= 1 + leaves.len(), "{} fetches, {} left", fetches, leaves.len());
    }
}

#[test]
fn a_token_that_others_ask_about_is_asked_about_by_no_more_than_may_at_once() {
    let site = Site::alone();
    site.ports.steps.set(true);
    let told = r#"{"active":true,"sub":"jo","aud":"https://gate.example.org"}"#;
    site.ports.documents.borrow_mut().insert("/introspect".to_owned(), (200, told.to_owned()));
    let requests = vec![Request::get("/asked/a").bearer("an-opaque-token-of-the-oracle"); 60];
    let mut turns = at_once(&site, &requests);
    turns.settle();
    assert_eq!(refusals(&turns), [None; 60]);
    assert!(asked(&site) <= 20, "{} questions", asked(&site));
    assert!(finish(site.check(&requests[0])).is_some_and(|handled| handled.refused.is_none()));
}
