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
            entries.retain(|_, entry| {
                now.saturating_sub(entry.fetched) < YOUNG || entry.record.revoked && entry.record.exp > now
            });
        }
        if entries.len() >= CAPACITY {
            let spare = entries.iter().find(|(_, entry)| !entry.record.revoked).map(|(key, _)| key.clone());
            match spare {
                Some(key) => entries.remove(&key),
                None => entries.pop_first().map(|(_, entry)| entry),
            };
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

const CAPACITY: usize = 4096;
/// Seconds for which an entry survives a full memory.
const YOUNG: u64 = 10;
