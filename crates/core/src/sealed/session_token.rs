//! A token that proves one thing: its sender could read a page of this session.
//!
//! It is a MAC over the session, so it is the same for as long as the session lives, useless with any other, dead with
//! it, and needs no storage. Written in base64url, padded with dots.
//!
//! Its second half is a MAC over the first: so the gateway knows one of its own again where it has no session to go with
//! it, and sends it nowhere ([`crate::credential::own`]).

use subtle::ConstantTimeEq;

use crate::digest::hmac_sha256;
use crate::policy::Session;
use crate::refusal::Reason;
use crate::sealed::encoding::Encoding;
use crate::sealed::seal::{self, Sealed};
use crate::sealed::store::Context;
use crate::secret::Secret;

/// The token of a session for one purpose.
///
/// # Errors
/// `SecretMissing`.
pub fn token<P>(ctx: Context<'_, P>, policy: &Session, session: &Sealed, purpose: &str) -> Result<Secret, Reason> {
    let secret = ctx.secret_of(&policy.keys, session)?;
    let half: [u8; HALF] = seal::first(session.bind(secret, purpose));
    Ok(Encoding::Dotted.write(&[half, mark(secret, &half)].concat()))
}

/// Whether bytes are a token of whatever session and purpose, made with this key.
pub fn is_written_with(secret: &Secret, bytes: &[u8]) -> bool {
    let halves = bytes.split_at_checked(HALF).filter(|(_, marked)| marked.len() == HALF);
    halves.is_some_and(|(half, marked)| mark(secret, half).ct_eq(marked).into())
}

/// Whether a text is the token of that session for that purpose.
///
/// # Errors
/// `SecretMissing`.
pub fn is_token<P>(
    ctx: Context<'_, P>,
    policy: &Session,
    session: &Sealed,
    purpose: &str,
    text: &str,
) -> Result<bool, Reason> {
    let expected = token(ctx, policy, session, purpose)?;
    Ok(expected.expose().ct_eq(text.as_bytes()).into())
}

fn mark(secret: &Secret, half: &[u8]) -> [u8; HALF] {
    seal::first(hmac_sha256(secret, &[b"edgegate bound mark v1\0", half]))
}

/// Bytes.
const HALF: usize = 16;
