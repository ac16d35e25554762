//! `http-session`: the session of a browser at the http host.

use crate::authenticate::cross_site;
use crate::authenticate::kind::{Credential, Shown};
use crate::credential::session::http_session;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::policy::{Luminate, Route};
use crate::ports::Ports;
use crate::refused::Refusal;

/// The kind.
pub(super) struct HttpSession<'a> {
    /// Whose sessions these are.
    pub(super) luminate: &'a Luminate,
}

impl Credential for HttpSession<'_> {
    /// By https it is not looked at: what was read on the network opens nothing there.
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        _: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        if !x.state.is_http_host(x.target) {
            return Ok(None);
        }
        let Some(value) = http_session::present(&x.request.headers)? else { return Ok(None) };
        cross_site::check_origin(x, route)?;
        let policy = &self.luminate.session;
        let identity = http_session::verify(x.ctx(), policy, route.revocation, value).await?;
        Ok(Some(Access::of(identity)))
    }
}
