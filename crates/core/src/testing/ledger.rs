//! The Ledger's rows, with the rules of the real one: whose claim a row is, withdrawals, and the outbox of tombstones.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::ports::{ClaimKey, Claimed, Tombstone};

/// A claim on its way.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// What is claimed.
    pub key: ClaimKey,
    /// Until when (Unix seconds).
    pub until: u64,
    /// What the next request to claim it is told.
    pub note: &'a str,
    /// The request that makes it.
    pub by: u64,
}

/// A claim that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Until when it is kept (Unix seconds).
    pub until: u64,
    /// What the next request to claim it is told.
    pub note: String,
    /// The request that made it; None once another one was told the note.
    pub by: Option<u64>,
    /// When its request was answered last.
    pub at: u64,
}

/// A tombstone that the vault has not taken yet, or has to take once more.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The vault's key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Until when the vault keeps it (Unix seconds).
    pub until: u64,
    /// Whether it is written once more.
    pub again: bool,
    /// When it is written next (Unix seconds).
    pub due: u64,
}

/// What the objects of the Ledger keep.
#[derive(Debug, Clone, Default)]
pub struct Shards {
    /// Claims that were granted.
    pub rows: RefCell<BTreeMap<ClaimKey, Row>>,
    withdrawn: RefCell<BTreeSet<(ClaimKey, u64)>>,
    /// Withdrawals that are still on their way.
    pub under_way: RefCell<Vec<(ClaimKey, u64)>>,
    /// Tombstones that are still to be written.
    pub outbox: RefCell<Vec<Letter>>,
    requests: Cell<u64>,
}

impl Shards {
    /// A request's own name.
    pub fn another_request(&self) -> u64 {
        self.requests.replace(self.requests.get() + 1)
    }

    /// Grants or refuses a claim that arrives at `now`. None: it was withdrawn before.
    pub fn claim(&self, claim: &Claim<'_>, now: u64) -> Option<Claimed> {
        let Claim { key, until, note, by } = *claim;
        if until + 300 < now {
            return note.is_empty().then(|| Claimed::Replayed { note: String::new(), age: 0 });
        }
        if self.withdrawn.borrow().contains(&(key, by)) {
            return None;
        }
        let mut rows = self.rows.borrow_mut();
        let new = || Row { until, note: note.to_owned(), by: Some(by), at: now };
        let row = rows.entry(key).or_insert_with(new);
        if row.by == Some(by) {
            row.at = now;
            return Some(Claimed::First);
        }
        if !row.note.is_empty() {
            row.by = None;
        }
        Some(Claimed::Replayed { note: row.note.clone(), age: now.saturating_sub(row.at) })
    }

    /// Takes back a request's claim, and voids it if it is still on its way.
    pub fn withdraw(&self, key: ClaimKey, by: u64) {
        self.under_way.borrow_mut().retain(|one| *one != (key, by));
        self.withdrawn.borrow_mut().insert((key, by));
        self.rows.borrow_mut().retain(|known, row| *known != key || row.by != Some(by));
    }

    /// Lets all withdrawals arrive.
    pub fn withdraw_all(&self) {
        let under_way = self.under_way.borrow().clone();
        under_way.into_iter().for_each(|(key, by)| self.withdraw(key, by));
    }

    /// Claims a key for good and puts its tombstone into the outbox.
    pub fn revoke(&self, key: &ClaimKey, until: u64, tombstone: &Tombstone<'_>, now: u64) {
        self.rows.borrow_mut().entry(*key).or_insert(Row { until, note: String::new(), by: None, at: now });
        let Tombstone { key, value, again } = *tombstone;
        let letter = Letter { key: key.to_owned(), value: value.to_owned(), until, again, due: now };
        let mut outbox = self.outbox.borrow_mut();
        outbox.retain(|other| other.key != letter.key);
        outbox.push(letter);
    }

    /// Gives what is due to the vault. What it does not take comes again, and so does what is to be written twice.
    pub fn deliver(&self, now: u64, mut put: impl FnMut(&str, &str, u64) -> bool) {
        let all = self.outbox.take();
        let (due, mut left): (Vec<_>, Vec<_>) = all.into_iter().partition(|letter| letter.due <= now);
        for letter in due {
            let written = put(&letter.key, &letter.value, letter.until.max(now + 61));
            match (written, letter.again) {
                (false, _) => left.push(letter),
                (true, true) => left.push(Letter { again: false, due: now + 60, ..letter }),
                (true, false) => {}
            }
        }
        self.outbox.replace(left);
    }
}
