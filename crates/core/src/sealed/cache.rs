//! What this isolate read or wrote lately: bounded in age by the caller and in number here.
//!
//! A clock can be ahead for a request. What was fetched by it seems fresh for as long once that time has come, however old it
//! is by then, and the platform has no clock that cannot jump. So what is from the future is not used, and each request
//! begins by forgetting it.
//!
//! Values only, never a future: awaiting what another request resolves is a deadlock on this platform, so
//! two requests that miss at once both ask KV.

use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::policy::Client;
use crate::ports::ClaimKey;
use crate::refusal::Reason;
use crate::sealed::record::Record;

/// Records by KV key, clients by id and right passwords by digest, each with the time it was fetched.
#[derive(Debug, Default)]
pub struct Recent {
    records: RefCell<BTreeMap<String, Entry>>,
    newest: Cell<u64>,
    /// What the clock showed to the request before, and the lesser of that and the present one.
    before: Cell<u64>,
    agreed: Cell<u64>,
    /// A client by its id, or that there is none.
    pub clients: Few<String, Option<Arc<Client>>>,
    /// Whose a password is that was right, by keyed digests: of it and its user name, and of the name and the network that
    /// it came from.
    pub passwords: Few<([u8; 32], ClaimKey), String>,
    /// Why a password was refused, by the same digests: it was wrong, or the origin did not say.
    pub refused: Few<([u8; 32], ClaimKey), Reason>,
    /// How often an account signed in from a network, by the digest of the two.
    pub known: Few<[u8; 32], u32, MANY>,
}

/// A few things, the newest, each with the time it was fetched.
#[derive(Debug)]
pub struct Few<K, T, const MOST: usize = FEW> {
    things: RefCell<Vec<(K, T, u64)>>,
    newest: Cell<u64>,
}

impl<K, T, const MOST: usize> Default for Few<K, T, MOST> {
    fn default() -> Self {
        Self { things: RefCell::default(), newest: Cell::default() }
    }
}

impl<K: PartialEq, T: Clone, const MOST: usize> Few<K, T, MOST> {
    /// What was fetched at most `max_age` seconds ago.
    pub fn get<Q: PartialEq + ?Sized>(&self, key: &Q, now: u64, max_age: u64) -> Option<T>
    where
        K: Borrow<Q>,
    {
        let things = self.things.borrow();
        let known = things.iter().find(|(known, _, fetched)| known.borrow() == key && is_fresh(*fetched, now, max_age));
        known.map(|(_, thing, _)| thing.clone())
    }

    /// Remembers a thing as of now.
    pub fn put(&self, key: K, thing: T, now: u64) {
        let mut things = self.things.borrow_mut();
        things.retain(|(known, _, _)| *known != key);
        if things.len() >= MOST {
            things.remove(0);
        }
        things.push((key, thing, now));
        self.newest.set(self.newest.get().max(now));
    }

    /// Forgets everything if some of it is from the future.
    pub fn begin(&self, now: u64) {
        if is_ahead(&self.newest, now) {
            self.things.take();
        }
    }
}

#[derive(Debug, Clone)]
struct Entry {
    record: Record,
    fetched: u64,
    seen: u64,
}

impl Recent {
    /// To be called first of all by each request.
    pub fn begin(&self, now: u64) {
        self.agreed.set(now.min(self.before.replace(now)));
        if is_ahead(&self.newest, now) {
            make_room(&mut self.records.borrow_mut(), now);
        }
        // The others are asked for too short a time to open anything, or open nothing.
        self.clients.begin(now);
        self.passwords.begin(now);
    }

    /// The record, if it was fetched at most `max_age` seconds ago. A revoked one is kept as long as it is
    /// remembered at all: nothing un-revokes it.
    pub fn get(&self, key: &str, now: u64, max_age: u64) -> Option<Record> {
        let entries = self.records.borrow();
        let entry = entries.get(key)?;
        (entry.record.revoked || is_fresh(entry.fetched, now, max_age)).then(|| entry.record.clone())
    }

    /// Remembers a record as of now.
    pub fn put(&self, key: &str, record: Record, now: u64) {
        let mut entries = self.records.borrow_mut();
        if entries.len() >= CAPACITY {
            make_room(&mut entries, self.agreed.get());
        }
        // A read of KV that was under way during a revocation or a refresh must not bring the older record back.
        let is_older = |entry: &Entry| entry.record.revoked || entry.record.generation > record.generation;
        if entries.get(key).is_some_and(|entry| is_older(entry) && !record.revoked) {
            return;
        }
        let seen = entries.get(key).map_or(0, |entry| entry.seen);
        entries.insert(key.to_owned(), Entry { record, fetched: now, seen });
        self.newest.set(self.newest.get().max(now));
    }

    /// Forgets a record that could not be written after all.
    pub fn forget(&self, key: &str) {
        self.records.borrow_mut().remove(key);
    }

    /// When this isolate last noted that a session was alive; 0 if never.
    pub fn seen(&self, key: &str) -> u64 {
        self.records.borrow().get(key).map_or(0, |entry| entry.seen)
    }

    /// Notes that a session was alive.
    pub fn touch(&self, key: &str, now: u64) {
        if let Some(entry) = self.records.borrow_mut().get_mut(key) {
            entry.seen = entry.seen.max(now);
        }
    }
}

/// Whether the newest of what is remembered is from the future, by more than requests that run beside each other differ. It is
/// forgotten then.
pub fn is_ahead(newest: &Cell<u64>, now: u64) -> bool {
    let is_ahead = newest.get() > now + BESIDE;
    if is_ahead {
        newest.set(now);
    }
    is_ahead
}

/// Whether something was fetched less than `max_age` seconds ago.
fn is_fresh(fetched: u64, now: u64, max_age: u64) -> bool {
    now.checked_sub(fetched).is_some_and(|age| age < max_age)
}

/// Keeps what was revoked, and of the rest what is young, but no more than fills three quarters. Entries are put into a new
/// map: taking them out of the old one is 4 kB of the Worker.
fn make_room(entries: &mut BTreeMap<String, Entry>, now: u64) {
    let (mut kept, room) = (BTreeMap::new(), CAPACITY / 4 * 3);
    let (revoked, others): (Vec<_>, Vec<_>) =
        core::mem::take(entries).into_iter().partition(|(_, entry)| entry.record.revoked);
    let needed = revoked.into_iter().filter(|(_, entry)| entry.record.exp > now);
    let young = others.into_iter().filter(|(_, entry)| is_fresh(entry.fetched, now, YOUNG));
    for (key, entry) in needed.chain(young).take(room) {
        kept.insert(key, entry);
    }
    *entries = kept;
}

const CAPACITY: usize = 4096;
const FEW: usize = 256;
const MANY: usize = 4096;
/// Seconds by which the clocks of two requests differ that are under way at once.
const BESIDE: u64 = 10;
/// Seconds for which an entry survives a full memory.
const YOUNG: u64 = 10;
