//! `link:<name>`: the generic signed link.

use crate::authenticate::kind::{Credential, Shown};
use crate::authenticate::single_use::SingleUse;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::identity::Identity;
use crate::policy::{Link, RateBy, Route};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::claim_key;
use crate::signed::link;

impl Credential for Link {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        _: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        let (ctx, target) = (x.ctx(), x.target);
        let (path, query) = (target.path, target.query.unwrap_or_default());
        let signed = link::Signed { method: x.request.method, host: &target.host, path, query };
        let authentic = link::authenticate(self, ctx.secrets, signed)?;
        let Some((link, parts)) = authentic else { return Ok(None) };
        let identity = Identity { subject: link.subject.clone(), ..Identity::by_key("link", &link.key_id) };
        let key = || claim_key("link", &link.key_id, &link.mac);
        let used = || {
            link::check_terms(self, &parts, link::Arrival { client: x.request.client_address, now: ctx.now })?;
            let key = key();
            let (not_used, replayed) = (Reason::LinkNotUsed, Reason::LinkReplayed);
            self.single_use.then(|| SingleUse { key, until: link.until, not_used, replayed }.claim(x)).transpose()
        };
        match used() {
            Ok(claim) => {
                let link = route.rate_by(RateBy::Link).map(|_| Box::new(key()));
                Ok(Some(Access { claim, link, ..Access::of(identity) }))
            }
            Err(reason) => Err(reason.of(&identity)),
        }
    }
}
