//! A Ledger that fails, loses answers or gets questions late spoils nothing: what it was never known to have granted is not
//! spent, and nobody who comes again is taken for a thief.

use core::future::Future as _;
use edgegate_core::exchange::Handled;
use edgegate_core::ports::{ClaimKey, Claimed};
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Claim, Fault, Faults, Shards, finish, poll_at_most};
use proptest::prelude::*;

use crate::oauth::flow::{self, Pair, code, json, pair, policy, post, shops_code, sites};
use crate::support::{Request, Site};

const SOMETIMES: Faults = Faults {
    ledger: Fault::Sometimes(Reason::LedgerUnavailable),
    get: Fault::Ok,
    put: Fault::Ok,
    entropy: Fault::Ok,
    limiter: Fault::Ok,
    upstream: Fault::Ok,
    signer: Fault::Ok,
    body: Fault::Ok,
    binding: Fault::Ok,
};
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const PKCE: &str = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

/// A code for a client that shows a verifier, and the request that redeems it.
fn proven(site: &Site) -> Request {
    let back = "redirect_uri=https%3A%2F%2Fapp.example%2Fcb";
    let code = code(site, &format!("response_type=code&client_id=app&{back}&{PKCE}"));
    post("token", "app", &format!("grant_type=authorization_code&code={code}&{back}&code_verifier={VERIFIER}"))
}

/// Asks until there is an answer that is not about a store, at one isolate after the other. `is_lost`: whether the client
/// gets an answer at all, and else asks once more.
fn insist(sites: &[Site; 3], request: &Request, mut is_lost: impl FnMut() -> bool) -> Handled {
    for tries in 0..50 {
        let handled = sites[tries % 3].ask(request);
        if handled.refused != Some(Reason::LedgerUnavailable) && !is_lost() {
            return handled;
        }
    }
    panic!("fifty times without an answer")
}

#[test]
fn with_one_ledger_call_in_ten_failing_nobody_is_taken_for_a_thief() {
    let (sites, world) = sites(&policy("10s"), 0);
    let (mut codes, mut refreshes) = (0, 0);
    for round in 0..600 {
        sites.iter().for_each(|site| site.ports.faults.set(Faults::default()));
        // One without PKCE cannot be told from a thief once it was answered; what was refused it may ask again.
        let is_proven = round % 2 == 0;
        let request = if is_proven { proven(&sites[0]) } else { flow::redeem(&shops_code(&sites[0])) };
        sites.iter().for_each(|site| site.ports.faults.set(SOMETIMES));
        let handled = insist(&sites, &request, || is_proven && world.draw() % 10 == 0);
        assert_eq!(handled.refused, None, "round {round}");
        codes += 1;
        let mut tokens = pair(&handled);
        for _ in 0..3 {
            world.pass(3600);
            let client = if is_proven { "app" } else { "shop" };
            let request = post("token", client, &format!("grant_type=refresh_token&refresh_token={}", tokens.refresh));
            let handled = insist(&sites, &request, || world.draw() % 10 == 0);
            assert_eq!(handled.refused, None, "round {round}");
            tokens = pair(&handled);
            refreshes += 1;
        }
    }
    assert_eq!((codes, refreshes), (600, 1800));
}

#[test]
fn a_code_that_comes_again_from_its_own_flow_gets_the_same_tokens_and_later_it_is_a_theft() {
    let (sites, world) = sites(&policy("10s"), 30);
    let request = proven(&sites[0]);
    let first = pair(&sites[0].ask(&request));
    for site in [&sites[1], &sites[2], &sites[0]] {
        world.pass(3);
        assert_eq!(pair(&site.ask(&request)), first);
    }
    assert_eq!(flow::call(&sites[2], "/strict/", &first.access), None);
    world.pass(1);
    assert_eq!(sites[1].ask(&request).refused, Some(Reason::CodeReplayed));
    assert_eq!(flow::call(&sites[2], "/strict/", &first.access), Some(Reason::TokenRevoked));
}

#[test]
fn a_code_that_comes_again_after_a_refresh_brings_the_old_tokens_back_nowhere() {
    let (sites, world) = sites(&policy("10s"), 0);
    let request = proven(&sites[0]);
    let first = pair(&sites[0].ask(&request));
    world.pass(2);
    let form = format!("grant_type=refresh_token&refresh_token={}", first.refresh);
    let second = pair(&sites[0].ask(&post("token", "app", &form)));
    world.pass(2);
    assert_eq!(pair(&sites[2].ask(&request)), first);
    world.pass(120);
    for site in &sites {
        assert_eq!(flow::call(site, "/me/", &second.access), None);
        assert_eq!(flow::call(site, "/me/", &first.access), Some(Reason::TokenSuperseded));
    }
}

