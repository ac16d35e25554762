//! What this isolate read or wrote lately: bounded in age by the caller and in number here.
//!
//! Values only, never a future: awaiting what another request resolves is a deadlock on this platform, so
//! two requests that miss at once both ask KV.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::record::Record;

/// Records by KV key, each with the time it was fetched.
#[derive(Debug, Default)]
pub struct Recent(RefCell<BTreeMap<String, Entry>>);

#[derive(Debug, Clone)]
struct Entry {
    record: Record,
    fetched: u64,
    seen: u64,
}

impl Recent {
    /// The record, if it was fetched at most `max_age` seconds ago. A revoked one is kept as long as it is
    /// remembered at all: nothing un-revokes it.
    pub fn get(&self, key: &str, now: u64, max_age: u64) -> Option<Record> {
        let entries = self.0.borrow();
        let entry = entries.get(key)?;
        (entry.record.revoked || now.saturating_sub(entry.fetched) < max_age).then(|| entry.record.clone())
    }

    /// Remembers a record as of now.
    pub fn put(&self, key: &str, record: Record, now: u64) {
        let mut entries = self.0.borrow_mut();
        if entries.len() >= CAPACITY {
            make_room(&mut entries, now);
        }
        // A read of KV that was under way during the revocation must not bring the record back.
        if entries.get(key).is_some_and(|entry| entry.record.revoked) {
            return;
        }
        let seen = entries.get(key).map_or(0, |entry| entry.seen);
        entries.insert(key.to_owned(), Entry { record, fetched: now, seen });
    }

    /// When this isolate last noted that a session was alive; 0 if never.
    pub fn seen(&self, key: &str) -> u64 {
        self.0.borrow().get(key).map_or(0, |entry| entry.seen)
    }

    /// Notes that a session was alive.
    pub fn touch(&self, key: &str, now: u64) {
        if let Some(entry) = self.0.borrow_mut().get_mut(key) {
            entry.seen = entry.seen.max(now);
        }
    }
}

/// Keeps what was revoked, and of the rest what is young, but no more than fills three quarters. Entries are put into a new
/// map: taking them out of the old one is 4 kB of the Worker.
fn make_room(entries: &mut BTreeMap<String, Entry>, now: u64) {
    let (mut kept, room) = (BTreeMap::new(), CAPACITY / 4 * 3);
    let (revoked, others): (Vec<_>, Vec<_>) =
        core::mem::take(entries).into_iter().partition(|(_, entry)| entry.record.revoked);
    let needed = revoked.into_iter().filter(|(_, entry)| entry.record.exp > now);
    let young = others.into_iter().filter(|(_, entry)| now.saturating_sub(entry.fetched) < YOUNG);
    for (key, entry) in needed.chain(young).take(room) {
        kept.insert(key, entry);
    }
    *entries = kept;
}

const CAPACITY: usize = 4096;
/// Seconds for which an entry survives a full memory.
const YOUNG: u64 = 10;
