//! Calls that go on to the origin, once nothing of this gateway's refuses them.

use crate::authenticate::claim;
use crate::exchange::access::Access;
use crate::luminate::call::Call;
use crate::luminate::caller::{self, Caller};
use crate::luminate::visit::Visit;
use crate::luminate::{guess, redirects};
use crate::ports::Ports;
use crate::redirect::outcome::OutcomeRedirect;
use crate::refused::Refusal;

/// Lets a client's call through. What is used up by it is claimed by the gate, last of all.
///
/// # Errors
/// As [`guess::count`], `BindingMissing`, and as [`caller::settle`].
pub(super) async fn client<P: Ports>(
    v: &Visit<'_, P>,
    call: &Call<'_>,
    method: &str,
    mut caller: Caller,
    mut outcome_redirect: Option<Box<OutcomeRedirect>>,
) -> Result<Access, Refusal> {
    guess::count(v, call, method, &caller.identity, false).await?;
    if caller.signs_in {
        if let Some(claim) = &caller.claim {
            claim::check(v, v.route, claim)?;
        }
        caller::settle(v, &mut caller).await?;
    }
    redirects::know(v, &caller, outcome_redirect.as_deref_mut())?;
    Ok(Access { outcome_redirect, claim: caller.claim, ..passed_on(call).by(caller.identity) })
}

/// Lets a server's call through, which leads nowhere.
pub(super) fn server(call: &Call<'_>) -> Access {
    passed_on(call)
}

fn passed_on(call: &Call<'_>) -> Access {
    Access { body: call.body.cloned(), content_type: call.content_type, ..Access::default() }
}
