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
    let remember = |note: &str, generation| {
        let claimed = Record { sub: note.to_owned(), generation, ..Record::tombstone(until) };
        ctx.recent.put(&key, claimed, ctx.now);
    };
    // This isolate's own memory first: what it claimed is claimed before anything is awaited.
    let is_first = match ctx.recent.get(&key, ctx.now, 0) {
        Some(earlier) if earlier.generation == KNOWN => return Ok(replayed(ctx, earlier.sub)),
        earlier => earlier.is_none(),
    };
    if is_first {
        remember(note, ASKED);
    }
    let found = match ctx.ports.get(&key).await {
        Ok(found) => found,
        Err(reason) => {
            if is_first {
                ctx.recent.forget(&key);
            }
            return Err(reason);
        }
    };
    if let Some(note) = found {
        // Whose claim it is KV says. The note of who came second would let him come again.
        remember(&note, KNOWN);
        return Ok(replayed(ctx, note));
    }
    if !is_first {
        if let Some(earlier) = ctx.recent.get(&key, ctx.now, 0) {
            return Ok(replayed(ctx, earlier.sub));
        }
        remember(note, ASKED); // the first could not write its claim
    }
    if let Err(reason) = ctx.ports.put(&key, if note.is_empty() { "1" } else { note }, kv_expiry(ctx.now, until)).await
    {
        // The claim was taken back, so the next claimant is the first.
        ctx.recent.forget(&key);
        return Err(reason);
    }
    remember(note, KNOWN);
    Ok(Claimed::First)
}

/// The generation of a claim in memory while KV is asked whether it is the first. Until then its note is nobody's: a second
/// claimant asks KV too, and gets this note only if KV has none.
const ASKED: u64 = 0;
/// The generation of a claim that KV has, with the note that it has.
const KNOWN: u64 = 1;

/// KV does not say when a claim was made. A note whose age matters has that time for its first number.
fn replayed<P>(ctx: Context<'_, P>, note: String) -> Claimed {
    let digits = note.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty());
    let at = digits.and_then(|at| at.parse().ok()).unwrap_or(0);
    Claimed::Replayed { age: ctx.now.saturating_sub(at), note }
}
