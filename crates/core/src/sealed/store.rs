//! Finding, minting and revoking what Edgegate issued: KV for records, the Ledger for truth.
//!
//! Three facts of KV shape this file: a miss is cached for up to a minute, a write may not be seen
//! elsewhere for as long, and one key takes one write a second. So a record is written once under a key
//! that nobody has read, a revocation replaces it by a tombstone that nothing overwrites, and for its first
//! minutes a record can be found in the Ledger, which never lags.

use std::sync::Arc;

use crate::policy::{Key, Origin, Policy, Revocation, SingleUse};
use crate::ports::{Call, ClaimKey, Entropy, KvStore, Ledger, Tombstone, Upstream};
use crate::refusal::Reason;
use crate::sealed::cache::Recent;
use crate::sealed::record::Record;
use crate::sealed::seal::{self, Kind, Sealed, Terms};
use crate::secret::Secret;
use crate::secrets::{SigningKey, Usable};

/// What sealing, finding and revoking need: the policy, its secrets, the memory, the time, and the ports. `P` is bound by
/// what a function asks of the world, from nothing (it opens what authenticates itself) to all of [`crate::ports::Ports`].
#[derive(Debug)]
pub struct Context<'a, P> {
    /// The world.
    pub ports: &'a P,
    /// The policy. It says whether the Ledger exists.
    pub policy: &'a Policy,
    /// This isolate's memory.
    pub recent: &'a Recent,
    /// Values of the keys, those that count for the request.
    pub secrets: Usable<'a>,
    /// Unix seconds.
    pub now: u64,
}

// By hand: derived, they would ask the ports to be copied too.
impl<P> Clone for Context<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Context<'_, P> {}

impl<'a, P> Context<'a, P> {
    /// For what is asked rarely and weighs much: the Ledger, where there is one, and no copy.
    pub fn strictest(&self) -> Revocation {
        match self.policy.single_use {
            SingleUse::Ledger => Revocation::Strict,
            SingleUse::BestEffort => Revocation::Cached,
        }
    }

    /// A call of the gateway's own: the origin is shown what it asks of every request. `or`: what is said if it does not
    /// answer.
    ///
    /// # Errors
    /// `SecretMissing`, `SecretMalformed`, `or`.
    pub async fn call(&self, origin: &Origin, call: &Call<'_>, or: Reason) -> Result<(u16, String), Reason>
    where
        P: Upstream,
    {
        let shown = self.secrets.shown(&origin.credentials)?;
        let mut headers = call.headers.to_vec();
        for (name, value) in &shown {
            headers.push((name, value.expose_text()?));
        }
        self.ports.call(origin, &Call { headers: &headers, ..*call }).await.map_err(|_| or)
    }

    /// The key that makes new credentials, the first of a list, and its value.
    ///
    /// # Errors
    /// `SecretMissing`; `Internal` for an empty list, which reading the policy excludes.
    pub fn signing_key<'k>(&self, keys: &'k [Arc<Key>]) -> Result<SigningKey<'k>, Reason>
    where
        'a: 'k,
    {
        self.secrets.key(keys.first().ok_or(Reason::Internal)?)
    }

    /// Makes a credential with the key that makes new ones.
    ///
    /// # Errors
    /// `SecretMissing`, `EntropyUnavailable`; `Internal` for a payload that is too long.
    pub fn seal(&self, keys: &[Arc<Key>], terms: &Terms<'_>) -> Result<Sealed, Reason>
    where
        P: Entropy,
    {
        seal::seal(terms, self.signing_key(keys)?, self.ports)
    }

    /// The value of the key that authenticated a credential.
    ///
    /// # Errors
    /// `SecretMissing`; `Internal` if it is none of the list.
    pub fn secret_of(&self, keys: &[Arc<Key>], sealed: &Sealed) -> Result<&'a Secret, Reason> {
        let key = keys.iter().find(|key| key.id == sealed.key_id).ok_or(Reason::Internal)?;
        self.secrets.secret(&key.secret)
    }
}

