//! Wrong guesses at secrets, and at tokens that only an issuer can check, counted per network and minute in this isolate.
//!
//! A guess is counted before anything is awaited, so that a burst in parallel counts in full; one that an issuer is asked
//! about counts while it is under way. The rate-limit binding counts across isolates; when it says enough, fails, or is
//! not bound, the network is shut out here too.

use std::cell::RefCell;

use crate::ports::{RateLimiter, Timer};
use crate::refusal::Reason;
use crate::sealed::store::Context;

/// Networks with their guesses.
#[derive(Debug, Default)]
pub struct Guesses(RefCell<Vec<Guesser>>);

#[derive(Debug)]
struct Guesser {
    network: String,
    /// When its minute began.
    since: u64,
    count: u32,
    open: u32,
}

impl Guesser {
    /// Whether its minute is not over. One that began later than now did so by a clock that was wrong.
    fn counts(&self, now: u64) -> bool {
        (self.since..self.since + MINUTE).contains(&now)
    }
}

impl Guesses {
    /// Whether a network has to wait.
    pub fn is_shut_out(&self, network: &str, now: u64) -> bool {
        self.0.borrow().iter().any(|one| one.network == network && one.counts(now) && one.count >= MOST)
    }

    /// Counts a wrong guess here and across isolates, and says why it is refused: it is `wrong`, or one too many.
    pub async fn count(&self, network: &str, ctx: Context<'_, impl RateLimiter>, wrong: Reason) -> Reason {
        self.add(network, ctx.now, 1);
        match self.heed(network, ctx.now, ctx.ports.within(network).await) {
            Ok(()) => wrong,
            Err(reason) => reason,
        }
    }

    /// Does what the limiter says. One that fails counts as full.
    ///
    /// # Errors
    /// `Throttled`, the limiter's own.
    pub fn heed(&self, network: &str, now: u64, within: Result<bool, Reason>) -> Result<(), Reason> {
        if within == Ok(true) {
            return Ok(());
        }
        self.shut_out(network, now);
        Err(within.err().unwrap_or(Reason::Throttled))
    }

    /// Begins a guess of which somebody else has to say whether it is wrong. It is under way, and counts as wrong, until what
    /// is returned is dropped: who comes when there is no room for another one waits a moment for it.
    ///
    /// # Errors
    /// `Throttled`.
    pub async fn begin<'a>(&'a self, network: &'a str, ctx: Context<'_, impl Timer>) -> Result<UnderWay<'a>, Reason> {
        for _ in 0..PAUSES {
            if self.is_shut_out(network, ctx.now) {
                break;
            }
            if self.has_room(network, ctx.now) {
                return Ok(UnderWay { guesses: self, network });
            }
            ctx.ports.pause(PAUSE_MS).await;
        }
        Err(Reason::Throttled)
    }

    /// How many are under way.
    pub fn under_way(&self) -> usize {
        self.0.borrow().iter().map(|one| one.open as usize).sum()
    }

    /// Makes a network wait for a minute.
    pub fn shut_out(&self, network: &str, now: u64) {
        self.add(network, now, MOST);
    }

    /// The same until a time.
    pub fn shut_out_until(&self, network: &str, now: u64, until: u64) {
        self.shut_out(network, now);
        if let Some(one) = self.0.borrow_mut().iter_mut().find(|one| one.network == network) {
            one.since = until.saturating_sub(MINUTE).min(now);
        }
    }

    fn has_room(&self, network: &str, now: u64) -> bool {
        self.add(network, now, 0);
        match self.0.borrow_mut().iter_mut().find(|one| one.network == network) {
            Some(one) if one.count.saturating_add(one.open) < MOST => {
                one.open += 1;
                true
            }
            _ => false,
        }
    }

    fn add(&self, network: &str, now: u64, count: u32) {
        let mut guessers = self.0.borrow_mut();
        // Only the network's own minute ends by this: another request's clock may be ahead.
        match guessers.iter_mut().find(|one| one.network == network) {
            Some(one) if one.counts(now) => one.count = one.count.saturating_add(count),
            Some(one) => (one.since, one.count) = (now, count),
            None => {
                if guessers.len() >= CAPACITY {
                    // One with a guess under way goes last: its end must not count down another network's.
                    let closed = |one: &Guesser| one.open == 0;
                    let over = guessers.iter().position(|one| closed(one) && !one.counts(now));
                    let first = over.or_else(|| guessers.iter().position(closed)).unwrap_or(0);
                    guessers.remove(first);
                }
                guessers.push(Guesser { network: network.to_owned(), since: now, count, open: 0 });
            }
        }
    }
}

/// A guess that is under way. Dropped with the request that made it, even half way.
#[derive(Debug)]
pub struct UnderWay<'a> {
    guesses: &'a Guesses,
    network: &'a str,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(one) = self.guesses.0.borrow_mut().iter_mut().find(|one| one.network == self.network) {
            one.open = one.open.saturating_sub(1);
        }
    }
}

/// Wrong guesses per network and minute.
const MOST: u32 = 20;
/// How long a guess waits for room, and how often it looks: 3 s in all.
const PAUSE_MS: u32 = 50;
const PAUSES: u32 = 60;
const CAPACITY: usize = 1024;
/// Seconds.
const MINUTE: u64 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_guesses_a_minute_and_no_more() {
        let guesses = Guesses::default();
        for _ in 0..20 {
            assert!(!guesses.is_shut_out("a", 100));
            guesses.add("a", 100, 1);
        }
        assert!(guesses.is_shut_out("a", 159));
        assert!(!guesses.is_shut_out("a", 160));
        assert!(!guesses.is_shut_out("b", 100));
        guesses.shut_out("b", 100);
        assert!(guesses.is_shut_out("b", 100));
    }

    #[test]
    fn a_clock_that_jumps_ends_no_other_minute_and_makes_none_longer() {
        let guesses = Guesses::default();
        guesses.shut_out("a", 1000);
        guesses.add("b", 90_000, 1);
        assert!(guesses.is_shut_out("a", 1001), "another network's request saw a clock that is ahead");
        guesses.shut_out("b", 90_000);
        assert!(!guesses.is_shut_out("b", 1002), "nobody waits until the time comes that a wrong clock showed");
        guesses.shut_out("b", 1002);
        assert!(guesses.is_shut_out("b", 1061) && !guesses.is_shut_out("b", 1062));
    }

    #[test]
    fn the_memory_is_bounded_and_keeps_the_newest() {
        let guesses = Guesses::default();
        for network in 0..2000 {
            guesses.shut_out(&network.to_string(), 100);
        }
        assert!(guesses.is_shut_out("1999", 100) && !guesses.is_shut_out("0", 100));
    }
}
