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
pub mod index;
mod remembered;
mod tokens;

use crate::credential::grant::claims::AUDIENCE;
pub use crate::credential::grant::claims::{Claims, GrantToken, Wanted, check_wanted, claims, resources, scopes};
use crate::credential::grant::code::{Authorization, UsedUp};
use crate::credential::grant::tokens::Generation;
pub use crate::credential::grant::tokens::Issued;
use crate::identity::Identity;
use crate::policy::{OAuth, Revocation, SingleUse};
use crate::ports::{ClaimKey, Claimed, KvStore, Ledger, Tombstone};
use crate::refusal::Reason;
use crate::sealed::record::Record;
use crate::sealed::seal::{self, Kind, Sealed};
use crate::sealed::store::{self, Context, Found, LAG};
use crate::sealed::{claim_key, once};

/// The grants of the authorization server, as one request meets them.
#[derive(Debug)]
pub struct Grants<'a, P> {
    /// What storing and sealing need.
    pub ctx: Context<'a, P>,
    /// What the policy says of grants.
    pub policy: &'a OAuth,
}

// By hand: derived, they would ask the ports to be copied too.
impl<P> Clone for Grants<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Grants<'_, P> {}

impl<'a, P> Grants<'a, P> {
    /// None where the policy has no authorization server.
    pub fn of(ctx: Context<'a, P>) -> Option<Self> {
        ctx.policy.oauth.as_ref().map(|policy| Self { ctx, policy })
    }

