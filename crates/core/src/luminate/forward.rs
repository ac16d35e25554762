//! Calls that go on to the origin, once nothing of this gateway's refuses them.

use crate::authenticate::claim;
use crate::credential::Identity;
use crate::exchange::access::{Grant, Outcome};
use crate::exchange::{Exchange, Trace};
use crate::luminate::call::Call;
use crate::luminate::caller::{self, Caller};
use crate::luminate::{guess, redirects};
use crate::policy::{Luminate, Route};
use crate::ports::Ports;
use crate::refusal::Reason;

/// Lets a client's call through. What is used up by it is claimed by the gate, last of all.
///
/// # Errors
/// As [`guess::count`], `BindingMissing`, and as [`caller::settle`].
pub async fn client<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    call: &Call<'_>,
    method: &str,
    mut caller: Caller,
    trace: &mut Trace,
) -> Result<Outcome, Reason> {
    guess::count(x, call, method, &caller.identity, false).await?;
    if caller.signs_in {
        if let Some(claim) = &caller.claim {
            claim::judge(x, route, claim)?;
        }
        caller::settle(x, route, luminate, &mut caller, trace).await?;
    }
    // Not what a refusal leads to: the claim can still fail, and then nobody is known to have called.
    let mut onward = trace.onward.clone();
    redirects::know(x, luminate, &caller, onward.as_deref_mut())?;
    Ok(granted(call, Grant { identity: caller.identity, onward, claim: caller.claim, ..Grant::default() }, trace))
}

/// Lets a server's call through, which leads nowhere.
pub fn server(call: &Call<'_>, identity: Identity, trace: &Trace) -> Outcome {
    granted(call, Grant { identity, ..Grant::default() }, trace)
}

fn granted(call: &Call<'_>, grant: Grant, trace: &Trace) -> Outcome {
    let (body, content_type, cookies) = (call.body.cloned(), call.content_type, trace.cookies.clone());
    Outcome::Granted(Box::new(Grant { body, content_type, cookies, ..grant }))
}
