//! What works once: a claim in the Ledger, or in KV alone where the policy asked for no more.

use crate::digest::base64url;
use crate::policy::SingleUse;
use crate::ports::{ClaimKey, Claimed, KvStore, Ledger};
use crate::refusal::Reason;
use crate::sealed::record::Record;
use crate::sealed::store::{Context, kv_expiry};

/// Claims a key until `until` (Unix seconds), or refuses with `replayed`.
///
/// # Errors
/// `replayed`, and storage's own reasons.
pub async fn claim<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    key: &ClaimKey,
    until: u64,
    replayed: Reason,
) -> Result<(), Reason> {
    match take(ctx, key, until, "").await? {
        Claimed::First => Ok(()),
        Claimed::Replayed { .. } => Err(replayed),
    }
}

/// The same, leaving a note for a second claimant.
///
/// # Errors
/// Storage's own reasons.
pub async fn take<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    key: &ClaimKey,
    until: u64,
    note: &str,
) -> Result<Claimed, Reason> {
    match ctx.policy.single_use {
        SingleUse::Ledger => ctx.ports.claim(key, until, note).await,
        SingleUse::BestEffort => take_in_vault(ctx, key, until, note).await,
    }
}

/// KV alone, as the policy asked: two requests at one moment can both pass, and for as long as KV lags.
async fn take_in_vault(
    ctx: Context<'_, impl KvStore>,
    key: &ClaimKey,
    until: u64,
    note: &str,
) -> Result<Claimed, Reason> {
    let key = format!("used:{}", base64url(&key.0));
    // This isolate's own memory first: what it claimed is claimed before anything is awaited.
    let claimed = Record { sub: note.to_owned(), ..Record::tombstone(until) };
    if let Some(earlier) = ctx.recent.get(&key, ctx.now, 0) {
        return Ok(replayed(ctx, earlier.sub));
    }
    ctx.recent.put(&key, claimed, ctx.now);
    let work = async {
        if let Some(note) = ctx.ports.get(&key).await? {
            return Ok(replayed(ctx, note));
        }
        ctx.ports.put(&key, if note.is_empty() { "1" } else { note }, kv_expiry(ctx.now, until)).await?;
        Ok(Claimed::First)
    };
    let claimed = work.await;
    if claimed.is_err() {
        // The claim was taken back, so the next claimant is the first.
        ctx.recent.forget(&key);
    }
    claimed
}

/// KV does not say when a claim was made. A note whose age matters has that time for its first number.
fn replayed<P>(ctx: Context<'_, P>, note: String) -> Claimed {
    let digits = note.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty());
    let at = digits.and_then(|at| at.parse().ok()).unwrap_or(0);
    Claimed::Replayed { age: ctx.now.saturating_sub(at), note }
}
