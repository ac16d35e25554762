//! Grants (RFC 6749 section 1.3): what a person allowed a client, and the tokens that follow from it.
//!
//! A grant has one record. Its tokens have none: each carries the grant's id, its generation and what it may, sealed. A
//! refresh raises the generation, and tokens of an earlier one are dead. So a new token works everywhere at once,
//! however far KV lags behind, and a whole family is revoked by one write.
//!
//! A refresh claims its generation in the Ledger and leaves the time. The successors follow from the presented token,
//! a key and that time: a client that sends the same token again within the window (a lost answer, a second tab) gets the
//! same successors, and nothing readable was stored for it. After the window it is a theft, and the family is revoked. The
//! window begins when the claim is answered, so one that was answered late leaves the client as much time as any.

mod claims;
pub mod code;
mod tokens;

use crate::credential::dpop::Proof;
use crate::credential::grant::claims::AUDIENCE;
pub use crate::credential::grant::claims::{Claims, Wanted, check_wanted, claims, resources, scopes};
use crate::credential::grant::code::Redeemed;
pub use crate::credential::grant::tokens::Issued;
use crate::credential::grant::tokens::issue;
use crate::identity::Identity;
use crate::policy::{OAuth, Revocation, SingleUse};
use crate::ports::{ClaimKey, Claimed, KvStore, Ledger, Tombstone};
use crate::refusal::Reason;
use crate::sealed::record::Record;
use crate::sealed::seal::{self, Kind, Sealed};
use crate::sealed::store::{self, Context, Found, LAG};
use crate::sealed::{claim_key, once};

/// Begins the grant that follows from a code. The same code, redeemed at the same time, always gives the same tokens.
///
/// # Errors
/// `CodeReplayed` if the grant was revoked meanwhile; `ScopeRefused`, `ResourceRefused`, and storage's own reasons.
pub async fn begin<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &OAuth,
    code: &Sealed,
    redeemed: Redeemed,
    record: Record,
    wanted: &Wanted,
) -> Result<Issued, Reason> {
    let family = family(ctx, policy, code)?;
    let Redeemed { at, is_first } = redeemed;
    let record = Record {
        exp: at + policy.refresh_lifetime.min(policy.grant_lifetime),
        ends: at + policy.grant_lifetime,
        ..record
    };
    let issued = issue(ctx, policy, code, &record, family, at, wanted)?;
    let (key, json) = (record_key(&family), record.to_json()?);
    let written = match is_first || ctx.policy.single_use == SingleUse::BestEffort {
        true => ctx.ports.put(&key, &json, store::kv_expiry(ctx.now, record.exp)).await,
        // The first one wrote it, and a refresh may have written it since: the Ledger has to know of it, or it is uncertain.
        false => Err(Reason::LedgerUnavailable),
    };
    if ctx.policy.single_use == SingleUse::Ledger {
        // What KV did not take lies in the Ledger, until a refresh writes it again.
        let until = if written.is_ok() { ctx.now + LAG } else { record.exp };
        ctx.ports.claim(&of_family("granted", &family), until, &json).await?;
    } else {
        written?;
    }
    ctx.recent.put(&key, record.clone(), ctx.now);
    check_what_was_written(ctx, policy, &family).await.map_err(of_code)?;
    Ok(issued)
}

/// Ends the grant that a code gave, because the code came twice.
///
/// # Errors
/// Storage's own reasons.
pub async fn end_of_code<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &OAuth,
    code: &Sealed,
) -> Result<(), Reason> {
    revoke(ctx, policy, &family(ctx, policy, code)?).await
}

/// Opens a refresh token without looking at storage. It says nothing about revocation.
///
/// # Errors
/// `RefreshForged`, `RefreshExpired`, `SecretMissing`.
pub fn open_refresh<P>(ctx: Context<'_, P>, policy: &OAuth, text: &str) -> Result<(Sealed, Claims), Reason> {
    let sealed = seal::open(Kind::Refresh, &policy.keys, ctx.secrets, text)?;
    let sealed = sealed.filter(|sealed| sealed.is_for(AUDIENCE)).ok_or(Reason::RefreshForged)?;
    let claims = Claims::read(sealed.payload.expose()).ok_or(Reason::RefreshForged)?;
    if sealed.expires <= ctx.now { Err(Reason::RefreshExpired) } else { Ok((sealed, claims)) }
}

