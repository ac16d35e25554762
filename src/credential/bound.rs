//! A token that proves one thing: whoever sends it could read a page of this session.
//!
//! It is a MAC over the session, so it is the same for as long as the session lives, useless with any other, dead with
//! it, and needs no storage. Written in base64url, padded with dots.

use subtle::ConstantTimeEq;

use super::seal::Sealed;
use super::spelling::Spelling;
use super::store::Context;
use crate::policy::Session;
use crate::refusal::Reason;
use crate::secret::Secret;

/// The token of a session for one purpose.
///
/// # Errors
/// `SecretMissing`.
pub fn token(ctx: Context<'_>, policy: &Session, session: &Sealed, purpose: &str) -> Result<Secret, Reason> {
    Ok(Spelling::Dotted.write(&session.bind(ctx.secret_of(&policy.keys, session)?, purpose)))
}

/// Whether a text is the token of that session for that purpose.
///
/// # Errors
/// `SecretMissing`.
pub fn is_token(
    ctx: Context<'_>,
    policy: &Session,
    session: &Sealed,
    purpose: &str,
    text: &str,
) -> Result<bool, Reason> {
    let expected = token(ctx, policy, session, purpose)?;
    Ok(expected.expose().ct_eq(text.as_bytes()).into())
}
