//! Requests that are counted along routes: by the Ledger exactly, by the platform's limiter in each location for itself.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::policy::Rate;
use crate::ports::{ClaimKey, Counted, Rates};
use crate::refusal::Reason;

use super::memory::Memory;
use super::watch::Operation;

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

impl Rates for Memory {
    async fn is_within(&self, rate: &Rate, key: &ClaimKey) -> Result<bool, Reason> {
        let (place, rate, key) = (self.place(), rate.clone(), *key);
        let work = async move {
            let now = place.world.clock.get();
            Ok(place.world.windows.count(Some(place.location), &rate, &key, now).count <= rate.limit)
        };
        self.under(Operation::RateLimiter, |faults| faults.limiter, work).await
    }

    async fn count(&self, rate: &Rate, key: &ClaimKey) -> Result<Counted, Reason> {
        self.count(|spent| spent.rates += 1);
        let (place, rate, key) = (self.place(), rate.clone(), *key);
        let work = async move { Ok(place.world.windows.count(None, &rate, &key, place.world.clock.get())) };
        self.under(Operation::Rate, |faults| faults.ledger, work).await
    }
}
