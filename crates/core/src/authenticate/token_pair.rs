//! `token-pair`: key and secret over HTTP Basic.

use crate::authenticate::kind::{Credential, Shown};
use crate::authenticate::{cross_site, token};
use crate::credential::registry;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::basic;
use crate::identity::Identity;
use crate::policy::{ClientKind, Route};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// The kind.
pub(super) struct TokenPair;

impl Credential for TokenPair {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        shown: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        let Some(value) = shown.of_scheme("Basic") else { return Ok(None) };
        // A browser that knows a pair sends it along with what other sites ask for.
        cross_site::check_origin(x, route)?;
        let ctx = x.ctx();
        let pair = basic::read(value)?;
        let client = registry::find(ctx, &pair.id, route.revocation).await?;
        registry::authenticate(ctx, &client, &pair)?;
        let identity = Identity {
            kind: "token-pair",
            subject: client.subject.clone(),
            client: Some(client.id.clone()),
            scope: client.scope.clone(),
            acts_for_others: client.acts_for_others,
            ..Identity::default()
        };
        let allowed = match client.kind {
            ClientKind::TokenPair => token::check_scope(route, &identity),
            _ => Err(Reason::ClientKind),
        };
        match allowed {
            Ok(()) => Ok(Some(Access::of(identity))),
            Err(reason) => Err(reason.of(&identity)),
        }
    }
}
