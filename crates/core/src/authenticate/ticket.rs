//! `ticket` and `app-ticket`: a session for a program (`protocols.md` C1).

use crate::authenticate::kind::{Credential, Shown};
use crate::authenticate::session::{check_provider, provider_still};
use crate::credential::ticket::{self, APP_TOKEN};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::policy::{self, Route, Scheme};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// The kind.
pub(super) struct Ticket<'a> {
    /// Which applications may send one, where they have to show a token of their own.
    pub(super) app: Option<&'a policy::Ticket>,
}

impl Credential for Ticket<'_> {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        shown: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        let Some(value) = shown.of_scheme(Scheme::TICKET) else { return Ok(None) };
        if let Some(app) = self.app {
            check_app(x, app, x.request.headers.get(APP_TOKEN).ok_or(Reason::AppTokenMissing)?)?;
        }
        let sessions = x.state.policy.session.as_ref().ok_or(Reason::Internal)?;
        let (session, identity) = ticket::verify(x.ctx(), sessions, route.revocation, value).await?;
        let of_ticket = |refusal: Refusal| match refusal.reason() {
            Reason::SessionExpired => refusal.because(Reason::TicketExpired),
            Reason::SessionRemoved | Reason::SessionRevoked => refusal.because(Reason::TicketRevoked),
            _ => refusal,
        };
        let identity = provider_still(x, sessions, &session, identity).await.map_err(of_ticket)?;
        check_provider(route, &identity)?;
        Ok(Some(Access::of(identity)))
    }
}

/// Whether a text is the token of an application. While tokens are changed, the next one may have no value yet.
fn check_app<P>(x: &Exchange<'_, P>, app: &policy::Ticket, shown: &str) -> Result<(), Reason> {
    let mut otherwise = Reason::AppTokenMismatch;
    for name in &app.app_tokens {
        match x.ctx().secrets.secret(name) {
            Ok(token) if token.is(shown.as_bytes()) => return Ok(()),
            Ok(_) => {}
            Err(reason) => otherwise = reason,
        }
    }
    Err(otherwise)
}
