//! Several at once: refreshes, revocations, codes; dropped half way, over storage that fails and lags.

use core::future::Future;
use core::pin::Pin;
use std::collections::BTreeSet;

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults, Turns};
use proptest::prelude::*;

use super::flow::*;
use crate::support::{Request, Site, refusal};

/// Requests under way, one after the other at the isolates.
fn turns<'a>(sites: &'a [Site; 3], requests: &'a [Request]) -> Turns<'a, Handled> {
    let handle = |(at, request): (usize, &'a Request)| -> Pin<Box<dyn Future<Output = Handled> + 'a>> {
        Box::pin(sites[at % 3].check(request))
    };
    Turns::new(requests.iter().enumerate().map(handle))
}

fn slowly(sites: &[Site; 3]) {
    sites.iter().for_each(|site| site.ports.steps.set(true));
}

#[derive(Debug, Clone)]
enum Event {
    Step(usize),
    Kill(usize),
    Faults(usize, Faults),
}

fn events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let broken = |reason| [Fault::Fail(reason), Fault::Lost(reason)];
    let ledger = broken(Reason::LedgerUnavailable).map(|ledger| Faults { ledger, ..Faults::default() });
    let put = broken(Reason::VaultUnavailable).map(|put| Faults { put, ..Faults::default() });
    let get = broken(Reason::VaultUnavailable).map(|get| Faults { get, ..Faults::default() });
    let faults = prop::sample::select([[Faults::default(); 2], ledger, put, get].concat());
    prop::collection::vec(
        prop_oneof![
            12 => (0..6_usize).prop_map(Event::Step),
            1 => (0..6_usize).prop_map(Event::Kill),
            2 => (0..3_usize, faults).prop_map(|(site, faults)| Event::Faults(site, faults)),
        ],
        0..most,
    )
}

fn play<'a>(turns: &mut Turns<'a, Handled>, sites: &[Site; 3], events: Vec<Event>) {
    for event in events {
        match event {
            Event::Step(which) => turns.step(which),
            Event::Kill(which) => turns.kill(which),
            Event::Faults(site, faults) => sites[site].ports.faults.set(faults),
        }
    }
    sites.iter().for_each(|site| site.ports.faults.set(Faults::default()));
    turns.settle();
}

fn pairs(turns: &Turns<'_, Handled>) -> BTreeSet<Pair> {
    let gave_tokens = |handled: &&Handled| handled.refused.is_none() && !json(handled)["access_token"].is_null();
    turns.done.iter().flatten().filter(gave_tokens).map(pair).collect()
}

