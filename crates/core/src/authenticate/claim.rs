//! What is used up by a request, last of all: everything else that can refuse it has been checked by then.
//!
//! A credential that works once is found, and leaves here what has to be claimed for it. So whatever else is wrong with a
//! request, its link, its nonce or its proof is good for another one.

use crate::authenticate::sign_in::open_session;
use crate::credential::nonce;
use crate::credential::session::{self, Opened, handoff};
use crate::exchange::Exchange;
use crate::exchange::claim::Claim;
use crate::policy::Route;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::{once, store};

/// Checks, without using anything up, what would otherwise fail only afterwards.
///
/// # Errors
/// `BindingMissing`, `SecretMissing`.
pub(crate) fn check<P: Ports>(x: &Exchange<'_, P>, route: &Route, claim: &Claim) -> Result<(), Reason> {
    if !x.ports.is_there(&route.forward.origin) {
        return Err(Reason::BindingMissing);
    }
    if let (Claim::Nonce { .. }, Some(sessions)) = (claim, &x.state.policy.session) {
        x.ctx().signing_key(&sessions.keys)?;
    }
    Ok(())
}

/// Claims it. The cookies that go with that are handed over.
///
/// # Errors
/// The credential's own reason if it was used before, and storage's own.
pub(crate) async fn perform<P: Ports>(x: &Exchange<'_, P>, claim: Claim) -> Result<(), Reason> {
    let ctx = x.ctx();
    match claim {
        Claim::Key { key, until, grace: None, replayed } => once::claim(ctx, &key, until, replayed).await?,
        Claim::Key { key, until, grace: Some(grace), replayed } => {
            let found = once::take(ctx, &key, until, &grace.note()).await?;
            grace.allows(&found).then_some(()).ok_or(replayed)?;
        }
        Claim::Nonce { sealed, subject } => {
            nonce::claim(ctx, &sealed).await?;
            open_session(x, &Opened::here(&subject, "nonce")).await?;
        }
        Claim::Handoff { sealed, before, cookie } => {
            handoff::claim(ctx, &sealed).await?;
            if let Some(before) = before.filter(|old| !session::is_anonymous(old) && old.expires > ctx.now) {
                store::revoke(ctx, &before).await?;
            }
            x.jar.set(cookie);
        }
    }
    Ok(())
}
