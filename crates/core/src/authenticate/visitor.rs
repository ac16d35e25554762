//! Who looks at one of the gateway's own pages, and the way to the sign-in page for who is nobody yet.

use crate::credential::session;
use crate::exchange::Exchange;
use crate::http::answer::Answer;
use crate::http::query::encode_component;
use crate::identity::Identity;
use crate::own_paths::SIGN_IN;
use crate::page;
use crate::policy::Revocation;
use crate::ports::Ports;
use crate::refusal::{Public, Reason};
use crate::sealed::seal::Sealed;

/// Who is there. A session that has ended is no one's: the sign-in page opens another.
///
/// # Errors
/// `SessionDuplicate`, `SecretMissing`, and storage's own reasons.
pub async fn signed_in<P: Ports>(
    x: &Exchange<'_, P>,
    revocation: Revocation,
) -> Result<Option<(Sealed, Identity)>, Reason> {
    let ctx = x.ctx();
    let policy = x.state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let Some(text) = x.cookies(policy).present(ctx)? else { return Ok(None) };
    let verified = match session::open(ctx, policy, text) {
        Ok(session) => match session::verify(ctx, policy, revocation, &session).await {
            Ok(identity) => Ok(identity.subject.is_some().then_some((session, identity))),
            Err(refusal) => Err(refusal.reason()),
        },
        Err(reason) => Err(reason),
    };
    match verified {
        Ok(signed_in) => Ok(signed_in),
        Err(reason) if matches!(reason.public(), Public::SessionInvalid) => Ok(None),
        Err(other) => Err(other),
    }
}

/// To the sign-in page, and from there back to `next`.
///
/// # Errors
/// `CredentialMissing` where sessions are opened elsewhere, by a nonce.
pub fn to_sign_in<P>(x: &Exchange<'_, P>, next: &str) -> Result<Answer, Reason> {
    if x.state.policy.sign_in.is_none() {
        return Err(Reason::CredentialMissing);
    }
    let address = format!("{SIGN_IN}?next={}", encode_component(next));
    // Escaped once more it may be longer than an address can be: then the form itself carries it.
    let fits = x.target.origin().len() + address.len() <= x.state.policy.limits.url;
    Ok(if fits { Answer::see_other(address) } else { page::sign_in(next, "", false) })
}
