//! Whether somebody who is signed in still may be: the provider is asked once per `recheck`, by its refresh token.
//!
//! One request asks, for all isolates: it claims the minute in the Ledger. The others go on with what is known meanwhile, and so
//! does everybody while the provider cannot be reached: it is asked again each minute. A refresh token may work once only, and
//! KV may lag, so what came of asking lies in the Ledger too until KV has it everywhere.

use std::sync::Arc;

use crate::credential::issuer::Issuers;
use crate::credential::provider::tokens::Tokens;
use crate::credential::provider::{Talk, endpoints, person, tokens};
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
#[derive(Debug)]
pub struct Known {
    /// What the provider said last.
    pub person: Arc<Person>,
    /// Why the provider, which was asked for this request, did not say whether it still holds.
    pub unanswered: Option<Reason>,
}

/// Asks the provider if it is time, and says what is known of the person.
///
/// # Errors
/// `SessionRemoved` if the provider or the policy knows the person no more, `SessionExpired` where it cannot be asked and its
/// word is too old; storage's own reasons.
pub async fn check<P: Ports>(ctx: Context<'_, P>, memory: &Issuers, opened: Opened<'_>) -> Result<Known, Reason> {
    let Opened { person, .. } = opened;
    if person.provider.is_empty() {
        return Ok(Known::of(Arc::clone(person)));
    }
    let providers = &ctx.policy.providers;
    let provider = providers.iter().find(|provider| provider.name == person.provider).ok_or(Reason::SessionRemoved)?;
    if !provider.issuer.is_of(&person.issuer) {
        return Err(Reason::SessionRemoved);
    }
    let due = provider.recheck.map_or(u64::MAX, |recheck| person.checked.saturating_add(recheck));
    match ctx.now.checked_sub(due) {
        None => Ok(Known::of(Arc::clone(person))),
        Some(_) if person.refresh.is_empty() => Err(Reason::SessionExpired),
        // Boxed: few requests ask, and every request's future would be as large.
        Some(late) => Box::pin(ask(Talk { ctx, memory, provider }, opened, late / MINUTE)).await,
    }
}

impl Known {
    const fn of(person: Arc<Person>) -> Self {
        Self { person, unanswered: None }
    }
}

async fn ask<P: Ports>(talk: Talk<'_, P>, opened: Opened<'_>, minute: u64) -> Result<Known, Reason> {
    let ctx = talk.ctx;
    let Opened { policy, session, person, .. } = opened;
    let turn = session.claim_key(&format!("recheck {} {minute}", person.checked));
    if once::take(ctx, &turn, ctx.now + LAG, "").await? != Claimed::First {
        return Ok(Known::of(Arc::clone(person)));
    }
    let done = session.claim_key(&format!("rechecked {}", person.checked));
    if let Some(known) = earlier(ctx, &done, minute).await? {
        let found = known.person.clone().unwrap_or_default();
        ctx.recent.put(session.record_key(), known, ctx.now);
        return Ok(Known::of(found));
    }
    let hiding = Hiding { session, secret: ctx.secret_of(&policy.keys, session)?, purpose: REFRESH };
    let refresh = hiding.read(&person.refresh).ok_or(Reason::SessionRemoved)?;
    let asked = match again(talk, &refresh).await {
        Ok(asked) => asked,
        Err(reason) => return unchanged(ctx, opened, reason).await,
    };
    // The old one may be used up: whatever comes of the rest, the new one is kept.
    let refresh = match &asked.refresh {
        Some(newer) => hiding.hide(newer, ctx.ports)?,
        None => person.refresh.clone(),
    };
    match told(talk, opened, asked).await {
        Ok(Some(newer)) if newer.issuer != person.issuer => unchanged(ctx, opened, Reason::IdTokenInvalid).await,
        Ok(Some(newer)) => {
            let sid = if newer.sid.is_empty() { person.sid.clone() } else { newer.sid.clone() };
            keep(ctx, opened, Person { refresh, sid, ..newer }, &done).await.map(Known::of)
        }
        Ok(None) => {
            let still = Person { checked: ctx.now, refresh, ..Person::clone(person) };
            keep(ctx, opened, still, &done).await.map(Known::of)
        }
        Err(reason) => {
            let known = unchanged(ctx, opened, reason).await?;
            let kept = Person { refresh, ..Person::clone(&known.person) };
            if kept == *known.person {
                return Ok(known);
            }
            Ok(Known { person: keep(ctx, opened, kept, &done).await?, ..known })
        }
    }
}

/// Ends the session if the provider knows the person no more. Anything else says nothing of the person, who stays.
async fn unchanged<P: Ports>(ctx: Context<'_, P>, opened: Opened<'_>, reason: Reason) -> Result<Known, Reason> {
    match reason {
        Reason::ProviderRefused | Reason::IdTokenInvalid | Reason::JwtIssuer | Reason::JwtAudience => {
            store::revoke(ctx, opened.session).await?;
            Err(Reason::SessionRemoved)
        }
        _ => Ok(Known { person: Arc::clone(opened.person), unanswered: Some(reason) }),
    }
}

/// What came of an earlier request's asking that KV does not show here yet.
async fn earlier<P: Ports>(ctx: Context<'_, P>, done: &ClaimKey, minute: u64) -> Result<Option<Record>, Reason> {
    if minute == 0 || ctx.policy.single_use == SingleUse::BestEffort {
        return Ok(None);
    }
    Ok(ctx.ports.recall(done).await?.and_then(|text| Record::from_json(&text)))
}

async fn again<P: Ports>(talk: Talk<'_, P>, refresh: &Secret) -> Result<Tokens, Reason> {
    let Talk { ctx, memory, provider } = talk;
    let endpoints = endpoints::of(ctx, memory, provider).await?;
    tokens::of_refresh(ctx, provider, &endpoints, refresh).await
}

/// Who it is now; None: only that the person is still there (OpenID Connect Core section 12.2: there may be no id_token).
async fn told<P: Ports>(talk: Talk<'_, P>, opened: Opened<'_>, tokens: Tokens) -> Result<Option<Person>, Reason> {
    let Talk { ctx, memory, provider } = talk;
    if tokens.id.is_none() && !provider.asks_userinfo {
        return Ok(None);
    }
    let endpoints = endpoints::of(ctx, memory, provider).await?;
    let asked = person::Asked { endpoints: &endpoints, nonce: None, subject: Some(opened.subject) };
    person::of(talk, asked, tokens).await.map(|found| Some(found.person))
}

/// Writes the newer record, over the older one. A tombstone that came meanwhile stays, or comes again.
async fn keep<P: Ports>(
    ctx: Context<'_, P>,
    opened: Opened<'_>,
    person: Person,
    done: &ClaimKey,
) -> Result<Arc<Person>, Reason> {
    let Opened { policy, session, subject, .. } = opened;
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
        // For as long as a copy of the older one may open here.
        let _ = ctx.ports.claim(done, ctx.now + 2 * LAG + policy.cache, &json).await;
    } else if Record::found(ctx.ports.get(key).await?.as_deref())?.is_some_and(|known| known.revoked) {
        return Err(Reason::SessionRevoked);
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
