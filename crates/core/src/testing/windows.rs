//! Windows in which requests along routes are counted.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::policy::Rate;
use crate::ports::{ClaimKey, Counted};

/// Where somebody is counted: None is the Ledger, a number the limiter of that location.
type Place = (Option<usize>, ClaimKey);

/// When the window of each began, and what was counted in it.
#[derive(Debug, Clone, Default)]
pub struct Windows(RefCell<BTreeMap<Place, (u64, u64)>>);

impl Windows {
    /// Counts one at `now` (Unix seconds). What is too much is not counted on.
    pub fn count(&self, place: Option<usize>, rate: &Rate, key: &ClaimKey, now: u64) -> Counted {
        let mut windows = self.0.borrow_mut();
        let (since, count) = windows.entry((place, *key)).or_insert((now, 0));
        if *since + rate.period <= now {
            (*since, *count) = (now, 0);
        }
        *count = (*count + 1).min(rate.limit + 1);
        Counted { count: *count, left: *since + rate.period - now }
    }

    /// Under which keys something was counted.
    pub fn keys(&self) -> Vec<ClaimKey> {
        self.0.borrow().keys().map(|(_, key)| *key).collect()
    }
}