/// A credential as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It lives.
    Live(Record),
    /// It was revoked.
    Revoked,
    /// It has no record.
    Unknown,
}

impl From<Option<Record>> for Found {
    fn from(record: Option<Record>) -> Self {
        match record {
            Some(record) if record.revoked => Found::Revoked,
            Some(record) => Found::Live(record),
            None => Found::Unknown,
        }
    }
}

/// Mints a credential with its record.
///
/// # Errors
/// `SecretMissing`, `EntropyUnavailable`, `VaultUnavailable`.
pub async fn mint<P: KvStore + Ledger + Entropy>(
    ctx: Context<'_, P>,
    kind: Kind,
    keys: &[Arc<Key>],
    audience: &str,
    record: Record,
) -> Result<Sealed, Reason> {
    let terms = Terms { kind, issued: ctx.now, expires: record.exp, audience, payload: &[] };
    let sealed = ctx.seal(keys, &terms)?;
    keep(ctx, &sealed, record).await?;
    Ok(sealed)
}

/// Stores the record of a credential that was just made.
///
/// # Errors
/// `VaultUnavailable`.
pub async fn keep<P: KvStore + Ledger>(ctx: Context<'_, P>, sealed: &Sealed, record: Record) -> Result<(), Reason> {
    let json = record.to_json()?;
    ctx.ports.put(sealed.record_key(), &json, kv_expiry(ctx.now, record.exp)).await?;
    if ctx.policy.single_use == SingleUse::Ledger {
        // For readers whose KV lags. Not needed where KV does not, so a failure here refuses nobody.
        let _ = ctx.ports.claim(&sealed.claim_key("minted"), ctx.now + LAG, &json).await;
    }
    ctx.recent.put(sealed.record_key(), record, ctx.now);
    Ok(())
}

/// Finds the record of an authentic credential. `max_age`: seconds that this isolate's copy may be old.
///
/// # Errors
/// `VaultUnavailable`, `LedgerUnavailable`, `BindingMissing`.
pub async fn find<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    sealed: &Sealed,
    max_age: u64,
    revocation: Revocation,
) -> Result<Found, Reason> {
    let key = sealed.record_key();
    if revocation == Revocation::Strict && is_revoked(ctx, sealed).await? {
        // Who takes no copy answers for the revocation, so this isolate's copy opens nothing any more. Routes keep to their
        // own bounds.
        return Ok(if max_age == 0 { revoked(ctx, key, sealed.expires).into() } else { Found::Revoked });
    }
    let record = match ctx.recent.get(key, ctx.now, max_age) {
        Some(record) => Some(record),
        None => fetch(ctx, sealed, key).await?,
    };
    Ok(record.into())
}

/// What ending a credential takes, where the credential itself is not at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The KV key of its record.
    pub record_key: String,
    /// The Ledger key of its revocation.
    pub revoked: ClaimKey,
    /// Unix seconds: when it ends by itself.
    pub expires: u64,
}

impl Ending {
    /// Of a credential that is at hand.
    pub fn of(sealed: &Sealed) -> Self {
        let (record_key, revoked) = (sealed.record_key().to_owned(), sealed.claim_key("revoked"));
        Self { record_key, revoked, expires: sealed.expires }
    }
}

/// Revokes a credential: at once in the Ledger and in this isolate, elsewhere as KV gets there.
///
/// # Errors
/// `LedgerUnavailable`, `BindingMissing`; `VaultUnavailable` where there is no Ledger.
pub async fn revoke<P: KvStore + Ledger>(ctx: Context<'_, P>, sealed: &Sealed) -> Result<(), Reason> {
    end(ctx, &Ending::of(sealed)).await
}