#[test]
fn a_hundred_refreshes_at_once_leave_one_pair_and_nobody_signed_out() {
    let (sites, _) = sites(&policy("10s"), 50);
    let first = shops_pair(&sites[0]);
    slowly(&sites);
    let requests = vec![refresh(&first.refresh); 100];
    let mut turns = turns(&sites, &requests);
    turns.settle();
    assert!(turns.done.iter().all(|done| done.as_ref().is_some_and(|handled| handled.refused.is_none())));
    let pairs = pairs(&turns);
    assert_eq!(pairs.len(), 1);
    for site in &sites {
        assert_eq!(call(site, "/me/", &pairs.first().unwrap().access), None);
        assert_eq!(call(site, "/strict/", &first.access), Some(Reason::TokenSuperseded));
    }
    let next = pair(&sites[1].ask(&refresh(&pairs.first().unwrap().refresh)));
    assert_eq!(call(&sites[2], "/me/", &next.access), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Answers may be lost and isolates may die, but a client that tries again in time is still signed in, and no second pair
    /// ever lives.
    #[test]
    fn a_client_that_tries_again_gets_the_one_successor(lag in 0..60_u64, events in events(120)) {
        let (sites, world) = sites(&policy("60s"), lag);
        let first = shops_pair(&sites[0]);
        slowly(&sites);
        let requests = vec![refresh(&first.refresh); 6];
        let mut turns = turns(&sites, &requests);
        play(&mut turns, &sites, events);
        let mut pairs = pairs(&turns);
        prop_assume!(world.clock.get() < crate::support::NOW + 50); // KV's one write a second takes its time
        let again = sites[2].ask(&refresh(&first.refresh));
        prop_assert_eq!(again.refused, None);
        pairs.insert(pair(&again));
        prop_assert_eq!(pairs.len(), 1);
        for site in &sites {
            prop_assert_eq!(call(site, "/strict/", &pairs.first().unwrap().access), None);
            prop_assert_eq!(call(site, "/strict/", &first.access), Some(Reason::TokenSuperseded));
        }
    }

    /// A code is redeemed at most once, and where it came twice nothing that it gave stays good.
    #[test]
    fn of_many_that_redeem_a_code_at_most_one_gets_tokens(lag in 0..60_u64, events in events(120)) {
        let (sites, _) = sites(&policy("10s"), lag);
        let code = shops_code(&sites[0]);
        slowly(&sites);
        let requests = vec![redeem(&code); 6];
        let mut turns = turns(&sites, &requests);
        play(&mut turns, &sites, events);
        let pairs = pairs(&turns);
        prop_assert!(pairs.len() <= 1);
        let came_twice = sites[1].ask(&redeem(&code)).refused;
        // If no claim took effect, this one is the first.
        if came_twice == Some(Reason::CodeReplayed) {
            for pair in &pairs {
                for site in &sites {
                    prop_assert_eq!(call(site, "/strict/", &pair.access), Some(Reason::TokenRevoked));
                    prop_assert_eq!(refusal(&site.ask(&refresh(&pair.refresh))), Some(Reason::RefreshRevoked));
                }
            }
        }
    }

    /// A refresh on its way must not bring a grant back that was revoked meanwhile.
    #[test]
    fn a_revocation_stands_whatever_is_under_way(lag in 0..60_u64, order in prop::collection::vec(0..6_usize, 0..120)) {
        let (sites, world) = sites(&policy("10s"), lag);
        let first = shops_pair(&sites[0]);
        world.pass(200);
        slowly(&sites);
        let mut requests = vec![refresh(&first.refresh); 5];
        requests.push(revoke(&first.refresh));
        let mut turns = turns(&sites, &requests);
        order.into_iter().for_each(|which| turns.step(which));
        turns.settle();
        prop_assert_eq!(turns.done[5].as_ref().unwrap().refused, None);
        for pair in pairs(&turns).iter().chain([&first]) {
            for site in &sites {
                prop_assert_eq!(call(site, "/strict/", &pair.access), Some(Reason::TokenRevoked));
                prop_assert_eq!(refusal(&site.ask(&refresh(&pair.refresh))), Some(Reason::RefreshRevoked));
            }
        }
        world.pass(lag + 60);
        let dead = |values: &Vec<String>| values.last().is_some_and(|value| value.contains("\"revoked\":true"));
        for (key, values) in world.writes().iter().filter(|(key, _)| key.starts_with("egg:")) {
            prop_assert!(dead(values), "{}: {:?}", key, values);
        }
    }
}

#[test]
fn a_new_access_token_works_at_once_wherever_kv_lags_and_an_old_one_dies_within_the_bound() {
    let (sites, world) = sites(&policy("10s"), 60);
    let first = shops_pair(&sites[0]);
    world.pass(3600);
    sites.iter().for_each(|site| assert_eq!(call(site, "/me/", &first.access), None));
    let second = pair(&sites[0].ask(&refresh(&first.refresh)));
    sites.iter().for_each(|site| assert_eq!(call(site, "/me/", &second.access), None));
    assert_eq!(call(&sites[0], "/me/", &first.access), Some(Reason::TokenSuperseded));
    world.pass(60 + 30 + 30);
    sites.iter().for_each(|site| assert_eq!(call(site, "/me/", &first.access), Some(Reason::TokenSuperseded)));
}

/// Without the Ledger two at the same moment can both pass; one after the other they cannot.
#[test]
fn best_effort_still_rotates_and_tells_a_retry_from_a_theft() {
    let (sites, world) = sites(&policy_with("10s", "best-effort", ""), 0);
    let first = shops_pair(&sites[0]);
    let second = pair(&sites[0].ask(&refresh(&first.refresh)));
    assert_eq!(pair(&sites[1].ask(&refresh(&first.refresh))), second);
    assert_eq!(call(&sites[0], "/me/", &first.access), Some(Reason::TokenSuperseded));
    world.pass(70);
    assert_eq!(refusal(&sites[2].ask(&refresh(&first.refresh))), Some(Reason::RefreshReused));
    world.pass(70);
    sites.iter().for_each(|site| assert_eq!(call(site, "/me/", &second.access), Some(Reason::TokenRevoked)));
    assert_eq!(refusal(&sites[2].ask(&redeem(&shops_code(&sites[0])))), None);
}

#[test]
fn best_effort_takes_two_at_once_in_one_isolate_for_a_retry_not_a_theft() {
    let (sites, _) = sites(&policy_with("10s", "best-effort", ""), 0);
    let first = shops_pair(&sites[0]);
    slowly(&sites);
    let request = refresh(&first.refresh);
    let attempt = |_| -> Pin<Box<dyn Future<Output = Handled> + '_>> { Box::pin(sites[0].check(&request)) };
    let mut turns = Turns::new((0..3).map(attempt));
    turns.settle();
    let said: Vec<_> = turns.done.iter().map(|handled| refusal(handled.as_ref().unwrap())).collect();
    assert_eq!(said, [None; 3]);
    let pairs = pairs(&turns);
    assert_eq!(pairs.len(), 1);
    assert_eq!(call(&sites[0], "/me/", &pairs.first().unwrap().access), None);
}
