//! Revoked means refused: at once in the isolate that did it and on strict routes everywhere, elsewhere within
//! the stated bound; and nothing overwrites a tombstone.

use core::future::Future;
use core::pin::Pin;

use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::{Fault, Faults, Turns, World};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{NOW, POLICY, Request, Site, admin_request, is_granted};

/// The credential under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Token,
    Session,
}

struct House {
    sites: [Site; 3],
    relaxed: Request,
    strict: Request,
    revoke: Request,
}

/// Two isolates here, one in a location where KV lags.
fn house(kind: Kind, lag: u64) -> House {
    let world = World::at(NOW);
    world.lag.set(lag);
    let here = Site::new(&world, POLICY);
    let beside = Site::beside(&here.ports, POLICY);
    let elsewhere = Site::new(&world, POLICY);
    let (relaxed, strict, revoke) = match kind {
        Kind::Token => {
            let token = here.token("");
            let revoke = admin_request("token/revoke", &json!({ "token": token }));
            (Request::get("/me/").bearer(&token), Request::get("/strict/").bearer(&token), revoke)
        }
        Kind::Session => {
            let session = here.session();
            let sign_out = Request::new("POST", "/.edgegate/sign-out").session(&session);
            (Request::get("/account/").session(&session), Request::get("/strict/").session(&session), sign_out)
        }
    };
    House { sites: [here, beside, elsewhere], relaxed, strict, revoke }
}

fn revoked(kind: Kind) -> Option<Reason> {
    Some(if kind == Kind::Token { Reason::TokenRevoked } else { Reason::SessionRevoked })
}

/// Every value after a tombstone, per key, is a tombstone.
fn check_tombstones(world: &World) {
    for (key, values) in world.writes() {
        let is_tombstone = |value: &String| value.contains("\"revoked\":true");
        let first = values.iter().position(is_tombstone).unwrap_or(values.len());
        assert!(values[first..].iter().all(is_tombstone), "{key}: {values:?}");
    }
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Token, Kind::Session])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    // A read that was under way when the credential was revoked must not put the live record back over the
    // tombstone.
    #[test]
    fn a_revocation_holds_at_once_where_it_was_made(
        kind in kinds(),
        age in 1..400_u64,
        lag in 0..60_u64,
        at_revoke in 0..24_usize,
        order in prop::collection::vec(0..3_usize, 0..60),
    ) {
        let House { sites, relaxed, strict, revoke } = house(kind, lag);
        let world = &sites[0].ports.world;
        world.pass(age);
        sites.iter().for_each(|site| site.ports.steps.set(true));
        let turn = |request| -> Pin<Box<dyn Future<Output = Handled> + '_>> { Box::pin(sites[1].check(request)) };
        let mut turns = Turns::new([turn(&relaxed), turn(&strict), turn(&revoke)]);
        for (at, which) in order.into_iter().enumerate() {
            turns.step(if at < at_revoke && which == 2 { 0 } else { which });
        }
        turns.settle();
        prop_assert_eq!(turns.done[2].as_ref().unwrap().refused, None);
        for request in [&relaxed, &strict] {
            prop_assert_eq!(sites[1].ask(request).refused, revoked(kind));
        }
        check_tombstones(world);
    }

    #[test]
    fn a_strict_route_sees_a_revocation_at_once_everywhere(
        kind in kinds(),
        age in 1..400_u64,
        lag in 0..600_u64,
        warm in prop::collection::vec((0..3_usize, any::<bool>(), 0..40_u64), 0..8),
        revoker in 0..3_usize,
    ) {
        let House { sites, relaxed, strict, revoke } = house(kind, lag);
        sites[0].ports.world.pass(age);
        for (site, is_strict, wait) in warm {
            sites[site].ask(if is_strict { &strict } else { &relaxed });
            sites[0].ports.world.pass(wait);
        }
        prop_assert_eq!(sites[revoker].ask(&revoke).refused, None);
        prop_assert_eq!(sites[revoker].ask(&relaxed).refused, revoked(kind));
        for site in &sites {
            prop_assert_eq!(site.ask(&strict).refused, revoked(kind));
        }
        check_tombstones(&sites[0].ports.world);
    }

    /// The bound: KV's lag and its cache (30 s), and this isolate's own (30 s in the policy).
    #[test]
    fn elsewhere_a_revocation_is_seen_within_the_bound(
        kind in kinds(),
        age in 1..400_u64,
        lag in 0..61_u64,
        reads in prop::collection::vec((0..3_usize, 0..20_u64), 0..24),
        revoker in 0..3_usize,
    ) {
        let House { sites, relaxed, revoke, .. } = house(kind, lag);
        let world = &sites[0].ports.world;
        world.pass(age);
        sites.iter().for_each(|site| { site.ask(&relaxed); });
        prop_assert_eq!(sites[revoker].ask(&revoke).refused, None);
        let end = world.clock.get() + lag + 30 + 30;
        for (site, wait) in reads {
            sites[site].ask(&relaxed);
            world.pass(wait.min(end - world.clock.get()));
        }
        world.clock.set(end);
        for site in &sites {
            prop_assert_eq!(site.ask(&relaxed).refused, revoked(kind));
        }
    }

    #[test]
    fn a_new_credential_is_known_everywhere_at_once(kind in kinds(), lag in 0..61_u64, reads in prop::collection::vec((0..3_usize, 0..20_u64), 1..24)) {
        let House { sites, relaxed, strict, .. } = house(kind, lag);
        for (site, wait) in reads {
            prop_assert_eq!(sites[site].ask(&relaxed).refused, None);
            prop_assert_eq!(sites[site].ask(&strict).refused, None);
            sites[site].ports.world.pass(wait);
        }
    }

    #[test]
    fn a_revocation_that_kv_does_not_take_holds_all_the_same(kind in kinds(), lost in any::<bool>(), age in 1..400_u64, outage in 0..600_u64) {
        let House { sites, relaxed, strict, revoke } = house(kind, 60);
        sites[0].ports.world.pass(age);
        let reason = Reason::VaultUnavailable;
        let put = if lost { Fault::Lost(reason) } else { Fault::Fail(reason) };
        sites[0].ports.faults.set(Faults { put, ..Faults::default() });
        let world = &sites[0].ports.world;
        world.refuses.set(true);
        prop_assert_eq!(sites[0].ask(&revoke).refused, None, "the Ledger knows, and sees to the rest");
        world.pass(outage);
        prop_assert_eq!(sites[0].ask(&relaxed).refused, revoked(kind));
        for site in &sites {
            prop_assert_eq!(site.ask(&strict).refused, revoked(kind));
        }
        // Once KV is well the bound holds, and nobody has to ask again.
        world.refuses.set(false);
        world.deliver();
        world.pass(60 + 30 + 30);
        for site in &sites {
            prop_assert_eq!(site.ask(&relaxed).refused, revoked(kind));
        }
    }
}

