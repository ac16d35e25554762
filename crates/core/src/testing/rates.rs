//! Requests that are counted along routes: by the Ledger exactly, by the platform's limiter in each location for itself.

use crate::policy::Rate;
use crate::ports::{ClaimKey, Counted, Rates};
use crate::refusal::Reason;

use super::memory::Memory;
use super::watch::Operation;

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
