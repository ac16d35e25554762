//! What is used up by a request, last of all: everything else that can refuse it has been judged by then.
//!
//! A credential that works once is found, and leaves here what has to be claimed for it. So whatever else is wrong with a
//! request, its link, its nonce or its proof is good for another one.

use super::credentials::Visit;
use super::redeem::open_session;
use crate::credential::seal::Sealed;
use crate::credential::{nonce, once, passage, session, store};
use crate::ports::{ClaimKey, Ports};
use crate::refusal::Reason;

/// What is still to be claimed.
#[derive(Debug)]
pub enum Claim {
    /// Of what carries no record.
    Key {
        /// By which it is known.
        key: ClaimKey,
        /// Unix seconds until which it could come again.
        until: u64,
        /// What it is if somebody had it before.
        replayed: Reason,
    },
    /// A nonce, for which somebody is signed in.
    Nonce {
        /// The nonce.
        sealed: Sealed,
        /// Who.
        subject: String,
    },
    /// A nonce that carries a session.
    Passage {
        /// The nonce.
        sealed: Sealed,
        /// Another person's session in the browser, which ends.
        before: Option<Sealed>,
        /// The Set-Cookie value that hands the session over.
        cookie: String,
    },
}

/// Judges, without using anything up, what could only be known to fail afterwards.
///
/// # Errors
/// `BindingMissing`, `SecretMissing`.
pub(crate) fn judge<P: Ports>(visit: &Visit<'_, P>, claim: &Claim) -> Result<(), Reason> {
    if !visit.ports.is_there(&visit.route.forward.origin) {
        return Err(Reason::BindingMissing);
    }
    if let (Claim::Nonce { .. }, Some(sessions)) = (claim, &visit.gate.policy.session) {
        visit.ctx.signing_key(&sessions.keys)?;
    }
    Ok(())
}

/// Claims it. Returns the Set-Cookie values that go with that.
///
/// # Errors
/// The credential's own reason if it was used before, and storage's own.
pub(crate) async fn perform<P: Ports>(visit: &Visit<'_, P>, claim: Claim) -> Result<Vec<String>, Reason> {
    let Visit { gate, ctx, incoming, target, ports, .. } = *visit;
    match claim {
        Claim::Key { key, until, replayed } => {
            once::claim(ctx, ports, &key, until, replayed).await?;
            Ok(Vec::new())
        }
        Claim::Nonce { sealed, subject } => {
            nonce::claim(ctx, ports, &sealed).await?;
            Ok(open_session(gate, ctx, incoming, target, ports, &subject).await?.1)
        }
        Claim::Passage { sealed, before, cookie } => {
            passage::claim(ctx, ports, &sealed).await?;
            if let Some(before) = before.filter(|old| !session::is_nobodys(old) && old.expires > ctx.now) {
                store::revoke(ctx, ports, &before).await?;
            }
            Ok(vec![cookie])
        }
    }
}