    /// Begins the grant that follows from a code, and notes it in the index of who has which. The same code, redeemed at the same time, always gives the same tokens.
    ///
    /// # Errors
    /// `CodeReplayed` if the grant was revoked meanwhile; `ScopeRefused`, `ResourceRefused`, and storage's own reasons.
    pub async fn begin(self, used_up: UsedUp<'_>, allowed: &Authorization, wanted: &Wanted) -> Result<Issued, Reason>
    where
        P: KvStore + Ledger,
    {
        let Self { ctx, policy } = self;
        let UsedUp { code, at, is_first } = used_up;
        let family = self.family(code)?;
        let record = Record {
            exp: at + policy.refresh_lifetime.min(policy.grant_lifetime),
            ends: at + policy.grant_lifetime,
            ..allowed.record()
        };
        let issued = Generation { parent: code, family, record: &record, at }.issue(&self, wanted)?;
        let writes = is_first || ctx.policy.single_use == SingleUse::BestEffort;
        if writes {
            self.note(&family, allowed, &record).await?;
        }
        let (key, json) = (record_key(&family), record.to_json()?);
        let written = match writes {
            true => ctx.ports.put(&key, &json, store::kv_expiry(ctx.now, record.exp)).await,
            // The first one wrote it, and a refresh may have written it since: the Ledger has to know of it, or it is uncertain.
            false => Err(Reason::LedgerUnavailable),
        };
        if ctx.policy.single_use == SingleUse::Ledger {
            // What KV did not take lies in the Ledger, until a refresh writes it again.
            let until = if written.is_ok() { ctx.now + LAG } else { record.exp };
            let claimed = ctx.ports.claim(&of_family("granted", &family), until, &json).await?;
            if claimed == Claimed::First && !writes {
                self.note(&family, allowed, &record).await?; // the first one did not get so far
            }
        } else {
            written?;
        }
        ctx.recent.put(&key, record.clone(), ctx.now);
        self.check_what_was_written(&family).await.map_err(of_code)?;
        Ok(issued)
    }

    /// Ends the grant that a code gave, because the code came twice.
    ///
    /// # Errors
    /// Storage's own reasons.
    pub async fn end_of_code(self, code: &Sealed) -> Result<(), Reason>
    where
        P: KvStore + Ledger,
    {
        self.revoke(&self.family(code)?).await
    }

    /// Opens a refresh token without looking at storage. It says nothing about revocation.
    ///
    /// # Errors
    /// `RefreshForged`, `RefreshExpired`, `SecretMissing`.
    pub fn open_refresh(self, text: &str) -> Result<GrantToken, Reason> {
        let Self { ctx, policy } = self;
        let sealed = seal::open(Kind::Refresh, &policy.keys, ctx.secrets, text)?;
        let sealed = sealed.filter(|sealed| sealed.is_for(AUDIENCE)).ok_or(Reason::RefreshForged)?;
        let claims = Claims::read(sealed.payload.expose()).ok_or(Reason::RefreshForged)?;
        if sealed.expires <= ctx.now { Err(Reason::RefreshExpired) } else { Ok(GrantToken { sealed, claims }) }
    }

    /// Redeems an opened refresh token. `caller`: the client, to which the person is added as soon as that is known.
    ///
    /// # Errors
    /// `RefreshRevoked`, `RefreshMisdirected`, `RefreshReused`, `DpopKey`, `ScopeRefused`,
    /// `ResourceRefused`, and storage's own reasons. Nothing is used up but by the last step.
    pub async fn refresh(self, old: &GrantToken, wanted: &Wanted, caller: &mut Identity) -> Result<Issued, Reason>
    where
        P: KvStore + Ledger,
    {
        let Self { ctx, policy } = self;
        let claims = &old.claims;
        if claims.bound.is_some() && claims.bound != wanted.bound() {
            return Err(Reason::DpopKey);
        }
        let family = claims.family;
        let record = match self.find(old).await? {
            Found::Live(record) => record,
            Found::Revoked | Found::Unknown => return Err(Reason::RefreshRevoked),
        };
        if caller.client.as_ref() != Some(&record.client) {
            return Err(Reason::RefreshMisdirected);
        }
        caller.subject = Some(record.sub.clone());
        // What is revoked and looks alive was not written everywhere yet.
        self.check_what_was_written(&family).await?;
        let next = Record { generation: u64::from(claims.generation) + 1, ..record };
        check_wanted(&next, wanted)?;
        ctx.signing_key(&policy.keys)?;
        if let Some(proof) = wanted.proof {
            proof.claim(ctx).await?;
        }
        let used = used(&family, claims.generation);
        let (at, is_first) = match once::take(ctx, &used, old.sealed.expires, &ctx.now.to_string()).await? {
            Claimed::First => (ctx.now, true),
            Claimed::Replayed { note, age } if age < policy.retry_window => (note.parse().unwrap_or(0), false),
            Claimed::Replayed { .. } => {
                self.revoke(&family).await?;
                return Err(Reason::RefreshReused);
            }
        };
        let next = Record { exp: (at + policy.refresh_lifetime).min(next.ends), ..next };
        let issued = Generation { parent: &old.sealed, family, record: &next, at }.issue(&self, wanted)?;
        let key = record_key(&family);
        let known = ctx.recent.get(&key, ctx.now, policy.cache);
        if is_first || known.is_none_or(|known| known.generation < next.generation) {
            ctx.recent.put(&key, next.clone(), ctx.now);
            let is_written = ctx.ports.put(&key, &next.to_json()?, store::kv_expiry(ctx.now, next.exp)).await.is_ok();
            // The old access token lives on elsewhere until somebody comes again. The client must not pay for it.
            if !is_written && ctx.recent.get(&key, ctx.now, 0).is_none() {
                ctx.recent.forget(&key); // a tombstone that came meanwhile stays
            }
            self.check_what_was_written(&family).await?;
        }
        Ok(issued)
    }

    /// Finds the grant of an authentic token.
    ///
    /// # Errors
    /// Storage's own reasons.
    pub async fn find(self, token: &GrantToken) -> Result<Found, Reason>
    where
        P: KvStore + Ledger,
    {
        let Self { ctx, policy } = self;
        let key = record_key(&token.claims.family);
        let record = match ctx.recent.get(&key, ctx.now, policy.cache) {
            Some(record) => Some(record),
            None => self.fetch(token, &key).await?,
        };
        Ok(record.into())
    }

    /// The record of the grant that an access token belongs to, if it still counts.
    ///
    /// # Errors
    /// `TokenUnknown`, `TokenRevoked`, `TokenSuperseded`, and storage's own reasons.
    pub async fn verify(self, token: &GrantToken, revocation: Revocation) -> Result<Record, Reason>
    where
        P: KvStore + Ledger,
    {
        let claims = &token.claims;
        if revocation == Revocation::Strict {
            self.check_revocation(&claims.family).await.map_err(of_token)?;
            if self.is_superseded(claims).await? {
                return Err(Reason::TokenSuperseded);
            }
        }
        match self.find(token).await? {
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
    pub async fn is_superseded(self, claims: &Claims) -> Result<bool, Reason>
    where
        P: Ledger,
    {
        Ok(self.ctx.ports.recall(&used(&claims.family, claims.generation)).await?.is_some())
    }

    /// Revokes all tokens of a grant: at once in the Ledger and in this isolate, elsewhere as KV gets there.
    ///
    /// # Errors
    /// Storage's own reasons.
    pub async fn revoke(self, family: &[u8; 16]) -> Result<(), Reason>
    where
        P: KvStore + Ledger,
    {
        let ctx = self.ctx;
        let until = self.outlived();
        let record = Record::tombstone(until);
        let key = record_key(family);
        // A refresh on its way may write the record over it.
        let tombstone = Tombstone { key: &key, value: &record.to_json()?, again: true };
        store::bury(ctx, &of_family("revoked", family), until, &tombstone).await?;
        // Remembered only once it is buried, or this isolate would not try again.
        ctx.recent.put(&key, record, ctx.now);
        Ok(())
    }

    /// Refuses what belongs to a grant that the Ledger knows to be revoked.
    async fn check_revocation(self, family: &[u8; 16]) -> Result<(), Reason>
    where
        P: Ledger,
    {
        let ctx = self.ctx;
        match ctx.policy.single_use == SingleUse::Ledger
            && ctx.ports.recall(&of_family("revoked", family)).await?.is_some()
        {
            true => Err(Reason::RefreshRevoked),
            false => Ok(()),
        }
    }

    /// The same after a grant's record was written, which may have gone over a tombstone: then another one follows.
    async fn check_what_was_written(self, family: &[u8; 16]) -> Result<(), Reason>
    where
        P: KvStore + Ledger,
    {
        let checked = self.check_revocation(family).await;
        if checked == Err(Reason::RefreshRevoked) {
            self.revoke(family).await?;
        }
        checked
    }

    /// When the last token that a grant may have by now is dead. No access token outlives its refresh token.
    fn outlived(self) -> u64 {
        self.ctx.now + self.policy.refresh_lifetime
    }

    async fn fetch(self, token: &GrantToken, key: &str) -> Result<Option<Record>, Reason>
    where
        P: KvStore + Ledger,
    {
        let (ctx, family) = (self.ctx, &token.claims.family);
        let mut text = ctx.ports.get(key).await?;
        // An authentic token without a record is rare, so the Ledger is asked whatever its age.
        if text.is_none() && ctx.policy.single_use == SingleUse::Ledger {
            if ctx.ports.recall(&of_family("revoked", family)).await?.is_some() {
                return Ok(store::revoked(ctx, key, token.sealed.expires));
            }
            text = ctx.ports.recall(&of_family("granted", family)).await?;
        }
        let record = Record::found(text.as_deref())?;
        if let Some(record) = &record {
            ctx.recent.put(key, record.clone(), ctx.now);
        }
        Ok(record)
    }

    fn family(self, code: &Sealed) -> Result<[u8; 16], Reason> {
        let bytes = code.bind(self.ctx.secret_of(&self.policy.keys, code)?, "grant");
        bytes.first_chunk().copied().ok_or(Reason::Internal)
    }
}

/// What a revoked grant is called where a code comes in.
fn of_code(reason: Reason) -> Reason {
    if reason == Reason::RefreshRevoked { Reason::CodeReplayed } else { reason }
}

/// What it is called where an access token does.
fn of_token(reason: Reason) -> Reason {
    if reason == Reason::RefreshRevoked { Reason::TokenRevoked } else { reason }
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
