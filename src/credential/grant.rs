//! Grants (RFC 6749 section 1.3): what a person allowed a client, and the tokens that follow from it.
//!
//! A grant has one record. Its tokens have none: each carries the grant's id, its generation and what it may, sealed. A
//! refresh raises the generation, and tokens of an earlier one are dead. So a new token works everywhere at once,
//! however far KV lags behind, and a whole family is revoked by one write.
//!
//! A refresh claims its generation in the Ledger and leaves the time. The successors follow from the presented token,
//! a key and that time: whoever sends the same token again within the window (a lost answer, a second tab) gets the same
//! successors, and nothing readable was stored for it. After the window it is a theft, and the family is revoked.

use super::claim_key;
use super::dpop::Thumbprint;
use super::once;
use super::record::Record;
use super::seal::{self, Kind, Sealed, Terms};
use super::store::{self, Context, Found, LAG};
use crate::policy::{OAuth, Revocation, SingleUse};
use crate::ports::{ClaimKey, Claimed, Entropy, Ledger, Vault};
use crate::refusal::Reason;

/// What a token of a grant says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Which grant.
    pub family: [u8; 16],
    /// After how many refreshes.
    pub generation: u32,
    /// A bit for each scope of the grant, in its order.
    pub scopes: u64,
    /// A bit for each of its resources; none: any.
    pub resources: u8,
    /// The key that it is bound to (RFC 9449 section 6).
    pub bound: Option<Thumbprint>,
}

/// What a client asks for with a code or a refresh token.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Scopes, no more than were granted; None: all of them.
    pub scope: Option<String>,
    /// Resources, the same.
    pub resources: Vec<String>,
    /// The key that the tokens are to be bound to.
    pub bound: Option<Thumbprint>,
    /// Whether the refresh token is bound to it too: where no secret proves who refreshes.
    pub binds_refresh: bool,
}

/// Tokens as they are handed over.
#[derive(Debug)]
pub struct Issued {
    /// The access token.
    pub access: Sealed,
    /// The refresh token.
    pub refresh: Sealed,
    /// What the access token may.
    pub scope: Vec<String>,
    /// Who allowed it.
    pub subject: String,
}

/// Begins the grant that follows from a code. The same code always gives the same grant.
///
/// # Errors
/// `CodeReplayed` if the grant was revoked meanwhile; `ScopeRefused`, `ResourceRefused`, and storage's own reasons.
pub async fn begin<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    policy: &OAuth,
    code: &Sealed,
    record: Record,
    wanted: &Wanted,
) -> Result<Issued, Reason> {
    let family = family(ctx, policy, code)?;
    let record = Record {
        exp: ctx.now + policy.refresh_lifetime.min(policy.grant_lifetime),
        ends: ctx.now + policy.grant_lifetime,
        ..record
    };
    let issued = issue(ctx, policy, code, &record, family, ctx.now, wanted)?;
    let (key, json) = (record_key(&family), record.to_json()?);
    ctx.recent.put(&key, record.clone(), ctx.now);
    ports.put(&key, &json, store::kv_expiry(ctx.now, record.exp)).await?;
    if ctx.single_use == SingleUse::Ledger {
        let _ = ports.claim(&of_family("granted", &family), ctx.now + LAG, &json).await;
    }
    judge_what_was_written(ctx, ports, policy, &family).await.map_err(of_code)?;
    Ok(issued)
}

/// Ends the grant that a code gave, because the code came twice.
///
/// # Errors
/// Storage's own reasons.
pub async fn end_of_code<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    policy: &OAuth,
    code: &Sealed,
) -> Result<(), Reason> {
    revoke(ctx, ports, policy, &family(ctx, policy, code)?).await
}

/// Opens a refresh token without looking at storage. It says nothing about revocation.
///
/// # Errors
/// `RefreshForged`, `RefreshExpired`, `SecretMissing`.
pub fn open_refresh(ctx: Context<'_>, policy: &OAuth, text: &str) -> Result<(Sealed, Claims), Reason> {
    let sealed = seal::open(Kind::Refresh, &policy.keys, ctx.keyring, ctx.loopback, text)?;
    let sealed = sealed.filter(|sealed| sealed.is_for(AUDIENCE)).ok_or(Reason::RefreshForged)?;
    let claims = Claims::read(sealed.payload.expose()).ok_or(Reason::RefreshForged)?;
    if sealed.expires <= ctx.now { Err(Reason::RefreshExpired) } else { Ok((sealed, claims)) }
}

