//! The credentials that a route accepts: each looks for itself.
//!
//! Absent moves on to the next kind; refused ends it: a credential that is there but bad never falls
//! through to a weaker one.

pub(crate) mod attempt;
mod basic;
pub(crate) mod broker;
pub(crate) mod claim;
pub(crate) mod cross_site;
pub(crate) mod form;
mod http_session;
mod link;
mod nonce;
pub(crate) mod password;
mod scheme;
mod session;
pub(crate) mod sign_in;
mod signed_redirect;
mod single_use;
mod ticket;
mod token;
mod token_pair;

use crate::credential::bearer;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::exchange::body::NewBody;
use crate::http::authorization::Authorization;
use crate::identity::Identity;
use crate::policy::{Accept, Route};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// A kind of credential on a route, with whatever the policy says of it.
trait Credential {
    /// Looks for the credential and verifies it. None: there is none of this kind.
    ///
    /// # Errors
    /// The kind's own reasons, and storage's.
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        shown: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal>;
}

/// What several kinds of credential look at, read once.
struct Shown<'a> {
    /// The field Authorization, where the route reads it.
    header: Option<Authorization<'a>>,
    /// A Bearer token, wherever the route allows one.
    token: Option<String>,
    /// Whether it came by the scheme `DPoP`.
    with_proof: bool,
    /// The form without what was read in it, if one was read.
    body: Option<NewBody>,
}

/// Asks the route's kinds of credential in the policy's order.
///
/// # Errors
/// The first refusal; `CredentialMissing` if no kind found anything and the route is not open.
pub(crate) async fn authenticate<P: Ports>(x: &Exchange<'_, P>, route: &Route) -> Result<Access, Refusal> {
    let mut shown = Shown::read(x, route).await?;
    for accept in &route.accept {
        if let Some(access) = one(x, route, accept, &mut shown).await? {
            return Ok(Access { body: shown.body, ..access });
        }
    }
    Err(Reason::CredentialMissing.into())
}

/// Boxed: what waits for storage, unless it is what most requests are.
async fn one<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    accept: &Accept,
    shown: &mut Shown<'_>,
) -> Result<Option<Access>, Refusal> {
    match accept {
        Accept::Link(profile) => profile.authenticate(x, route, shown).await,
        Accept::SignedRedirect(profile) => profile.authenticate(x, route, shown).await,
        Accept::Bearer | Accept::Issuer(_) => token::Token.authenticate(x, route, shown).await,
        Accept::TokenPair => Box::pin(token_pair::TokenPair.authenticate(x, route, shown)).await,
        Accept::Basic(policy) => Box::pin(policy.authenticate(x, route, shown)).await,
        Accept::Ticket(_) => Box::pin(ticket::Ticket { app: None }.authenticate(x, route, shown)).await,
        Accept::AppTicket(app) => Box::pin(ticket::Ticket { app: Some(app) }.authenticate(x, route, shown)).await,
        Accept::Session => session::Session.authenticate(x, route, shown).await,
        Accept::Nonce => nonce::Nonce.authenticate(x, route, shown).await,
        Accept::HttpSession(luminate) => {
            Box::pin(http_session::HttpSession { luminate }.authenticate(x, route, shown)).await
        }
        // The route serves the dialect, which has rules of its own.
        Accept::Luminate(_) => Err(Reason::Internal.into()),
        Accept::Nothing => Ok(Some(Access::of(Identity::none()))),
    }
}

impl<'a> Shown<'a> {
    async fn read<P: Ports>(x: &Exchange<'a, P>, route: &Route) -> Result<Self, Reason> {
        let header = scheme::present(route, &x.request.headers)?;
        if !route.takes_tokens() {
            return Ok(Self { header, token: None, with_proof: false, body: None });
        }
        let query = x.target.query.unwrap_or_default();
        let limit = x.state.policy.limits.form;
        let presented = bearer::present(x.request, header, query, &route.bearer, limit, x.ports).await?;
        let body = presented.body.map(NewBody::Whole);
        Ok(Self { header, token: presented.token, with_proof: presented.with_proof, body })
    }

    /// The value of the field Authorization, if it is of that scheme.
    fn of_scheme(&self, scheme: &str) -> Option<&'a str> {
        self.header.filter(|header| header.is(scheme)).map(|header| header.value)
    }
}
