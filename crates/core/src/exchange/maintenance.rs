//! What is closed for maintenance, and the operator's own look at it.

use crate::exchange::Exchange;
use crate::policy::Maintenance;
use crate::refusal::Reason;

impl<P> Exchange<'_, P> {
    /// Whether the request goes on: the place is open, or its header shows that the operator looks. `is_closed`: the place
    /// itself is closed; it also is if the whole gateway is. Asked before a credential is looked at, and it needs no
    /// storage, so nothing is used up.
    ///
    /// # Errors
    /// `Maintenance`; `SecretMissing` if there is nothing to compare the header with.
    pub fn check_maintenance(&self, is_closed: bool) -> Result<(), Reason> {
        match self.is_closed(is_closed) {
            true => self.look(&self.state.policy.maintenance),
            false => Ok(()),
        }
    }

    /// Whether a place is closed, by itself or with the whole gateway. What goes through all the same is the operator's
    /// look, and its answer is nobody else's.
    pub fn is_closed(&self, is_closed: bool) -> bool {
        is_closed || self.state.policy.gateway.maintenance
    }

    fn look(&self, maintenance: &Maintenance) -> Result<(), Reason> {
        let pass = maintenance.pass.as_ref().filter(|_| !self.is_exposed());
        let Some((header, name)) = pass else { return Err(Reason::Maintenance) };
        let shown = self.request.headers.get(header).ok_or(Reason::Maintenance)?;
        let secret = self.ctx().secrets.secret(name)?;
        secret.is(shown.as_bytes()).then_some(()).ok_or(Reason::Maintenance)
    }
}
