//! What every kind of credential is, and what a request shows of them.

use crate::authenticate::scheme;
use crate::credential::bearer::{self, Carriers};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::exchange::body::NewBody;
use crate::http::authorization::Authorization;
use crate::policy::Route;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// A kind of credential on a route, with whatever the policy says of it.
pub(super) trait Credential {
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
pub(super) struct Shown<'a> {
    /// The field Authorization, where the route reads it.
    pub(super) header: Option<Authorization<'a>>,
    /// A Bearer token, wherever the route allows one.
    pub(super) token: Option<String>,
    /// Whether it came by the scheme `DPoP`.
    pub(super) with_proof: bool,
    /// The form without what was read in it, if one was read.
    pub(super) body: Option<NewBody>,
}

impl<'a> Shown<'a> {
    pub(super) async fn read<P: Ports>(x: &Exchange<'a, P>, route: &Route) -> Result<Self, Reason> {
        let header = scheme::present(route, &x.request.headers)?;
        if !route.takes_tokens() {
            return Ok(Self { header, token: None, with_proof: false, body: None });
        }
        let carriers = Carriers { incoming: x.request, header, query: x.target.query.unwrap_or_default() };
        let presented = bearer::present(x.ctx(), carriers, &route.bearer).await?;
        let body = presented.body.map(NewBody::Whole);
        Ok(Self { header, token: presented.token, with_proof: presented.with_proof, body })
    }

    /// The value of the field Authorization, if it is of that scheme.
    pub(super) fn of_scheme(&self, scheme: &str) -> Option<&'a str> {
        self.header.filter(|header| header.is(scheme)).map(|header| header.value)
    }
}
