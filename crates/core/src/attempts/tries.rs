//! Passwords over HTTP Basic that were tried and are not remembered as right, counted in this isolate.
//!
//! Who may read what the isolate remembers can guess at it, even while nothing outside is asked. So a try is counted
//! before anything is awaited, and stands whatever comes of it, until the pair of account and network was right. The same
//! password again is the same try: a program that comes again while the Ledger or the origin is down locks nobody out.

use std::cell::RefCell;

use crate::attempts::questions::Key;
use crate::ports::ClaimKey;

/// Pairs with the passwords that were tried.
#[derive(Debug, Default)]
pub struct Tries(RefCell<Vec<Pair>>);

#[derive(Debug)]
struct Pair {
    pair: ClaimKey,
    since: u64,
    digests: Vec<[u8; 32]>,
}

impl Pair {
    /// Whether its minute is not over. One that began later than now did so by a clock that was wrong.
    fn counts(&self, now: u64) -> bool {
        (self.since..self.since + 60).contains(&now)
    }
}

impl Tries {
    /// Whether a pair has to wait for the minute to end.
    pub fn are_too_many(&self, pair: &ClaimKey, now: u64) -> bool {
        self.0.borrow().iter().any(|one| one.pair == *pair && one.counts(now) && one.digests.len() >= MOST)
    }

    /// Counts a password, once a minute. Only the pair's own minute ends by that: another request's clock may be ahead.
    pub fn count(&self, (digest, pair): &Key, now: u64) {
        let mut pairs = self.0.borrow_mut();
        match pairs.iter_mut().find(|one| one.pair == *pair) {
            Some(one) if !one.counts(now) => *one = Pair { pair: *pair, since: now, digests: vec![*digest] },
            Some(one) if one.digests.contains(digest) => {}
            Some(one) => one.digests.push(*digest),
            None => {
                if pairs.len() >= CAPACITY {
                    make_room(&mut pairs, now);
                }
                pairs.push(Pair { pair: *pair, since: now, digests: vec![*digest] });
            }
        }
    }

    /// Begins anew: the pair was right, and the counters outside said so.
    pub fn forget(&self, pair: &ClaimKey) {
        self.0.borrow_mut().retain(|one| one.pair != *pair);
    }
}

/// Forgets the pair with the fewest tries, so that a list of names does not make one forgotten that is guessed at; one whose
/// minute is over first.
fn make_room(pairs: &mut Vec<Pair>, now: u64) {
    let fewest = pairs.iter().enumerate().min_by_key(|(_, one)| (one.counts(now), one.digests.len())).map(|(at, _)| at);
    if let Some(at) = fewest {
        pairs.remove(at);
    }
}

/// Passwords of a pair a minute.
const MOST: usize = 20;
const CAPACITY: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: ClaimKey = ClaimKey::new([1; 32]);

    fn number(at: u64) -> [u8; 32] {
        core::array::from_fn(|byte| at.to_be_bytes()[byte % 8])
    }

    #[test]
    fn twenty_passwords_a_minute_each_counted_once() {
        let tries = Tries::default();
        for at in 0..20 {
            assert!(!tries.are_too_many(&PAIR, 100));
            (0..3).for_each(|_| tries.count(&(number(at), PAIR), 100));
        }
        assert!(tries.are_too_many(&PAIR, 159) && !tries.are_too_many(&PAIR, 160));
        tries.count(&(number(1), PAIR), 160);
        assert!(!tries.are_too_many(&PAIR, 160));
        (0..20).for_each(|at| tries.count(&(number(at), PAIR), 160));
        tries.forget(&PAIR);
        assert!(!tries.are_too_many(&PAIR, 160));
    }

    #[test]
    fn a_clock_that_jumps_ends_no_other_minute_and_makes_none_longer() {
        let tries = Tries::default();
        (0..20).for_each(|at| tries.count(&(number(at), PAIR), 1000));
        for ahead in [1600, 90_000] {
            tries.count(&(number(1), ClaimKey::new([2; 32])), ahead);
            assert!(tries.are_too_many(&PAIR, 1001), "another pair's request saw {ahead}");
        }
        (0..20).for_each(|at| tries.count(&(number(at), PAIR), 90_000));
        assert!(!tries.are_too_many(&PAIR, 1061), "nobody waits until the time comes that a wrong clock showed");
    }

    #[test]
    fn a_list_of_names_makes_no_pair_forgotten_that_is_guessed_at() {
        let tries = Tries::default();
        (0..20).for_each(|at| tries.count(&(number(at), PAIR), 100));
        (0..5000).for_each(|at| tries.count(&(number(0), ClaimKey::new(number(at))), 100));
        assert!(tries.are_too_many(&PAIR, 100));
        assert_eq!(tries.0.borrow().len(), CAPACITY);
    }
}
