//! One-time nonces in a URL: minted for a subject and a route, redeemed once, for a session.

use crate::policy::{Nonce, Revocation, Route, SingleUse};
use crate::ports::{Entropy, KvStore, Ledger};
use crate::refusal::Reason;
use crate::sealed::once;
use crate::sealed::record::Record;
use crate::sealed::seal::{self, Kind, Sealed};
use crate::sealed::store::{self, Context, Found};
use crate::secret::Secret;

/// Mints a nonce for a subject on a route.
///
/// # Errors
/// As [`store::mint`].
pub async fn mint<P: KvStore + Ledger + Entropy>(
    ctx: Context<'_, P>,
    policy: &Nonce,
    route: &Route,
    subject: &str,
    lifetime: u64,
) -> Result<Secret, Reason> {
    let record = Record { sub: subject.to_owned(), exp: ctx.now + lifetime, ..Record::default() };
    Ok(store::mint(ctx, Kind::Nonce, &policy.keys, &route.name, record).await?.text())
}

/// Verifies what can be verified without storage: form, MAC, time, route.
///
/// # Errors
/// `NonceForged`, `NonceExpired`, `NonceWrongRoute`, `SecretMissing`.
pub fn open<P>(ctx: Context<'_, P>, policy: &Nonce, route: &Route, text: &str) -> Result<Sealed, Reason> {
    let sealed = seal::open(Kind::Nonce, &policy.keys, ctx.secrets, text)?.ok_or(Reason::NonceForged)?;
    if sealed.expires <= ctx.now {
        return Err(Reason::NonceExpired);
    }
    sealed.is_for(&route.name).then_some(sealed).ok_or(Reason::NonceWrongRoute)
}

/// The subject of an opened nonce. Nothing is used up.
///
/// # Errors
/// `NonceUnknown`, `NonceReplayed`, and storage's own reasons.
pub async fn subject<P: KvStore + Ledger>(ctx: Context<'_, P>, sealed: &Sealed) -> Result<String, Reason> {
    // What this isolate minted or saw a moment ago may be used; whether it was redeemed is never cached.
    match store::find(ctx, sealed, FRESH, Revocation::Cached).await? {
        Found::Live(record) if record.exp > ctx.now => Ok(record.sub),
        Found::Live(_) => Err(Reason::NonceExpired),
        Found::Revoked => Err(Reason::NonceReplayed),
        Found::Unknown => Err(Reason::NonceUnknown),
    }
}

/// Uses an opened nonce up. Its record was read before, so that a store that does not answer uses no nonce up.
///
/// # Errors
/// `NonceReplayed`, and storage's own reasons.
pub async fn claim<P: KvStore + Ledger>(ctx: Context<'_, P>, sealed: &Sealed) -> Result<(), Reason> {
    match ctx.policy.single_use {
        SingleUse::Ledger => {
            let key = sealed.claim_key("redeemed");
            once::claim(ctx, &key, sealed.expires, Reason::NonceReplayed).await
        }
        // Best effort, as the policy asked: two requests at one moment can both get here.
        SingleUse::BestEffort => store::revoke(ctx, sealed).await,
    }
}

/// Seconds.
const FRESH: u64 = 60;
