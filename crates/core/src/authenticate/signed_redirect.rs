//! `signed-redirect:<name>`: a query with a digest over it and a secret (`protocols.md` A1).

use crate::authenticate::kind::{Credential, Shown};
use crate::authenticate::single_use::{SingleUse, counted};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::identity::Identity;
use crate::policy::{Route, SignedRedirect};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::claim_key;
use crate::signed::redirect;

impl Credential for SignedRedirect {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        _: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        let ctx = x.ctx();
        let query = x.target.query.unwrap_or_default();
        let authentic = redirect::authenticate(self, ctx.secrets, query)?;
        let Some((signed, parts)) = authentic else { return Ok(None) };
        let kind = "signed-redirect";
        let identity = Identity { subject: signed.subject.clone(), ..Identity::by_key(kind, &signed.key_id) };
        let key = || claim_key(kind, &signed.key_id, &signed.digest);
        let used = || {
            redirect::check_time(self, &parts, ctx.now)?;
            let key = key();
            let (not_used, replayed) = (Reason::RedirectNotUsed, Reason::RedirectReplayed);
            self.single_use
                .then(|| SingleUse { key, until: signed.until, grace: None, not_used, replayed }.claim(x))
                .transpose()
        };
        match used() {
            Ok(claim) => Ok(Some(Access { claim, link: counted(route, key), ..Access::of(identity) })),
            Err(reason) => Err(reason.of(&identity)),
        }
    }
}
