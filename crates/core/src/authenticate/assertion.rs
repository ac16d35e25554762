//! `issuer:<name>` with `place = "cf-access"`: who signed in to Cloudflare Access, as its edge or the browser's cookie says.
//!
//! The edge makes the header field from the cookie, so either comes with whatever a browser was made to send: where the
//! request is from is checked, as for a session. Anybody can write both, so the signature is verified in either.

use std::sync::Arc;

use crate::authenticate::kind::{Credential, Shown};
use crate::authenticate::{cross_site, token};
use crate::credential::issuer::{self, Verdict};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::{Headers, cookie};
use crate::policy::carrier::{ACCESS_ASSERTION, ACCESS_COOKIE};
use crate::policy::{Issuer, Route};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// The kind, of this issuer.
pub(super) struct Assertion<'p>(pub(super) &'p Arc<Issuer>);

impl Credential for Assertion<'_> {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        _: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        let Some(text) = present(&x.request.headers)? else { return Ok(None) };
        cross_site::check_origin(x, route)?;
        let Verdict::Told(told) = issuer::verify(x.ctx(), &x.state.foreign, &[self.0], text).await? else {
            return Err(Reason::Internal.into());
        };
        let of_token = |reason: Reason| reason.of(&told.identity);
        if told.bound.is_some() {
            return Err(of_token(Reason::TokenBinding));
        }
        token::check_scope(route, &told.identity).map_err(of_token)?;
        Ok(Some(Access::of(told.identity)))
    }
}

/// The field of the edge, or else the cookie.
fn present<'a>(headers: &Headers<'a>) -> Result<Option<&'a str>, Reason> {
    let mut fields = headers.iter().filter(|(name, _)| *name == ACCESS_ASSERTION).map(|(_, value)| value);
    match (fields.next(), fields.next(), headers.get("cookie")) {
        (Some(field), None, _) => Ok(Some(field)),
        (None, _, Some(cookies)) => cookie::sole(cookies, ACCESS_COOKIE).map_err(|_| Reason::BearerMultiple),
        (None, _, None) => Ok(None),
        (Some(_), Some(_), _) => Err(Reason::BearerMultiple),
    }
}
