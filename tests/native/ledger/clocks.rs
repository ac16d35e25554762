//! Clocks that are wrong, for one request, one purge or for good: no bound gets longer, and nothing works twice.

use std::collections::BTreeMap;

use edgegate_core::horizon;
use edgegate_core::refusal::Reason;
use edgegate_core::sealed::cache::{Few, Recent};
use edgegate_core::sealed::record::Record;
use edgegate_core::testing::World;
use proptest::prelude::*;
use serde_json::json;

use crate::support::{NOW, POLICY, Request, Site, admin_request};

/// `cache` of the fixture's policy, KV's lag and cache in the model, and by what requests beside each other may differ.
const BOUND: u64 = 30 + 60 + 30 + BESIDE;
const BESIDE: u64 = 10;
/// How many records an isolate remembers.
const CAPACITY: usize = 4096;
/// What a row outlives its claim by.
const MARGIN: i64 = 300;

/// By how much a clock is wrong.
fn jump() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), -5..5_i64, -900..900_i64, -90_000..90_000_i64]
}

fn by(clock: u64, jump: i64) -> u64 {
    clock.checked_add_signed(jump).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_revocation_is_seen_within_its_bound_whatever_clocks_showed_before(
        is_session in any::<bool>(),
        visits in prop::collection::vec((0..40_u64, jump()), 0..12),
        late in prop::collection::vec((0..20_u64, jump()), 0..6),
    ) {
        let world = World::at(NOW);
        world.lag.set(60);
        let (here, other) = (Site::new(&world, POLICY), Site::new(&world, POLICY));
        let (visit, revoke) = if is_session {
            let session = here.session();
            (Request::get("/account/").session(&session), Request::new("POST", "/.edgegate/sign-out").session(&session))
        } else {
            let token = here.token("");
            (Request::get("/me/").bearer(&token), admin_request("token/revoke", &json!({ "token": token })))
        };
        // After each request by a wrong clock comes one by a right one, of somebody else.
        let go = |visits: Vec<(u64, i64)>| visits.into_iter().for_each(|(wait, jump)| {
            world.pass(wait);
            other.ask_by(&visit, by(world.clock.get(), jump));
            other.ask(&Request::get("/"));
        });
        go(visits);
        prop_assert_eq!(here.ask(&revoke).refused, None);
        let revoked = world.clock.get();
        go(late);
        world.clock.set(world.clock.get().max(revoked + BOUND));
        let expected = if is_session { Reason::SessionRevoked } else { Reason::TokenRevoked };
        prop_assert_eq!(other.ask(&visit).refused, Some(expected));
    }

    // What is remembered is answered with for `max_age` seconds after it was fetched, and no longer, by any right clock.
    #[test]
    fn nothing_is_remembered_beyond_its_age(
        puts in prop::collection::vec((0..100_u64, jump()), 1..8),
        max_age in 1..120_u64,
        after in 0..200_u64,
    ) {
        let (recent, few) = (Recent::default(), Few::<u8, u64>::default());
        let mut now = NOW;
        for (wait, jump) in puts {
            now += wait;
            recent.put("k", Record { exp: u64::MAX, ..Record::default() }, by(now, jump));
            few.put(1, now, by(now, jump));
            recent.begin(now);
            few.begin(now);
        }
        let fetched = now;
        now += after;
        if now - fetched >= max_age + BESIDE {
            prop_assert_eq!(few.get(&1, now, max_age), None);
            prop_assert!(recent.get("k", now, max_age).is_none());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    // Nothing un-revokes what was revoked, whatever clock every other request goes by while the memory is full. It is filled by a
    // right one: whatever is remembered is moved whenever a clock goes back, and before that has nothing to push out.
    #[test]
    fn a_revocation_is_not_forgotten_by_a_clock_that_is_ahead(jump in jump()) {
        let recent = Recent::default();
        recent.put("revoked", Record { exp: NOW + 3600, revoked: true, ..Record::default() }, NOW);
        for at in 0..CAPACITY + 300 {
            let record = Record { exp: NOW + 3600, ..Record::default() };
            let is_wrong = at > CAPACITY - 10 && at % 2 == 0;
            let clock = by(NOW, if is_wrong { jump } else { 0 });
            recent.begin(clock);
            recent.put(&at.to_string(), record, clock);
        }
        prop_assert!(recent.get("revoked", NOW, 0).is_some_and(|record| record.revoked));
    }
}

/// What happens to an object of the Ledger.
#[derive(Debug, Clone)]
enum Event {
    Pass(i64),
    /// By a caller whose clock is that much wrong.
    Claim(u8, i64),
    /// By a clock of the object's own that is that much wrong.
    Purge(i64),
}

/// An object with its rows, and every claim that was the first.
struct Object {
    now: i64,
    rows: BTreeMap<u8, i64>,
    horizon: i64,
    slowest: Option<i64>,
    firsts: BTreeMap<u8, u32>,
}

impl Object {
    fn new() -> Self {
        let now = i64::try_from(NOW).unwrap();
        Self { now, rows: BTreeMap::new(), horizon: horizon::bound(now, now), slowest: None, firsts: BTreeMap::new() }
    }

    fn ends(key: u8) -> i64 {
        i64::try_from(NOW).unwrap() + i64::from(key) * 120
    }

    /// Whether the claim was the first; None if the caller did not ask, because the credential is over by its clock.
    fn claim(&mut self, key: u8, jump: i64) -> Option<bool> {
        let (clock, until) = (self.now + jump, Self::ends(key));
        if until <= clock {
            return None;
        }
        self.slowest = Some(self.slowest.map_or(clock, |slowest| slowest.min(clock)));
        let is_first = until >= self.horizon && !self.rows.contains_key(&key);
        if is_first {
            self.rows.insert(key, until);
            *self.firsts.entry(key).or_default() += 1;
        }
        Some(is_first)
    }

    fn purge(&mut self, jump: i64) {
        let Some(slowest) = self.slowest.take() else { return };
        let bound = horizon::bound(self.now + jump, slowest);
        self.horizon = horizon::after(self.horizon, bound);
        self.rows.retain(|_, until| *until >= bound);
    }
}

fn events(caller: impl Strategy<Value = i64>, own: impl Strategy<Value = i64>) -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        (1..900_i64).prop_map(Event::Pass),
        (0..40_u8, caller).prop_map(|(key, jump)| Event::Claim(key, jump)),
        own.prop_map(Event::Purge),
    ];
    prop::collection::vec(event, 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn nothing_is_claimed_twice_whatever_all_clocks_show(events in events(jump(), jump())) {
        let mut object = Object::new();
        for event in events {
            match event {
                Event::Pass(seconds) => object.now += seconds,
                Event::Claim(key, jump) => drop(object.claim(key, jump)),
                Event::Purge(jump) => object.purge(jump),
            }
        }
        prop_assert!(object.firsts.values().all(|firsts| *firsts == 1), "{:?}", object.firsts);
    }

    // The object's own clock is wrong all the time, and callers are right; or the other way round.
    #[test]
    fn nobody_is_refused_what_was_not_used_while_one_clock_is_wrong(
        is_own in any::<bool>(),
        events in events(jump(), jump()),
    ) {
        let mut object = Object::new();
        for event in events {
            match event {
                Event::Pass(seconds) => object.now += seconds,
                Event::Claim(key, jump) => {
                    let jump = if is_own { 0 } else { jump };
                    let is_new = !object.firsts.contains_key(&key);
                    if let Some(is_first) = object.claim(key, jump)
                        && jump >= 0
                    {
                        prop_assert_eq!(is_first, is_new);
                    }
                }
                Event::Purge(jump) => object.purge(if is_own { jump } else { 0 }),
            }
            prop_assert!(object.horizon <= object.now - MARGIN, "the horizon is behind every right clock");
        }
    }

    // Where clocks are right, everything that ended is gone by the first purge after somebody called.
    #[test]
    fn what_ended_is_deleted(events in events(Just(0), Just(0))) {
        let mut object = Object::new();
        for event in events {
            match event {
                Event::Pass(seconds) => object.now += seconds,
                Event::Claim(key, jump) => drop(object.claim(key, jump)),
                Event::Purge(jump) => object.purge(jump),
            }
        }
        object.now += 60 * 120 + MARGIN + 1;
        object.slowest = None;
        object.claim(255, 0);
        object.purge(0);
        object.rows.remove(&255);
        prop_assert!(object.rows.is_empty(), "{:?}", object.rows);
    }
}