/// The claims of an opened access token; None for one that belongs to no grant.
pub fn claims(token: &Sealed) -> Option<Claims> {
    token.is_for(AUDIENCE).then(|| Claims::read(token.payload.expose())).flatten()
}

/// Redeems an opened refresh token.
///
/// # Errors
/// `RefreshRevoked`, `RefreshMisdirected`, `RefreshReused`, `DpopKey`, `ScopeRefused`,
/// `ResourceRefused`, and storage's own reasons. Nothing is used up but by the last step.
pub async fn refresh<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    policy: &OAuth,
    client: &str,
    old: &Sealed,
    claims: &Claims,
    wanted: &Wanted,
) -> Result<Issued, Reason> {
    if claims.bound.is_some() && claims.bound != wanted.bound {
        return Err(Reason::DpopKey);
    }
    let family = claims.family;
    let record = match find(ctx, ports, policy, old, claims).await? {
        Found::Live(record) => record,
        Found::Revoked | Found::Unknown => return Err(Reason::RefreshRevoked),
    };
    if record.client != client {
        return Err(Reason::RefreshMisdirected);
    }
    judge_revocation(ctx, ports, &family).await?;
    let next = Record { generation: u64::from(claims.generation) + 1, ..record };
    judge_wanted(&next, wanted)?;
    let used = used(&family, claims.generation);
    let (at, is_first) = match once::take(ctx, ports, &used, old.expires, &ctx.now.to_string()).await? {
        Claimed::First => (ctx.now, true),
        Claimed::Replayed(at) => (at.parse().unwrap_or(0), false),
    };
    if !is_first && ctx.now.saturating_sub(at) >= policy.retry_window {
        revoke(ctx, ports, policy, &family).await?;
        return Err(Reason::RefreshReused);
    }
    let next = Record { exp: (at + policy.refresh_lifetime).min(next.ends), ..next };
    let issued = issue(ctx, policy, old, &next, family, at, wanted)?;
    if is_first {
        let key = record_key(&family);
        ctx.recent.put(&key, next.clone(), ctx.now);
        // If this fails, the old access token lives on elsewhere until its time is over. The client must not pay for it.
        let _ = ports.put(&key, &next.to_json()?, store::kv_expiry(ctx.now, next.exp)).await;
        judge_what_was_written(ctx, ports, policy, &family).await?;
    }
    Ok(issued)
}

/// Whether a grant holds all that is asked for: its scopes and resources as bits.
///
/// # Errors
/// `ScopeRefused`, `ResourceRefused`.
pub fn judge_wanted(record: &Record, wanted: &Wanted) -> Result<(u64, u64), Reason> {
    let words = |text: &str| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let asked = wanted.scope.as_deref().map(words);
    let scopes = bits(&record.scope, asked.as_deref()).ok_or(Reason::ScopeRefused)?;
    let asked = Some(wanted.resources.as_slice()).filter(|named| !named.is_empty());
    let resources = bits(&record.resources, asked).ok_or(Reason::ResourceRefused)?;
    Ok((scopes, resources))
}

/// Finds the grant of an authentic token.
///
/// # Errors
/// Storage's own reasons.
pub async fn find<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    policy: &OAuth,
    token: &Sealed,
    claims: &Claims,
) -> Result<Found, Reason> {
    let key = record_key(&claims.family);
    let record = match ctx.recent.get(&key, ctx.now, policy.cache) {
        Some(record) => Some(record),
        None => fetch(ctx, ports, token, claims, &key).await?,
    };
    Ok(match record {
        Some(record) if record.revoked => Found::Revoked,
        Some(record) => Found::Live(record),
        None => Found::Unknown,
    })
}

