//! What every part of the dialect needs of a request.

use core::ops::Deref;

use crate::exchange::Exchange;
use crate::policy::{Luminate, Route};

/// A request at a route that serves the dialect.
pub(super) struct Visit<'a, P> {
    /// The request.
    pub(super) exchange: &'a Exchange<'a, P>,
    /// Its route.
    pub(super) route: &'a Route,
    /// What the policy says of the dialect.
    pub(super) luminate: &'a Luminate,
}

impl<'a, P> Deref for Visit<'a, P> {
    type Target = Exchange<'a, P>;

    fn deref(&self) -> &Self::Target {
        self.exchange
    }
}
