//! What all locations share, and the rules of KV: an expiry less than 60 s ahead is refused, a key takes one
//! write a second, a write is seen in other locations only after `lag`, a value read is kept for 30 s and a
//! miss for 60 s.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::ports::{ClaimKey, Claimed, Guess, Guesses, Kept, Redeemed, Redemption, Tombstone};
use crate::refusal::Reason;

use super::ledger::{Claim, Row, Shards};
use super::watch::{Effect, Watch};
use super::windows::Windows;

/// What a location has read, each with the time until which it is not read again.
pub type Cache = RefCell<BTreeMap<String, (Option<String>, u64)>>;

/// What all locations share.
#[derive(Debug, Default)]
pub struct World {
    /// Unix seconds.
    pub clock: Cell<u64>,
    /// Milliseconds of the second that has begun.
    pub fraction: Cell<u64>,
    /// Whether who lets time pass waits for the clock; else for one turn.
    pub is_timed: Cell<bool>,
    /// Seconds until a KV write is seen in other locations.
    pub lag: Cell<u64>,
    kv: RefCell<BTreeMap<String, Vec<Write>>>,
    /// The Ledger.
    pub shards: Shards,
    /// Whether the vault takes nothing from the Ledger's objects.
    pub refuses: Cell<bool>,
    guesses: RefCell<BTreeMap<ClaimKey, (u64, u32, u32)>>,
    limits: RefCell<BTreeMap<String, (u64, u32)>>,
    /// Requests that were counted along routes.
    pub windows: Windows,
    /// What the next random byte is made from.
    pub random: Cell<u64>,
    locations: Cell<usize>,
    /// What the last operation did.
    pub watch: Watch,
}

#[derive(Debug, Clone)]
struct Write {
    at: u64,
    location: usize,
    value: String,
    expires: u64,
}

impl World {
    /// A world at a time.
    pub fn at(clock: u64) -> Rc<Self> {
        let world = Self::default();
        world.clock.set(clock);
        Rc::new(world)
    }

    /// The same world once more, with nothing under way.
    pub fn copy(&self) -> Rc<Self> {
        Rc::new(Self {
            clock: self.clock.clone(),
            fraction: self.fraction.clone(),
            is_timed: self.is_timed.clone(),
            lag: self.lag.clone(),
            kv: self.kv.clone(),
            shards: self.shards.clone(),
            refuses: self.refuses.clone(),
            guesses: self.guesses.clone(),
            limits: self.limits.clone(),
            windows: self.windows.clone(),
            random: self.random.clone(),
            locations: self.locations.clone(),
            watch: Watch::default(),
        })
    }

    /// Unix time in milliseconds.
    pub fn milliseconds(&self) -> u64 {
        self.clock.get() * 1000 + self.fraction.get()
    }

    /// Lets milliseconds pass.
    pub fn pass_milliseconds(&self, milliseconds: u64) {
        let now = self.milliseconds() + milliseconds;
        self.fraction.set(now % 1000);
        self.pass(now / 1000 - self.clock.get());
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: u64) {
        self.clock.set(self.clock.get() + seconds);
        self.shards.withdraw_all();
        self.deliver();
    }

    /// Lets the Ledger write what is due, from where its objects are.
    pub fn deliver(&self) {
        self.shards.deliver(self.clock.get(), |key, value, expires| {
            let nowhere = Cache::default();
            !self.refuses.get() && self.write(LEDGER, &nowhere, key, value, expires).is_ok()
        });
    }

    /// Every value that was ever written, by key, oldest first.
    pub fn writes(&self) -> BTreeMap<String, Vec<String>> {
        let values = |writes: &Vec<Write>| writes.iter().map(|write| write.value.clone()).collect();
        self.kv.borrow().iter().map(|(key, writes)| (key.clone(), values(writes))).collect()
    }

    /// Keys of a prefix after the cursor, which is the last key of the page before.
    pub fn page(&self, location: usize, prefix: &str, cursor: &str) -> (Vec<String>, Option<String>) {
        let (kv, now) = (self.kv.borrow(), self.clock.get());
        let seen = |write: &&Write| write.location == location || now >= write.at + self.lag.get();
        let is_there = |writes: &[Write]| writes.iter().rev().find(seen).is_some_and(|write| now < write.expires);
        let keys =
            kv.iter().filter(|(key, writes)| key.starts_with(prefix) && key.as_str() > cursor && is_there(writes));
        let mut keys = keys.map(|(key, _)| key.clone());
        let page: Vec<String> = keys.by_ref().take(A_PAGE).collect();
        let next = keys.next().and(page.last().cloned());
        (page, next)
    }

    /// Loses everything, as another account's stores would look.
    pub fn forget(&self) {
        self.kv.borrow_mut().clear();
        self.shards.rows.borrow_mut().clear();
        self.guesses.borrow_mut().clear();
    }

