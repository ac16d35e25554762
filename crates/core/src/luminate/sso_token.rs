//! Single sign-on tokens: a partner's server vouches for somebody, for a short time, as often as it likes.
//!
//! The subject travels in the token, masked, so there is no record and nothing to look up.

use crate::policy::Session;
use crate::ports::Entropy;
use crate::refusal::Reason;
use crate::sealed::encoding::Encoding;
use crate::sealed::record::is_name;
use crate::sealed::seal::{self, Kind, Terms};
use crate::sealed::store::Context;
use crate::secret::Secret;

/// Mints a token for a subject.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`.
pub fn mint(ctx: Context<'_, impl Entropy>, policy: &Session, subject: &str, lifetime: u64) -> Result<Secret, Reason> {
    let (issued, expires) = (ctx.now, ctx.now + lifetime);
    let terms = Terms { kind: Kind::SignOn, issued, expires, audience: "", payload: subject.as_bytes() };
    Ok(Encoding::Dotted.write(ctx.seal(&policy.keys, &terms)?.bytes()))
}

/// The subject of a token.
///
/// # Errors
/// `SignOnForged`, `SignOnExpired`, `SecretMissing`.
pub fn verify<P>(ctx: Context<'_, P>, policy: &Session, text: &str) -> Result<String, Reason> {
    let bytes = Encoding::Dotted.read(text).ok_or(Reason::SignOnForged)?;
    let opened = seal::read(Kind::SignOn, &policy.keys, ctx.secrets, &bytes)?;
    let token = opened.ok_or(Reason::SignOnForged)?;
    if token.expires <= ctx.now {
        return Err(Reason::SignOnExpired);
    }
    let subject = token.payload.expose_text().ok().filter(|subject| is_name(subject));
    subject.map(str::to_owned).ok_or(Reason::SignOnForged)
}