/// The same of one that is not at hand.
///
/// # Errors
/// As [`revoke`].
pub async fn end<P: KvStore + Ledger>(ctx: Context<'_, P>, ending: &Ending) -> Result<(), Reason> {
    let Ending { record_key: key, revoked, expires } = ending;
    let record = Record::tombstone(*expires);
    // The record of a session whose provider is asked again may be on its way.
    let again = key.starts_with(Kind::Session.prefix()) && ctx.policy.providers.iter().any(|one| one.recheck.is_some());
    let tombstone = Tombstone { key, value: &record.to_json()?, again };
    let was_alive = ctx.recent.get(key, ctx.now, 0).is_none();
    if ctx.policy.single_use == SingleUse::BestEffort {
        // Nothing else keeps a second request out meanwhile.
        ctx.recent.put(key, record.clone(), ctx.now);
    }
    let buried = bury(ctx, revoked, *expires, &tombstone).await;
    if buried.is_ok() {
        ctx.recent.put(key, record, ctx.now);
    } else if ctx.policy.single_use == SingleUse::BestEffort && was_alive {
        ctx.recent.forget(key); // a revocation that failed is none
    }
    buried
}

/// Whether it is known that a credential has ended: by itself, or because it was revoked. The Ledger is asked, where there is
/// one.
///
/// # Errors
/// `LedgerUnavailable`, `BindingMissing`, `VaultUnavailable`.
pub async fn has_ended<P: KvStore + Ledger>(ctx: Context<'_, P>, ending: &Ending) -> Result<bool, Reason> {
    if ending.expires <= ctx.now || ctx.recent.get(&ending.record_key, ctx.now, 0).is_some() {
        return Ok(true);
    }
    if ctx.policy.single_use == SingleUse::Ledger {
        return Ok(ctx.ports.recall(&ending.revoked).await?.is_some());
    }
    let text = ctx.ports.get(&ending.record_key).await?;
    Ok(Record::found(text.as_deref())?.is_some_and(|record| record.revoked))
}

/// Replaces a record by its tombstone. The Ledger, where there is one, sees to that whatever becomes of this request.
///
/// # Errors
/// As [`revoke`].
pub(crate) async fn bury<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    revoked: &ClaimKey,
    until: u64,
    tombstone: &Tombstone<'_>,
) -> Result<(), Reason> {
    if ctx.policy.single_use == SingleUse::BestEffort {
        return ctx.ports.put(tombstone.key, tombstone.value, kv_expiry(ctx.now, until)).await;
    }
    ctx.ports.revoke(revoked, until, tombstone).await
}

/// Whether the Ledger knows of a revocation.
///
/// # Errors
/// `LedgerUnavailable`, `BindingMissing`.
pub async fn is_revoked(ctx: Context<'_, impl Ledger>, sealed: &Sealed) -> Result<bool, Reason> {
    Ok(ctx.ports.recall(&sealed.claim_key("revoked")).await?.is_some())
}

/// What the Ledger knows to be revoked is remembered, or a copy that this isolate has would go on opening.
pub(crate) fn revoked<P>(ctx: Context<'_, P>, key: &str, expires: u64) -> Option<Record> {
    let record = Record::tombstone(expires);
    ctx.recent.put(key, record.clone(), ctx.now);
    Some(record)
}

/// KV refuses an expiry less than 60 s ahead.
pub fn kv_expiry(now: u64, expires: u64) -> u64 {
    expires.max(now + 61)
}

async fn fetch<P: KvStore + Ledger>(ctx: Context<'_, P>, sealed: &Sealed, key: &str) -> Result<Option<Record>, Reason> {
    let mut text = ctx.ports.get(key).await?;
    let is_young = ctx.now < sealed.issued + LAG;
    if text.is_none() && is_young && ctx.policy.single_use == SingleUse::Ledger {
        if is_revoked(ctx, sealed).await? {
            return Ok(revoked(ctx, key, sealed.expires));
        }
        text = ctx.ports.recall(&sealed.claim_key("minted")).await?;
    }
    let record = Record::found(text.as_deref())?;
    if let Some(record) = &record {
        ctx.recent.put(key, record.clone(), ctx.now);
    }
    Ok(record)
}

/// Seconds for which a new record can be found in the Ledger: twice what KV's documentation gives as its lag.
pub const LAG: u64 = 120;