    /// Random bits: different every time, the same in every run (splitmix64).
    pub fn draw(&self) -> u64 {
        let state = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random.set(state);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb)
    }

    /// Counts a guess as the Ledger's second table does: a pair and a network for a minute, an account for ten.
    pub fn guess(&self, guess: &Guess) -> Guesses {
        let mut rows = self.guesses.borrow_mut();
        let now = self.clock.get();
        let mut count = |key: ClaimKey, window: u64| {
            let (since, wrong, right) = rows.get(&key).copied().unwrap_or((now, 0, 0));
            let row = if since + window <= now { (now, 1, right) } else { (since, wrong + 1, right) };
            rows.insert(key, row);
            row
        };
        let (_, account, _) = count(guess.account, 600);
        let (_, pair, right) = count(guess.pair, 60);
        let (since, network, _) = guess.network.filter(|_| right == 0).map_or((0, 0, 0), |network| count(network, 60));
        Guesses { pair, account, right, network, since }
    }

    /// Whether a pair was right before.
    pub fn is_known(&self, guess: &Guess) -> bool {
        self.guesses.borrow().get(&guess.pair).is_some_and(|(_, _, right)| *right > 0)
    }

    /// Takes back a guess that was right.
    pub fn guessed_right(&self, guess: &Guess, counted: &Guesses) {
        let mut rows = self.guesses.borrow_mut();
        if let Some((_, wrong, _)) = rows.get_mut(&guess.account) {
            *wrong = wrong.saturating_sub(1);
        }
        if let Some(network) = guess.network.filter(|_| counted.right == 0)
            && let Some((since, wrong, _)) = rows.get_mut(&network)
            && *since == counted.since
        {
            *wrong = wrong.saturating_sub(1);
        }
        if let Some((_, wrong, right)) = rows.get_mut(&guess.pair) {
            (*wrong, *right) = (0, *right + 1);
        }
    }

    /// Counts at the limiter as the binding of the starter does: twenty a minute for a key.
    pub fn within(&self, key: &str) -> bool {
        let now = self.clock.get();
        let mut counts = self.limits.borrow_mut();
        let (since, count) = counts.entry(key.to_owned()).or_insert((now, 0));
        if *since + 60 <= now {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= 20
    }

    /// A claim at the Ledger, by one request.
    pub fn claim(&self, claim: &Claim<'_>) -> Option<Claimed> {
        let is_new = !self.shards.rows.borrow().contains_key(&claim.key);
        let claimed = self.shards.claim(claim, self.clock.get());
        let is_first = is_new && claimed == Some(Claimed::First);
        self.watch.effect.set(Some(if is_first { Effect::Claimed } else { Effect::Replayed }));
        claimed
    }

    /// A redemption at the Ledger, by one request.
    pub fn redeem(&self, redemption: &Redemption<'_>, by: u64) -> Option<Redeemed> {
        let kept = self.ledger().borrow().get(redemption.kept).map(|row| row.note.clone());
        let Some(kept) = kept else { return Some(Redeemed::Unknown) };
        let kept = Kept::read(&kept);
        if !kept.is_for(redemption.ways.iter().map(String::as_str)) {
            return Some(Redeemed::ForOthers(kept.text.to_owned()));
        }
        let claimed =
            self.claim(&Claim { key: *redemption.key, until: redemption.until, note: redemption.note, by })?;
        Some(Redeemed::Claimed(kept.text.to_owned(), claimed))
    }

    /// A revocation at the Ledger.
    pub fn revoke(&self, key: &ClaimKey, until: u64, tombstone: &Tombstone<'_>) {
        self.shards.revoke(key, until, tombstone, self.clock.get());
        // The Ledger also hands over what KV did not take of the index of what a person has: that ends nothing.
        let record = serde_json::from_str::<serde_json::Value>(tombstone.value);
        let is_tombstone = record.is_ok_and(|record| record.get("revoked") == Some(&true.into()));
        self.watch.effect.set(is_tombstone.then_some(Effect::Revoked));
    }

    /// The Ledger's rows.
    pub fn ledger(&self) -> &RefCell<BTreeMap<ClaimKey, Row>> {
        &self.shards.rows
    }

    /// The number of a new location.
    pub fn another_location(&self) -> usize {
        self.locations.replace(self.locations.get() + 1)
    }

    /// A read in a location.
    pub fn read(&self, location: usize, cache: &Cache, key: &str) -> Option<String> {
        let now = self.clock.get();
        if let Some((value, until)) = cache.borrow().get(key).filter(|(_, until)| now < *until) {
            let _ = until;
            return value.clone();
        }
        let seen = |write: &&Write| write.location == location || now >= write.at + self.lag.get();
        let kv = self.kv.borrow();
        let latest = kv.get(key).and_then(|writes| writes.iter().rev().find(seen));
        let value = latest.filter(|write| now < write.expires).map(|write| write.value.clone());
        let keep = if value.is_some() { 30 } else { 60 };
        cache.borrow_mut().insert(key.to_owned(), (value.clone(), now + keep));
        value
    }

    /// A write in a location.
    pub fn write(&self, location: usize, cache: &Cache, key: &str, value: &str, expires: u64) -> Result<(), Reason> {
        let now = self.clock.get();
        assert!(key.len() <= 512, "KV takes keys of at most 512 bytes: {key}");
        if expires < now + 60 {
            return Err(Reason::VaultUnavailable);
        }
        let mut kv = self.kv.borrow_mut();
        let writes = kv.entry(key.to_owned()).or_default();
        let at = match writes.last() {
            // One write a second for a key: the Worker's adapter waits and writes again.
            Some(last) if last.at >= now => {
                self.clock.set(last.at + 1);
                last.at + 1
            }
            _ => now,
        };
        writes.push(Write { at, location, value: value.to_owned(), expires });
        cache.borrow_mut().remove(key);
        Ok(())
    }
}

/// Keys of a page, few so that there are several.
const A_PAGE: usize = 3;
/// Where the Ledger's objects are: a location of their own.
const LEDGER: usize = usize::MAX;
