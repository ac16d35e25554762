//! `webhook:<name>`: what a sender posts and signs.

use crate::authenticate::kind::{Credential, Shown};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::exchange::body::NewBody;
use crate::exchange::claim::Claim;
use crate::identity::Identity;
use crate::policy::{Route, Webhook};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::claim_key;
use crate::signed::webhook::Delivery;

impl Credential for Webhook {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        _: &Route,
        shown: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        // The method is not signed: what was posted must not do anything else.
        if x.request.method != "POST" {
            return Ok(None);
        }
        let Some(delivery) = Delivery::read(&self.format, &x.request.headers)? else { return Ok(None) };
        let ctx = x.ctx();
        delivery.check_time(self, ctx.now)?;
        let body = x.ports.read(self.limit).await?;
        let verified = delivery.verify(self, ctx.secrets, &body)?;
        shown.body = Some(NewBody::Whole(body));
        let claim = verified.until.filter(|_| self.single_use).map(|until| {
            let key = claim_key("webhook", &self.name, &verified.mac);
            Box::new(Claim::Key { key, until, grace: None, replayed: Reason::WebhookReplayed })
        });
        Ok(Some(Access { claim, ..Access::of(Identity::by_key("webhook", &self.name)) }))
    }
}