/// Redeems an opened refresh token. `proof`: what was shown for `wanted.bound`, used up before the token is. `caller`: the client, to which the person is added as soon as that is known.
///
/// # Errors
/// `RefreshRevoked`, `RefreshMisdirected`, `RefreshReused`, `DpopKey`, `ScopeRefused`,
/// `ResourceRefused`, and storage's own reasons. Nothing is used up but by the last step.
#[allow(clippy::too_many_arguments)] // one step, and all of it is what the step is about
pub async fn refresh<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &OAuth,
    old: &Sealed,
    claims: &Claims,
    wanted: &Wanted,
    proof: Option<Proof>,
    caller: &mut Identity,
) -> Result<Issued, Reason> {
    if claims.bound.is_some() && claims.bound != wanted.bound {
        return Err(Reason::DpopKey);
    }
    let family = claims.family;
    let record = match find(ctx, policy, old, claims).await? {
        Found::Live(record) => record,
        Found::Revoked | Found::Unknown => return Err(Reason::RefreshRevoked),
    };
    if caller.client.as_ref() != Some(&record.client) {
        return Err(Reason::RefreshMisdirected);
    }
    caller.subject = Some(record.sub.clone());
    // What is revoked and looks alive was not written everywhere yet.
    check_what_was_written(ctx, policy, &family).await?;
    let next = Record { generation: u64::from(claims.generation) + 1, ..record };
    check_wanted(&next, wanted)?;
    ctx.signing_key(&policy.keys)?;
    if let Some(proof) = proof {
        proof.claim(ctx).await?;
    }
    let used = used(&family, claims.generation);
    let (at, is_first) = match once::take(ctx, &used, old.expires, &ctx.now.to_string()).await? {
        Claimed::First => (ctx.now, true),
        Claimed::Replayed { note, age } if age < policy.retry_window => (note.parse().unwrap_or(0), false),
        Claimed::Replayed { .. } => {
            revoke(ctx, policy, &family).await?;
            return Err(Reason::RefreshReused);
        }
    };
    let next = Record { exp: (at + policy.refresh_lifetime).min(next.ends), ..next };
    let issued = issue(ctx, policy, old, &next, family, at, wanted)?;
    let key = record_key(&family);
    let known = ctx.recent.get(&key, ctx.now, policy.cache);
    if is_first || known.is_none_or(|known| known.generation < next.generation) {
        ctx.recent.put(&key, next.clone(), ctx.now);
        let is_written = ctx.ports.put(&key, &next.to_json()?, store::kv_expiry(ctx.now, next.exp)).await.is_ok();
        // The old access token lives on elsewhere until somebody comes again. The client must not pay for it.
        if !is_written && ctx.recent.get(&key, ctx.now, 0).is_none() {
            ctx.recent.forget(&key); // a tombstone that came meanwhile stays
        }
        check_what_was_written(ctx, policy, &family).await?;
    }
    Ok(issued)
}

/// Finds the grant of an authentic token.
///
/// # Errors
/// Storage's own reasons.
pub async fn find<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &OAuth,
    token: &Sealed,
    claims: &Claims,
) -> Result<Found, Reason> {
    let key = record_key(&claims.family);
    let record = match ctx.recent.get(&key, ctx.now, policy.cache) {
        Some(record) => Some(record),
        None => fetch(ctx, token, claims, &key).await?,
    };
    Ok(record.into())
}

/// The record of the grant that an access token belongs to, if it still counts.
///
/// # Errors
/// `TokenUnknown`, `TokenRevoked`, `TokenSuperseded`, and storage's own reasons.
pub async fn verify<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &OAuth,
    revocation: Revocation,
    token: &Sealed,
    claims: &Claims,
) -> Result<Record, Reason> {
    if revocation == Revocation::Strict {
        check_revocation(ctx, &claims.family).await.map_err(of_token)?;
        if is_superseded(ctx, claims).await? {
            return Err(Reason::TokenSuperseded);
        }
    }
    match find(ctx, policy, token, claims).await? {
        Found::Live(record) if u64::from(claims.generation) < record.generation => Err(Reason::TokenSuperseded),
        Found::Live(record) => Ok(record),
        Found::Revoked => Err(Reason::TokenRevoked),
        Found::Unknown => Err(Reason::TokenUnknown),
    }
}

