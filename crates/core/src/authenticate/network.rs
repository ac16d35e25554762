//! `network:<name>`: where the client comes from.

use crate::authenticate::cross_site;
use crate::authenticate::kind::{Credential, Shown};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::identity::Identity;
use crate::policy::{Networks, Route};
use crate::ports::Ports;
use crate::refused::Refusal;

impl Credential for Networks {
    /// The address opens whatever a browser there sends, so another site's requests are told apart as they are for a session.
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        _: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        if !self.holds(x.request.client_address) {
            return Ok(None);
        }
        let identity = Identity::by_key("network", &self.name);
        match cross_site::check_origin(x, route) {
            Ok(()) => Ok(Some(Access::of(identity))),
            Err(reason) => Err(reason.of(&identity)),
        }
    }
}
