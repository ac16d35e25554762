//! Opening, finding and ending the session of a browser, on the gateway's own pages.

use crate::authenticate::session::provider_still;
use crate::credential::session::{self, Opened, xsrf};
use crate::exchange::Exchange;
use crate::http::answer::Answer;
use crate::http::cookie;
use crate::http::query::encode_component;
use crate::identity::Identity;
use crate::own_paths::SIGN_IN;
use crate::page::{self, SignInForm};
use crate::policy::Revocation;
use crate::ports::Ports;
use crate::refusal::{Public, Reason};
use crate::sealed::seal::Sealed;
use crate::sealed::store;

/// Signs somebody in: ends the session that the request came with and opens one. It is handed over, with its token
/// where the policy gives one. Returns whose it is.
///
/// # Errors
/// Storage's own reasons.
pub async fn open_session<P: Ports>(x: &Exchange<'_, P>, opened: &Opened<'_>) -> Result<Identity, Reason> {
    let Exchange { state, request, target, .. } = *x;
    let ctx = x.ctx();
    let policy = state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let session = session::start(ctx, policy, opened, request).await?;
    end_session(x).await?;
    let cookie = x.cookies(policy).set(&session)?;
    let token = match state.policy.gives_xsrf_tokens {
        true => Some(xsrf::set_cookie(&xsrf::token(ctx, policy, &session, target)?, policy.absolute, target)?),
        false => None,
    };
    x.jar.set(cookie);
    token.into_iter().for_each(|token| x.jar.set(token));
    let Opened { subject, .. } = *opened;
    let (subject, issuer) = (Some(subject.to_owned()), opened.issuer().map(str::to_owned));
    Ok(Identity { subject, issuer, ..Identity::by_key("session", &session.key_id) })
}

/// Whom a browser is signed in as.
#[derive(Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Sealed,
    /// Whose it is; it has a subject.
    pub identity: Identity,
}

/// Who is there. A session that has ended is no one's: the sign-in page opens another.
///
/// # Errors
/// `SessionDuplicate`, `SecretMissing`, and storage's own reasons.
pub async fn signed_in<P: Ports>(x: &Exchange<'_, P>, revocation: Revocation) -> Result<Option<SignedIn>, Reason> {
    let ctx = x.ctx();
    let policy = x.state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let Some(text) = x.cookies(policy).present(ctx)? else { return Ok(None) };
    let verified = match session::open(ctx, policy, text) {
        Ok(session) => match session::verify(ctx, policy, revocation, &session).await {
            Ok(identity) => match provider_still(x, policy, &session, identity).await {
                Ok(identity) => Ok(Some(SignedIn { session, identity })),
                Err(refusal) => Err(refusal.reason()),
            },
            Err(refusal) => Err(refusal.reason()),
        },
        Err(reason) => Err(reason),
    };
    match verified {
        Ok(signed_in) => Ok(signed_in.filter(|signed_in| signed_in.identity.subject.is_some())),
        Err(reason) if matches!(reason.public(), Public::SessionInvalid) => Ok(None),
        Err(other) => Err(other),
    }
}

/// To the sign-in page, and from there back to `next`.
///
/// # Errors
/// `CredentialMissing` where sessions are opened elsewhere, by a nonce.
pub fn to_sign_in<P>(x: &Exchange<'_, P>, next: &str) -> Result<Answer, Reason> {
    let policy = &x.state.policy;
    if !policy.has_sign_in() {
        return Err(Reason::CredentialMissing);
    }
    let address = format!("{SIGN_IN}?next={}", encode_component(next));
    // Escaped once more it may be longer than an address can be: then the form itself carries it.
    let fits = x.target.origin().len() + address.len() <= policy.limits.url;
    Ok(match fits {
        true => Answer::see_other(address),
        false if policy.sign_in.is_some() => page::sign_in(&x.setting(), &SignInForm { next, ..SignInForm::default() }),
        false => Answer::see_other(SIGN_IN.to_owned()),
    })
}

/// Ends the session that the request came with, no matter whose: a log-in never continues another session.
///
/// # Errors
/// Storage's own reasons.
pub async fn end_session<P: Ports>(x: &Exchange<'_, P>) -> Result<(), Reason> {
    let Exchange { state, request, target, .. } = *x;
    let ctx = x.ctx();
    let (Some(policy), Some(header)) = (&state.policy.session, request.headers.get("cookie")) else { return Ok(()) };
    let name = session::cookie_name(policy, target);
    for value in cookie::all(header, &name) {
        match session::open(ctx, policy, value) {
            Ok(old) if ctx.now < old.expires.saturating_add(WRONG_CLOCK) => store::revoke(ctx, &old).await?,
            _ => {}
        }
    }
    Ok(())
}

/// Seconds by which this clock may be ahead: a session that seems to have ended lives on once the clock is right again.
const WRONG_CLOCK: u64 = 86_400;
