//! Refresh tokens: rotation, retries, theft, lifetimes.

use edgegate_core::refusal::Reason;

use super::flow::*;
use crate::support::refusal;

const DAY: u64 = 86_400;

#[test]
fn a_refresh_replaces_both_tokens_at_once() {
    let site = site("0s");
    let first = shops_pair(&site);
    let second = pair(&site.ask(&refresh(&first.refresh)));
    assert_eq!(call(&site, "/me/", &second.access), None);
    assert_eq!(call(&site, "/me/", &first.access), Some(Reason::TokenSuperseded));
    // Vector C8, at once where no retry is allowed.
    let again = site.ask(&refresh(&first.refresh));
    assert_eq!((again.refused, json(&again)["error"].clone()), (Some(Reason::RefreshReused), "invalid_grant".into()));
    assert_eq!(call(&site, "/me/", &second.access), Some(Reason::TokenRevoked));
    assert_eq!(refusal(&site.ask(&refresh(&second.refresh))), Some(Reason::RefreshRevoked));
}

#[test]
fn within_the_window_a_retry_gets_the_same_successor_and_after_it_the_family_dies() {
    let site = site("10s");
    let first = shops_pair(&site);
    site.ports.world.pass(5); // KV takes one write a second
    let second = pair(&site.ask(&refresh(&first.refresh)));
    for _ in 0..9 {
        site.ports.world.pass(1);
        let again = site.ask(&refresh(&first.refresh));
        assert_eq!(pair(&again), second);
    }
    assert_eq!(json(&site.ask(&refresh(&first.refresh)))["expires_in"], 14000 - 9);
    assert_eq!(call(&site, "/me/", &second.access), None);
    site.ports.world.pass(1);
    assert_eq!(refusal(&site.ask(&refresh(&first.refresh))), Some(Reason::RefreshReused));
    assert_eq!(call(&site, "/me/", &second.access), Some(Reason::TokenRevoked));
    assert_eq!(refusal(&site.ask(&refresh(&second.refresh))), Some(Reason::RefreshRevoked));
}

#[test]
fn a_token_many_generations_old_is_a_theft_too() {
    let site = site("10s");
    let first = shops_pair(&site);
    let mut newest = first.clone();
    for _ in 0..20 {
        site.ports.world.pass(3600);
        newest = pair(&site.ask(&refresh(&newest.refresh)));
    }
    assert_eq!(call(&site, "/me/", &newest.access), None);
    assert_eq!(refusal(&site.ask(&refresh(&first.refresh))), Some(Reason::RefreshReused));
    assert_eq!(call(&site, "/me/", &newest.access), Some(Reason::TokenRevoked));
}

#[test]
fn a_refresh_token_lives_for_two_weeks_and_a_grant_no_longer_than_the_policy_says() {
    let site = site("10s");
    let first = shops_pair(&site);
    site.ports.world.pass(14 * DAY - 1);
    let second = pair(&site.ask(&refresh(&first.refresh)));
    site.ports.world.pass(14 * DAY);
    assert_eq!(refusal(&site.ask(&refresh(&second.refresh))), Some(Reason::RefreshExpired));

    let begun = site.ports.world.clock.get();
    let mut newest = shops_pair(&site);
    while site.ports.world.clock.get() < begun + 59 * DAY {
        site.ports.world.pass(10 * DAY - 1);
        newest = pair(&site.ask(&refresh(&newest.refresh)));
    }
    site.ports.world.clock.set(begun + 60 * DAY);
    assert_eq!(refusal(&site.ask(&refresh(&newest.refresh))), Some(Reason::RefreshExpired));
    assert_eq!(call(&site, "/me/", &newest.access), Some(Reason::TokenExpired));
}

#[test]
fn what_is_refused_uses_nothing_up() {
    let site = site("0s");
    let first = shops_pair(&site);
    let form = format!("grant_type=refresh_token&refresh_token={}", first.refresh);
    for (request, reason) in [
        (post("token", "other", &form), Reason::RefreshMisdirected),
        (post("token", "app", &form), Reason::RefreshMisdirected),
        (post("token", "shop", &format!("{form}&scope=admin")), Reason::ScopeRefused),
        (post("token", "shop", &format!("{form}&resource=https%3A%2F%2Felsewhere.example")), Reason::ResourceRefused),
    ] {
        assert_eq!(refusal(&site.ask(&request)), Some(reason));
    }
    let second = pair(&site.ask(&refresh(&first.refresh)));
    assert_eq!(call(&site, "/me/", &second.access), None);
}

#[test]
fn a_narrower_scope_is_for_the_access_token_alone() {
    let site = site("10s");
    let first = shops_pair(&site);
    let form = format!("grant_type=refresh_token&refresh_token={}&scope=read", first.refresh);
    let handled = site.ask(&post("token", "shop", &form));
    let second = pair(&handled);
    assert_eq!(json(&handled)["scope"], "read");
    assert_eq!(call(&site, "/me/", &second.access), None);
    assert_eq!(call(&site, "/pay/", &second.access), Some(Reason::TokenScope));
    let third = pair(&site.ask(&refresh(&second.refresh)));
    assert_eq!(call(&site, "/pay/", &third.access), None);
}

#[test]
fn revoking_ends_the_grant_but_not_for_a_token_that_was_replaced() {
    let site = site("10s");
    for token_of in [|pair: &Pair| pair.access.clone(), |pair: &Pair| pair.refresh.clone()] {
        let first = shops_pair(&site);
        let second = pair(&site.ask(&refresh(&first.refresh)));
        assert_eq!(refusal(&site.ask(&revoke(&first.access))), None);
        assert_eq!(call(&site, "/me/", &second.access), None, "tidying up signs nobody out");
        let foreign = post("revoke", "other", &format!("token={}", token_of(&second)));
        assert_eq!(refusal(&site.ask(&foreign)), Some(Reason::RefreshMisdirected));
        assert_eq!(refusal(&site.ask(&revoke(&token_of(&second)))), None);
        assert_eq!(call(&site, "/me/", &second.access), Some(Reason::TokenRevoked));
        assert_eq!(refusal(&site.ask(&refresh(&second.refresh))), Some(Reason::RefreshRevoked));
        assert_eq!(refusal(&site.ask(&revoke(&token_of(&second)))), None, "revoking twice is no mistake");
    }
}
