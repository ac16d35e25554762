//! Whether somebody who is signed in still may be: the provider is asked once per `recheck`, by its refresh token.
//!
//! One request asks, for all isolates: it claims the minute in the Ledger. The others go on with what is known meanwhile, and so
//! does everybody while the provider cannot be reached: it is asked again each minute. A refresh token may work once only, and
//! KV may lag, so what came of asking lies in the Ledger too until KV has it everywhere.

use std::sync::Arc;

use crate::credential::issuer::Issuers;
use crate::credential::provider::{SignedIn, Talk, endpoints, person, tokens};
use crate::identity::person::Person;
use crate::policy::{Session, SingleUse};
use crate::ports::{ClaimKey, Claimed, Ports};
use crate::refusal::Reason;
use crate::sealed::hidden::{Hiding, REFRESH};
use crate::sealed::once;
use crate::sealed::record::Record;
use crate::sealed::seal::Sealed;
use crate::sealed::store::{self, Context, LAG};
use crate::secret::Secret;

/// A session that a provider opened, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Opened<'a> {
    /// What the policy says of sessions.
    pub policy: &'a Session,
    /// The session.
    pub session: &'a Sealed,
    /// Whose it is.
    pub subject: &'a str,
    /// What the provider said.
    pub person: &'a Arc<Person>,
}

/// What is known of the person now.
///
/// # Errors
/// `SessionRemoved` if the provider or the policy knows the person no more, `SessionExpired` where it cannot be asked and its
/// word is too old; storage's own reasons.
pub async fn check<P: Ports>(ctx: Context<'_, P>, memory: &Issuers, opened: Opened<'_>) -> Result<Arc<Person>, Reason> {
    let Opened { person, .. } = opened;
    if person.provider.is_empty() {
        return Ok(Arc::clone(person));
    }
    let providers = &ctx.policy.providers;
    let provider = providers.iter().find(|provider| provider.name == person.provider).ok_or(Reason::SessionRemoved)?;
    if !provider.issuer.is_of(&person.issuer) {
        return Err(Reason::SessionRemoved);
    }
    let due = provider.recheck.map_or(u64::MAX, |recheck| person.checked.saturating_add(recheck));
    match ctx.now.checked_sub(due) {
        None => Ok(Arc::clone(person)),
        Some(_) if person.refresh.is_empty() => Err(Reason::SessionExpired),
        // Boxed: few requests ask, and every request's future would be as large.
        Some(late) => Box::pin(ask(Talk { ctx, memory, provider }, opened, late / MINUTE)).await,
    }
}

async fn ask<P: Ports>(talk: Talk<'_, P>, opened: Opened<'_>, minute: u64) -> Result<Arc<Person>, Reason> {
    let ctx = talk.ctx;
    let Opened { policy, session, person, .. } = opened;
    let turn = session.claim_key(&format!("recheck {} {minute}", person.checked));
    if once::take(ctx, &turn, ctx.now + LAG, "").await? != Claimed::First {
        return Ok(Arc::clone(person));
    }
    let done = session.claim_key(&format!("rechecked {}", person.checked));
    if let Some(known) = earlier(ctx, &done, minute).await? {
        let found = known.person.clone().unwrap_or_default();
        ctx.recent.put(session.record_key(), known, ctx.now);
        return Ok(found);
    }
    let hiding = Hiding { session, secret: ctx.secret_of(&policy.keys, session)?, purpose: REFRESH };
    let refresh = hiding.read(&person.refresh).ok_or(Reason::SessionRemoved)?;
    let found = match again(talk, opened, &refresh).await {
        Ok(found) => found,
        Err(Reason::ProviderUnavailable | Reason::ProviderClient | Reason::SecretMissing) => {
            return Ok(Arc::clone(person));
        }
        Err(_) => {
            store::revoke(ctx, session).await?;
            return Err(Reason::SessionRemoved);
        }
    };
    let refresh = match &found.refresh {
        Some(newer) => hiding.hide(newer, ctx.ports)?,
        None => person.refresh.clone(),
    };
    let newer = match found.person {
        Some(newer) if newer.sid.is_empty() => Person { refresh, sid: person.sid.clone(), ..newer },
        Some(newer) => Person { refresh, ..newer },
        None => Person { checked: ctx.now, refresh, ..Person::clone(person) },
    };
    keep(ctx, opened, newer, &done).await
}

/// What came of an earlier request's asking that KV does not show here yet.
async fn earlier<P: Ports>(ctx: Context<'_, P>, done: &ClaimKey, minute: u64) -> Result<Option<Record>, Reason> {
    if minute == 0 || ctx.policy.single_use == SingleUse::BestEffort {
        return Ok(None);
    }
    Ok(ctx.ports.recall(done).await?.and_then(|text| Record::from_json(&text)))
}

/// What a refresh told.
struct Found {
    /// Who it is; None: only that the person is still there (OpenID Connect Core section 12.2: there may be no id_token).
    person: Option<Person>,
    /// A new refresh token, if there is one.
    refresh: Option<Secret>,
}

async fn again<P: Ports>(talk: Talk<'_, P>, opened: Opened<'_>, refresh: &Secret) -> Result<Found, Reason> {
    let Talk { ctx, memory, provider } = talk;
    let endpoints = endpoints::of(ctx, memory, provider).await?;
    let tokens = tokens::of_refresh(ctx, provider, &endpoints, refresh).await?;
    if tokens.id.is_none() && !provider.asks_userinfo {
        return Ok(Found { person: None, refresh: tokens.refresh });
    }
    let asked = person::Asked { endpoints: &endpoints, nonce: None, subject: Some(opened.subject) };
    let SignedIn { person, refresh, .. } = person::of(talk, asked, tokens).await?;
    Ok(Found { person: Some(person), refresh })
}

/// Writes the newer record, over the older one. A tombstone that came meanwhile stays, or comes again.
async fn keep<P: Ports>(
    ctx: Context<'_, P>,
    opened: Opened<'_>,
    person: Person,
    done: &ClaimKey,
) -> Result<Arc<Person>, Reason> {
    let Opened { session, subject, .. } = opened;
    let person = Arc::new(person);
    let record = Record {
        sub: subject.to_owned(),
        exp: session.expires,
        // What an isolate remembers is not replaced by what is older.
        generation: person.checked,
        person: Some(Arc::clone(&person)),
        ..Record::default()
    };
    let json = record.to_json()?;
    let key = session.record_key();
    if ctx.policy.single_use == SingleUse::Ledger {
        ctx.ports.claim(done, ctx.now + 2 * LAG, &json).await?;
    }
    ctx.recent.put(key, record, ctx.now);
    // Whoever was signed in must not pay for a write that failed: the next minute asks again.
    let _ = ctx.ports.put(key, &json, store::kv_expiry(ctx.now, session.expires)).await;
    if ctx.policy.single_use == SingleUse::Ledger && store::is_revoked(ctx, session).await? {
        store::revoke(ctx, session).await?;
        return Err(Reason::SessionRevoked);
    }
    Ok(person)
}

const MINUTE: u64 = 60;
