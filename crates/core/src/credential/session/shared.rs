//! A code that hands a session over from one host of the gateway to another, whose cookies no other host can read.
//!
//! It carries the session's bytes, masked, for one host and one journey of one browser, works once and lives for a minute. The
//! other host gets the session itself, so it ends for all of them at once.

use subtle::ConstantTimeEq;

use crate::credential::session::{self, handoff};
use crate::digest::sha256;
use crate::identity::Identity;
use crate::policy::{Revocation, Session};
use crate::ports::{Entropy, KvStore, Ledger};
use crate::refusal::Reason;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::store::Context;
use crate::secret::Secret;

/// To which host a session goes, and by which state the browser set out from there.
#[derive(Debug, Clone, Copy)]
pub struct To<'a> {
    /// With its port, if it has one.
    pub host: &'a str,
    /// The state's text.
    pub state: &'a str,
}

/// Mints a code for a session.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn mint(ctx: Context<'_, impl Entropy>, policy: &Session, session: &Sealed, to: To<'_>) -> Result<Secret, Reason> {
    let payload = [&to.mark()[..], session.bytes()].concat();
    let expires = session.expires.min(ctx.now + LIFETIME);
    let terms = Terms { kind: Kind::Nonce, issued: ctx.now, expires, audience: AUDIENCE, payload: &payload };
    Ok(ctx.seal(&policy.keys, &terms)?.text())
}

/// Redeems a code: the session, which still lives, and whose it is.
///
/// # Errors
/// `NonceForged`, `NonceExpired`, `NonceReplayed`, the session's reasons, and storage's own.
pub async fn redeem<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &Session,
    to: To<'_>,
    text: &str,
) -> Result<(Sealed, Identity), Reason> {
    let opened = seal::open(Kind::Nonce, &policy.keys, ctx.secrets, text)?;
    let code = opened.filter(|code| code.is_for(AUDIENCE)).ok_or(Reason::NonceForged)?;
    let (mark, bytes) = code.payload.expose().split_first_chunk::<MARK>().ok_or(Reason::NonceForged)?;
    if !bool::from(mark.ct_eq(&to.mark())) {
        return Err(Reason::NonceForged);
    }
    if code.expires <= ctx.now {
        return Err(Reason::NonceExpired);
    }
    let session = session::reopen(ctx, policy, bytes)?;
    let identity = session::check(ctx, policy, Revocation::Cached, &session).await?;
    handoff::claim(ctx, &code).await?;
    Ok((session, identity))
}

impl To<'_> {
    fn mark(&self) -> [u8; MARK] {
        seal::first(sha256(&[b"edgegate host v1\0", self.host.as_bytes(), b"\0", self.state.as_bytes()]))
    }
}

/// What keeps these codes from being taken for nonces.
pub(crate) const AUDIENCE: &str = "another host";
const MARK: usize = 16;
/// Seconds: a browser follows at once.
const LIFETIME: u64 = 60;