/// A revocation that was refused is none: a caller who asks again must not be told that it was done.
#[test]
fn a_revocation_that_the_ledger_never_heard_of_is_not_remembered() {
    for kind in [Kind::Token, Kind::Session] {
        let House { sites, relaxed, revoke, .. } = house(kind, 0);
        sites[0].ports.world.pass(200);
        let ledger = Fault::Fail(Reason::LedgerUnavailable);
        sites[0].ports.faults.set(Faults { ledger, ..Faults::default() });
        assert_eq!(sites[0].ask(&revoke).refused, Some(Reason::LedgerUnavailable));
        sites[0].ports.faults.set(Faults::default());
        assert_eq!(sites[0].ask(&relaxed).refused, None);
        assert_eq!(sites[0].ask(&revoke).refused, None);
        sites[0].ports.world.pass(120);
        assert_eq!(sites[2].ask(&relaxed).refused, revoked(kind));
    }
}

/// And one that was done stays so, though another attempt fails.
#[test]
fn a_second_revocation_that_fails_undoes_no_first_one() {
    for kind in [Kind::Token, Kind::Session] {
        let House { sites, relaxed, revoke, .. } = house(kind, 60);
        sites[0].ports.world.pass(200);
        assert_eq!(sites[0].ask(&revoke).refused, None);
        let ledger = Fault::Fail(Reason::LedgerUnavailable);
        sites[0].ports.faults.set(Faults { ledger, ..Faults::default() });
        assert!(sites[0].ask(&revoke).refused.is_some());
        sites[0].ports.faults.set(Faults::default());
        assert_eq!(sites[0].ask(&relaxed).refused, revoked(kind));
    }
}

#[test]
fn without_the_ledger_a_strict_route_lets_nobody_through() {
    for kind in [Kind::Token, Kind::Session] {
        let House { sites, relaxed, strict, .. } = house(kind, 0);
        let ledger = Fault::Fail(Reason::LedgerUnavailable);
        sites[0].ports.faults.set(Faults { ledger, ..Faults::default() });
        assert_eq!(sites[0].ask(&strict).refused, Some(Reason::LedgerUnavailable));
        assert!(is_granted(&sites[0].ask(&relaxed)), "{kind:?}");
    }
}

// KV takes one write a second for a key; the tombstone of a credential just minted is written a moment later.
#[test]
fn a_credential_can_be_revoked_in_the_second_it_was_minted() {
    for kind in [Kind::Token, Kind::Session] {
        let House { sites, relaxed, revoke, .. } = house(kind, 0);
        assert_eq!(sites[0].ask(&revoke).refused, None, "{kind:?}");
        sites[0].ports.world.pass(61);
        assert_eq!(sites[2].ask(&relaxed).refused, revoked(kind), "elsewhere, a minute later");
    }
}

// What was read again counts as new.
#[test]
fn a_record_is_read_once_in_the_time_for_which_it_is_remembered() {
    for kind in [Kind::Token, Kind::Session] {
        let House { sites: [_, site, _], relaxed, .. } = house(kind, 0);
        site.ask(&relaxed);
        for (seconds, is_read) in [(29, false), (1, true), (29, false), (1, true)] {
            site.ports.world.pass(seconds);
            let before = site.ports.spent.get().gets;
            assert!(is_granted(&site.ask(&relaxed)));
            assert_eq!(site.ports.spent.get().gets - before, u32::from(is_read), "{kind:?}");
        }
    }
}