/// A claim may be answered seconds after it was asked for. The client has the whole window from then on.
#[test]
fn the_window_of_a_retry_begins_when_the_claim_is_answered() {
    let (sites, world) = sites(&policy("10s"), 0);
    let first = pair(&sites[0].ask(&proven(&sites[0])));
    let form = format!("grant_type=refresh_token&refresh_token={}", first.refresh);
    world.pass(60);
    let (redeemed, refreshed) = (proven(&sites[0]), post("token", "app", &form));
    for request in [redeemed, refreshed] {
        sites[0].ports.steps.set(true);
        // It waits for the Ledger for nine seconds, and its answer is on its way for as long as the client waits.
        let slow = async {
            let mut handling = core::pin::pin!(sites[0].check(&request));
            let claims = sites[0].ports.spent.get().claims;
            core::future::poll_fn(|context| {
                if sites[0].ports.spent.get().claims == claims {
                    return handling.as_mut().poll(context).map(|_| ());
                }
                core::task::Poll::Ready(())
            })
            .await;
            world.pass(9);
            handling.await
        };
        let handled = finish(slow).unwrap();
        sites[0].ports.steps.set(false);
        world.pass(9);
        let again = sites[1].ask(&request);
        assert_eq!(again.refused, None, "{:?}", request.url);
        assert_eq!(pair(&again), pair(&handled));
        world.pass(1);
        let theft = sites[1].ask(&request).refused;
        assert!(matches!(theft, Some(Reason::CodeReplayed | Reason::RefreshReused)), "{theft:?}");
    }
}

/// Who shows the verifier with another key is not the one who began.
#[test]
fn another_key_is_another_party() {
    use crate::support::story::Story;
    let mut story = Story::new();
    story.step("bound phone");
    let ask = |story: &mut Story, key: &str| {
        story.step(&format!("proof POST /oauth/token key={key}"));
        let form = story.fill("{redeem}&{phone}");
        story.site.ask(&Request::new("POST", "/oauth/token").form(&form).with("dpop", &story.names["proof"]))
    };
    let again = ask(&mut story, "device");
    assert_eq!(again.refused, None);
    assert_eq!(json(&again)["refresh_token"], story.names["refresh"].as_str());
    assert_eq!(ask(&mut story, "stranger").refused, Some(Reason::CodeReplayed));
}

/// What happens to the Ledger of one key, by the number of a request.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// A question arrives; its answer too, or not.
    Claim(u64, bool),
    /// The request has waited long enough: it is refused, and takes its claim back.
    GiveUp(u64),
    /// The withdrawal arrives.
    Withdraw(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => (0..4_u64, any::<bool>()).prop_map(|(by, answered)| Event::Claim(by, answered)),
        1 => (0..4_u64).prop_map(Event::GiveUp),
        2 => (0..4_u64).prop_map(Event::Withdraw),
    ];
    prop::collection::vec(event, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// Questions are repeated, late and lost; requests that had no answer give up. At most one is ever let through, and if
    /// none was the key is free once everything has arrived.
    #[test]
    fn however_questions_and_withdrawals_arrive_at_most_one_request_is_let_through(events in events()) {
        let (shards, key) = (Shards::default(), ClaimKey::new([7; 32]));
        let (mut let_through, mut refused, mut gave_up) = (Vec::new(), Vec::new(), Vec::new());
        for event in events {
            match event {
                // A question that was asked before its request gave up may arrive at any time.
                Event::Claim(by, is_answered) => {
                    let told = shards.claim(&Claim { key, until: 100, note: "", by }, 0);
                    let is_waiting = is_answered && !gave_up.contains(&by) && !refused.contains(&by);
                    match told {
                        Some(Claimed::First) if is_waiting && !let_through.contains(&by) => let_through.push(by),
                        Some(Claimed::Replayed { .. }) if is_waiting => refused.push(by),
                        _ => {}
                    }
                }
                Event::GiveUp(by) if !let_through.contains(&by) && !refused.contains(&by) => gave_up.push(by),
                Event::Withdraw(by) if gave_up.contains(&by) => shards.withdraw(key, by),
                Event::GiveUp(_) | Event::Withdraw(_) => {}
            }
        }
        prop_assert!(let_through.len() <= 1, "{:?}", let_through);
        // All who still wait give up too, and everything arrives.
        for by in (0..4).filter(|by| !let_through.contains(by)) {
            shards.withdraw(key, by);
            prop_assert!(shards.claim(&Claim { key, until: 100, note: "", by }, 0).is_none_or(|told| told != Claimed::First), "it comes too late");
        }
        let is_free = shards.claim(&Claim { key, until: 100, note: "", by: 99 }, 0) == Some(Claimed::First);
        prop_assert_eq!(is_free, let_through.is_empty());
    }
}

/// An isolate that dies between a claim and a record spends what it claimed, and nobody gets it a second time.
#[test]
fn a_client_that_comes_back_after_a_crash_goes_on() {
    for polls in 0..40 {
        let (sites, _) = sites(&policy("10s"), 0);
        let request = proven(&sites[0]);
        sites[0].ports.steps.set(true);
        let first = poll_at_most(sites[0].check(&request), polls).map(|handled| pair(&handled));
        let again: Pair = pair(&sites[1].ask(&request));
        assert!(first.is_none_or(|first| first == again));
        assert_eq!(flow::call(&sites[2], "/strict/", &again.access), None, "after {polls} polls");
        let form = format!("grant_type=refresh_token&refresh_token={}", again.refresh);
        assert_eq!(sites[2].ask(&post("token", "app", &form)).refused, None);
    }
}
