//! Single use of what carries no record of its own.

use crate::exchange::Exchange;
use crate::exchange::claim::{Claim, Grace};
use crate::http::fetch_metadata;
use crate::policy::{RateBy, Route};
use crate::ports::ClaimKey;
use crate::refusal::Reason;

/// What is to be claimed.
pub(super) struct SingleUse {
    /// By which the credential is known.
    pub(super) key: ClaimKey,
    /// Unix seconds until which it could come again.
    pub(super) until: u64,
    /// Who may come second, for a while.
    pub(super) grace: Option<Grace>,
    /// What a request is refused as that only looks ahead: it uses nothing up.
    pub(super) not_used: Reason,
    /// What one is refused as that comes second.
    pub(super) replayed: Reason,
}

/// By which a link or signed redirect is counted, where the route's rate counts those.
pub(super) fn counted(route: &Route, key: impl FnOnce() -> ClaimKey) -> Option<Box<ClaimKey>> {
    route.rate_by(RateBy::Link).map(|_| Box::new(key()))
}

impl SingleUse {
    /// What the request has to claim.
    ///
    /// # Errors
    /// `not_used`.
    pub(super) fn claim<P>(self, x: &Exchange<'_, P>) -> Result<Box<Claim>, Reason> {
        match fetch_metadata::looks_ahead(x.request.method, &x.request.headers) {
            true => Err(self.not_used),
            false => Ok(Box::new(Claim::Key {
                key: self.key,
                until: self.until,
                grace: self.grace,
                replayed: self.replayed,
            })),
        }
    }
}
