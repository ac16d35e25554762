//! The port that counts requests along routes with a rate.

use crate::digest::base64url;
use crate::policy::Rate;
use crate::ports::ClaimKey;
use crate::refusal::Reason;

/// How many requests there were in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// This one included. Where it is more than the rate's limit it may be less than there were: what is too much is not
    /// counted on.
    pub count: u64,
    /// Seconds until the next window may begin, at least 1.
    pub left: u64,
}

/// Counts requests of somebody, who is a digest here.
pub trait Rates {
    /// Counts one at the limiter of the platform that is bound for the rate, and says whether it was within its limit.
    /// Approximate, per location.
    async fn is_within(&self, rate: &Rate, key: &ClaimKey) -> Result<bool, Reason>;
    /// Counts one for all isolates together (a Durable Object). A window begins with the first request after the one
    /// before. Never asked again: a second question would be counted.
    async fn count(&self, rate: &Rate, key: &ClaimKey) -> Result<Counted, Reason>;
}

/// What the platform's limiter knows somebody by.
pub fn limiter_key(key: &ClaimKey) -> String {
    format!("rate {}", base64url(&key.0))
}
