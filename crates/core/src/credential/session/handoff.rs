//! A one-time nonce that connects a browser to a session which is open already.
//!
//! It carries the session's bytes, masked, so minting one costs no storage and can be done while a page streams by.
//! It lives until it is used, until its time is over, or until its session ends. Redeeming it gives the session
//! itself and no copy. Written in upper-case hex (`NONCE_TOKEN`, `protocols.md` A2).

use std::sync::Arc;

use crate::credential::session;
use crate::identity::Identity;
use crate::policy::{Key, Revocation, Session};
use crate::ports::{Entropy, KvStore, Ledger};
use crate::refusal::Reason;
use crate::sealed::encoding::Encoding;
use crate::sealed::once;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::sealed::store::Context;
use crate::secret::Secret;
use crate::secrets::SigningKey;

/// Mints nonces for one session while its page streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mint {
    key: Arc<Key>,
    secret: Secret,
    session: Sealed,
    now: u64,
    expires: u64,
}

impl Mint {
    /// For nonces that live for at most `lifetime` seconds.
    ///
    /// # Errors
    /// `SecretMissing`.
    pub fn new<P>(ctx: Context<'_, P>, policy: &Session, session: Sealed, lifetime: u64) -> Result<Self, Reason> {
        let SigningKey { key, secret } = ctx.signing_key(&policy.keys)?;
        let expires = session.expires.min(ctx.now + lifetime);
        Ok(Self { key: Arc::clone(key), secret: secret.clone(), session, now: ctx.now, expires })
    }

    /// Another nonce.
    ///
    /// # Errors
    /// `EntropyUnavailable`.
    pub fn nonce(&self, entropy: &impl Entropy) -> Result<Secret, Reason> {
        let terms = Terms {
            kind: Kind::Nonce,
            issued: self.now,
            expires: self.expires,
            audience: AUDIENCE,
            payload: self.session.bytes(),
        };
        Ok(Encoding::UpperHex
            .write(seal::seal(&terms, SigningKey { key: &self.key, secret: &self.secret }, entropy)?.bytes()))
    }
}

/// Mints a nonce for a session, for at most `lifetime` seconds.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn mint(
    ctx: Context<'_, impl Entropy>,
    policy: &Session,
    session: &Sealed,
    lifetime: u64,
) -> Result<Secret, Reason> {
    Mint::new(ctx, policy, session.clone(), lifetime)?.nonce(ctx.ports)
}

/// Verifies what can be verified without storage: form, MAC, time.
///
/// # Errors
/// `NonceForged`, `NonceExpired`, `SecretMissing`.
pub fn open<P>(ctx: Context<'_, P>, policy: &Session, text: &str) -> Result<Sealed, Reason> {
    let bytes = Encoding::UpperHex.read(text).ok_or(Reason::NonceForged)?;
    let opened = seal::read(Kind::Nonce, &policy.keys, ctx.secrets, &bytes)?;
    let nonce = opened.filter(|nonce| nonce.is_for(AUDIENCE)).ok_or(Reason::NonceForged)?;
    if nonce.expires <= ctx.now { Err(Reason::NonceExpired) } else { Ok(nonce) }
}

/// The session that an opened nonce carries, which still lives, and whose it is. Nothing is used up.
///
/// # Errors
/// The session's reasons, and storage's own.
pub async fn session<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &Session,
    nonce: &Sealed,
) -> Result<(Sealed, Identity), Reason> {
    let session = session::reopen(ctx, policy, nonce.payload.expose())?;
    let identity = session::check(ctx, policy, Revocation::Cached, &session).await?;
    Ok((session, identity))
}

/// Uses an opened nonce up.
///
/// # Errors
/// `NonceReplayed`, and storage's own.
pub async fn claim<P: KvStore + Ledger>(ctx: Context<'_, P>, nonce: &Sealed) -> Result<(), Reason> {
    once::claim(ctx, &nonce.claim_key("redeemed"), nonce.expires, Reason::NonceReplayed).await
}

/// What keeps these nonces from being taken for others.
pub(crate) const AUDIENCE: &str = "session";