/// The record of the grant that an access token belongs to, if it still counts.
///
/// # Errors
/// `TokenUnknown`, `TokenRevoked`, `TokenSuperseded`, and storage's own reasons.
pub async fn verify<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    policy: &OAuth,
    revocation: Revocation,
    token: &Sealed,
    claims: &Claims,
) -> Result<Record, Reason> {
    if revocation == Revocation::Strict {
        judge_revocation(ctx, ports, &claims.family).await.map_err(of_token)?;
        if is_superseded(ports, claims).await? {
            return Err(Reason::TokenSuperseded);
        }
    }
    match find(ctx, ports, policy, token, claims).await? {
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
pub async fn is_superseded(ports: &impl Ledger, claims: &Claims) -> Result<bool, Reason> {
    Ok(ports.recall(&used(&claims.family, claims.generation)).await?.is_some())
}

/// Revokes all tokens of a grant: at once in the Ledger and in this isolate, elsewhere as KV gets there.
///
/// # Errors
/// Storage's own reasons.
pub async fn revoke<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    policy: &OAuth,
    family: &[u8; 16],
) -> Result<(), Reason> {
    let until = ctx.now + policy.refresh_lifetime.max(policy.access_lifetime);
    if ctx.single_use == SingleUse::Ledger {
        ports.claim(&of_family("revoked", family), until, "").await?;
    }
    bury(ctx, ports, family, until).await
}

/// The scopes of a grant that a token has.
pub fn scopes(record: &Record, claims: &Claims) -> Vec<String> {
    let granted = record.scope.split_ascii_whitespace().enumerate();
    granted.filter(|(at, _)| has_bit(claims.scopes, *at)).map(|(_, scope)| scope.to_owned()).collect()
}

/// The resources of a grant that a token is for; empty: it is not bound to any.
pub fn resources(record: &Record, claims: &Claims) -> Vec<String> {
    let granted = record.resources.split_ascii_whitespace().enumerate();
    granted.filter(|(at, _)| has_bit(claims.resources.into(), *at)).map(|(_, one)| one.to_owned()).collect()
}

impl Claims {
    fn write(&self) -> Vec<u8> {
        let mut bytes = self.family.to_vec();
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.scopes.to_be_bytes());
        bytes.push(self.resources);
        bytes.extend(self.bound.iter().flat_map(|bound| bound.0));
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (family, rest) = bytes.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let (scopes, rest) = rest.split_first_chunk()?;
        let (resources, bound) = rest.split_first()?;
        let bound = match bound {
            [] => None,
            bound => Some(Thumbprint(bound.try_into().ok()?)),
        };
        Some(Self {
            family: *family,
            generation: u32::from_be_bytes(*generation),
            scopes: u64::from_be_bytes(*scopes),
            resources: *resources,
            bound,
        })
    }
}

/// The tokens of a generation. They follow from the code or refresh token before, the key and the time.
fn issue(
    ctx: Context<'_>,
    policy: &OAuth,
    parent: &Sealed,
    record: &Record,
    family: [u8; 16],
    at: u64,
    wanted: &Wanted,
) -> Result<Issued, Reason> {
    let (scopes, resources) = judge_wanted(record, wanted)?;
    let all_scopes = bits(&record.scope, None).ok_or(Reason::Internal)?;
    let all_resources = bits(&record.resources, None).ok_or(Reason::Internal)?;
    let generation = u32::try_from(record.generation).map_err(|_| Reason::RefreshExpired)?;
    let narrow = |bits: u64| u8::try_from(bits).map_err(|_| Reason::Internal);
    let access = Claims { family, generation, scopes, resources: narrow(resources)?, bound: wanted.bound };
    let bound = wanted.bound.filter(|_| wanted.binds_refresh);
    let refresh = Claims { scopes: all_scopes, resources: narrow(all_resources)?, bound, ..access.clone() };
    let (key, secret) = ctx.signing_key(&policy.keys)?;
    let make = |kind, claims: &Claims, lifetime: u64| {
        let payload = claims.write();
        let expires = (at + lifetime).min(record.ends);
        let terms = Terms { kind, issued: at, expires, audience: AUDIENCE, payload: &payload };
        // The payload is masked by what the random bytes give, so they differ with it.
        let purpose = format!("successor {kind:?} {at} {}", crate::digest::hex(&payload));
        seal::seal(&terms, key, secret, &Derived(parent.bind(secret, &purpose)))
    };
    Ok(Issued {
        access: make(Kind::Token, &access, policy.access_lifetime)?,
        refresh: make(Kind::Refresh, &refresh, policy.refresh_lifetime)?,
        scope: self::scopes(record, &access),
        subject: record.sub.clone(),
    })
}

