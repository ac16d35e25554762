//! What works once: a claim in the Ledger, or in KV alone where the policy asked for no more.

use super::record::Record;
use super::store::{Context, kv_expiry};
use crate::digest::base64url;
use crate::policy::SingleUse;
use crate::ports::{ClaimKey, Claimed, Ledger, Vault};
use crate::refusal::Reason;

/// Claims a key until `until` (Unix seconds), or refuses with `replayed`.
///
/// # Errors
/// `replayed`, and storage's own reasons.
pub async fn claim<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    key: &ClaimKey,
    until: u64,
    replayed: Reason,
) -> Result<(), Reason> {
    match ctx.single_use {
        SingleUse::Ledger => match ports.claim(key, until, "").await? {
            Claimed::First => Ok(()),
            Claimed::Replayed(_) => Err(replayed),
        },
        SingleUse::BestEffort => claim_in_vault(ctx, ports, key, until, replayed).await,
    }
}

/// KV alone, as the policy asked: two requests at one moment can both pass, and for as long as KV lags.
async fn claim_in_vault(
    ctx: Context<'_>,
    ports: &impl Vault,
    key: &ClaimKey,
    until: u64,
    replayed: Reason,
) -> Result<(), Reason> {
    let key = format!("used:{}", base64url(&key.0));
    // This isolate's own memory first: what it claimed is claimed before anything is awaited.
    let claimed = Record { exp: until, revoked: true, ..Record::default() };
    if ctx.recent.get(&key, ctx.now, 0).is_some() {
        return Err(replayed);
    }
    ctx.recent.put(&key, claimed, ctx.now);
    if ports.get(&key).await?.is_some() {
        return Err(replayed);
    }
    ports.put(&key, "1", kv_expiry(ctx.now, until)).await
}