/// Whether the Ledger knows that a generation was refreshed.
///
/// # Errors
/// `LedgerUnavailable`, `BindingMissing`.
pub async fn is_superseded(ctx: Context<'_, impl Ledger>, claims: &Claims) -> Result<bool, Reason> {
    Ok(ctx.ports.recall(&used(&claims.family, claims.generation)).await?.is_some())
}

/// Revokes all tokens of a grant: at once in the Ledger and in this isolate, elsewhere as KV gets there.
///
/// # Errors
/// Storage's own reasons.
pub async fn revoke<P: KvStore + Ledger>(ctx: Context<'_, P>, policy: &OAuth, family: &[u8; 16]) -> Result<(), Reason> {
    let until = outlived(ctx, policy);
    let record = Record::tombstone(until);
    let key = record_key(family);
    // A refresh on its way may write the record over it.
    let tombstone = Tombstone { key: &key, value: &record.to_json()?, again: true };
    store::bury(ctx, &of_family("revoked", family), until, &tombstone).await?;
    // Remembered only once it is buried, or this isolate would not try again.
    ctx.recent.put(&key, record, ctx.now);
    Ok(())
}

/// What a revoked grant is called where a code comes in.
fn of_code(reason: Reason) -> Reason {
    if reason == Reason::RefreshRevoked { Reason::CodeReplayed } else { reason }
}

/// What it is called where an access token does.
fn of_token(reason: Reason) -> Reason {
    if reason == Reason::RefreshRevoked { Reason::TokenRevoked } else { reason }
}

/// Refuses what belongs to a grant that the Ledger knows to be revoked.
async fn check_revocation<P: Ledger>(ctx: Context<'_, P>, family: &[u8; 16]) -> Result<(), Reason> {
    match ctx.policy.single_use == SingleUse::Ledger && ctx.ports.recall(&of_family("revoked", family)).await?.is_some()
    {
        true => Err(Reason::RefreshRevoked),
        false => Ok(()),
    }
}

/// The same after a grant's record was written, which may have gone over a tombstone: then another one follows.
async fn check_what_was_written<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    policy: &OAuth,
    family: &[u8; 16],
) -> Result<(), Reason> {
    let checked = check_revocation(ctx, family).await;
    if checked == Err(Reason::RefreshRevoked) {
        revoke(ctx, policy, family).await?;
    }
    checked
}

/// When the last token that a grant may have by now is dead. No access token outlives its refresh token.
fn outlived<P>(ctx: Context<'_, P>, policy: &OAuth) -> u64 {
    ctx.now + policy.refresh_lifetime
}

async fn fetch<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    token: &Sealed,
    claims: &Claims,
    key: &str,
) -> Result<Option<Record>, Reason> {
    let mut text = ctx.ports.get(key).await?;
    // An authentic token without a record is rare, so the Ledger is asked whatever its age.
    if text.is_none() && ctx.policy.single_use == SingleUse::Ledger {
        if ctx.ports.recall(&of_family("revoked", &claims.family)).await?.is_some() {
            return Ok(store::revoked(ctx, key, token.expires));
        }
        text = ctx.ports.recall(&of_family("granted", &claims.family)).await?;
    }
    let record = Record::found(text.as_deref())?;
    if let Some(record) = &record {
        ctx.recent.put(key, record.clone(), ctx.now);
    }
    Ok(record)
}

fn family<P>(ctx: Context<'_, P>, policy: &OAuth, code: &Sealed) -> Result<[u8; 16], Reason> {
    let bytes = code.bind(ctx.secret_of(&policy.keys, code)?, "grant");
    bytes.first_chunk().copied().ok_or(Reason::Internal)
}

/// KV key of a grant's record.
fn record_key(family: &[u8; 16]) -> String {
    format!("egg:{}", crate::digest::base64url(&of_family("record", family).0))
}

fn used(family: &[u8; 16], generation: u32) -> ClaimKey {
    of_family(&format!("used {generation}"), family)
}

fn of_family(what: &str, family: &[u8; 16]) -> ClaimKey {
    claim_key(&format!("egg {what}"), "", family)
}