/// A bit for each word of the list that is asked for, or for all of them; None if one is asked for that is not there.
fn bits(list: &str, asked: Option<&[String]>) -> Option<u64> {
    let words: Vec<&str> = list.split_ascii_whitespace().collect();
    let bit = |at: usize| 1_u64.checked_shl(u32::try_from(at).ok()?);
    match asked {
        None => (0..words.len()).try_fold(0, |bits, at| Some(bits | bit(at)?)),
        Some(asked) => {
            asked.iter().try_fold(0, |bits, word| Some(bits | bit(words.iter().position(|known| known == word)?)?))
        }
    }
}

fn has_bit(bits: u64, at: usize) -> bool {
    u32::try_from(at).ok().and_then(|at| bits.checked_shr(at)).is_some_and(|bits| bits & 1 == 1)
}

/// What a revoked grant is called where a code comes in.
fn of_code(reason: Reason) -> Reason {
    if reason == Reason::RefreshRevoked { Reason::CodeReplayed } else { reason }
}

/// What it is called where an access token does.
fn of_token(reason: Reason) -> Reason {
    if reason == Reason::RefreshRevoked { Reason::TokenRevoked } else { reason }
}

/// Random bytes that are the same whenever the same thing is made.
struct Derived([u8; 32]);

impl Entropy for Derived {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Reason> {
        for (to, from) in bytes.iter_mut().zip(self.0) {
            *to = from;
        }
        Ok(())
    }
}

/// Refuses what belongs to a grant that the Ledger knows to be revoked.
async fn judge_revocation<P: Ledger>(ctx: Context<'_>, ports: &P, family: &[u8; 16]) -> Result<(), Reason> {
    match ctx.single_use == SingleUse::Ledger && ports.recall(&of_family("revoked", family)).await?.is_some() {
        true => Err(Reason::RefreshRevoked),
        false => Ok(()),
    }
}

/// The same after a grant's record was written, which may have gone over a tombstone: then another one follows.
async fn judge_what_was_written<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    policy: &OAuth,
    family: &[u8; 16],
) -> Result<(), Reason> {
    let judged = judge_revocation(ctx, ports, family).await;
    if judged == Err(Reason::RefreshRevoked) {
        bury(ctx, ports, family, ctx.now + policy.refresh_lifetime.max(policy.access_lifetime)).await?;
    }
    judged
}

/// Replaces a grant's record by what says that it is revoked.
async fn bury<P: Vault>(ctx: Context<'_>, ports: &P, family: &[u8; 16], until: u64) -> Result<(), Reason> {
    let tombstone = Record { exp: until, revoked: true, ..Record::default() };
    let key = record_key(family);
    ctx.recent.put(&key, tombstone.clone(), ctx.now);
    ports.put(&key, &tombstone.to_json()?, store::kv_expiry(ctx.now, until)).await
}

async fn fetch<P: Vault + Ledger>(
    ctx: Context<'_>,
    ports: &P,
    token: &Sealed,
    claims: &Claims,
    key: &str,
) -> Result<Option<Record>, Reason> {
    let mut text = ports.get(key).await?;
    if text.is_none() && ctx.now < token.issued + LAG && ctx.single_use == SingleUse::Ledger {
        if ports.recall(&of_family("revoked", &claims.family)).await?.is_some() {
            return Ok(Some(Record { exp: token.expires, revoked: true, ..Record::default() }));
        }
        text = ports.recall(&of_family("granted", &claims.family)).await?;
    }
    let record = text.as_deref().and_then(Record::from_json);
    if let Some(record) = &record {
        ctx.recent.put(key, record.clone(), ctx.now);
    }
    Ok(record)
}

fn family(ctx: Context<'_>, policy: &OAuth, code: &Sealed) -> Result<[u8; 16], Reason> {
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

/// What keeps tokens of grants from being taken for those that have a record of their own.
const AUDIENCE: &str = "grant";
