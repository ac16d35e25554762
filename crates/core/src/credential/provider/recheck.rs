//! Whether somebody who is signed in still may be: the provider is asked once per `recheck`, by its refresh token.
//!
//! One request asks, for all isolates: it claims the minute in the Ledger. The others go on with what is known meanwhile, and so
//! does everybody while the provider cannot be reached: it is asked again each minute. A refresh token may work once only, and
//! KV may lag, so what came of asking lies in the Ledger too until KV has it everywhere.

use std::sync::Arc;

use crate::credential::issuer::Issuers;
use crate::credential::provider::{endpoints, person, tokens};
use crate::identity::person::Person;
use crate::policy::{Provider, Session, SingleUse};
use crate::ports::{ClaimKey, Claimed, Ports};
use crate::refusal::Reason;
use crate::sealed::record::Record;
use crate::sealed::seal::Sealed;
use crate::sealed::store::{self, Context, LAG};
use crate::sealed::{hidden, once};
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
        Some(late) => Box::pin(ask(ctx, memory, opened, provider, late / MINUTE)).await,
    }
}

async fn ask<P: Ports>(
    ctx: Context<'_, P>,
    memory: &Issuers,
    opened: Opened<'_>,
    provider: &Provider,
    minute: u64,
) -> Result<Arc<Person>, Reason> {
    let Opened { policy, session, subject, person } = opened;
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
    let secret = ctx.secret_of(&policy.keys, session)?;
    let refresh = hidden::read(session, secret, REFRESH, &person.refresh).ok_or(Reason::SessionRemoved)?;
    let found = match again(ctx, memory, provider, subject, &refresh).await {
        Ok(found) => found,
        Err(Reason::ProviderUnavailable | Reason::ProviderClient | Reason::SecretMissing) => {
            return Ok(Arc::clone(person));
        }
        Err(_) => {
            store::revoke(ctx, session).await?;
            return Err(Reason::SessionRemoved);
        }
    };
    let person = match found {
        Found::Person(newer, refresh) => {
            let refresh = match refresh {
                Some(newer) => hidden::hide(session, secret, REFRESH, &newer, ctx.ports)?,
                None => person.refresh.clone(),
            };
            Person { refresh, sid: if newer.sid.is_empty() { person.sid.clone() } else { newer.sid.clone() }, ..newer }
        }
        Found::Nothing(None) => Person { checked: ctx.now, ..Person::clone(person) },
        Found::Nothing(Some(refresh)) => Person {
            checked: ctx.now,
            refresh: hidden::hide(session, secret, REFRESH, &refresh, ctx.ports)?,
            ..Person::clone(person)
        },
    };
    keep(ctx, session, subject, person, &done).await
}

/// What came of an earlier request's asking that KV does not show here yet.
async fn earlier<P: Ports>(ctx: Context<'_, P>, done: &ClaimKey, minute: u64) -> Result<Option<Record>, Reason> {
    if minute == 0 || ctx.policy.single_use == SingleUse::BestEffort {
        return Ok(None);
    }
    Ok(ctx.ports.recall(done).await?.and_then(|text| Record::from_json(&text)))
}

/// What a refresh told.
enum Found {
    /// Who it is, and a new refresh token, if there is one.
    Person(Person, Option<Secret>),
    /// Only that the person is still there (OpenID Connect Core section 12.2: there may be no id_token).
    Nothing(Option<Secret>),
}

async fn again<P: Ports>(
    ctx: Context<'_, P>,
    memory: &Issuers,
    provider: &Provider,
    subject: &str,
    refresh: &Secret,
) -> Result<Found, Reason> {
    let endpoints = endpoints::of(ctx, memory, provider).await?;
    let tokens = tokens::of_refresh(ctx, provider, &endpoints, refresh).await?;
    if tokens.id.is_none() && !provider.asks_userinfo {
        return Ok(Found::Nothing(tokens.refresh));
    }
    let asked = person::Asked { provider, endpoints: &endpoints, nonce: None, subject: Some(subject) };
    let found = person::of(ctx, memory, asked, tokens).await?;
    Ok(Found::Person(found.person, found.refresh))
}

/// Writes the newer record, over the older one. A tombstone that came meanwhile stays, or comes again.
async fn keep<P: Ports>(
    ctx: Context<'_, P>,
    session: &Sealed,
    subject: &str,
    person: Person,
    done: &ClaimKey,
) -> Result<Arc<Person>, Reason> {
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

/// What a refresh token is hidden for.
pub const REFRESH: &str = "refresh token";
const MINUTE: u64 = 60;
