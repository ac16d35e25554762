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
    if !is_next(ctx, session, person, minute).await? {
        return Ok(Known::of(Arc::clone(person)));
    }
    let saved = match newest(ctx, session, person, minute).await? {
        Some(newer) if newer.checked > person.checked => return write(ctx, opened, newer, None).await.map(Known::of),
        // Its refresh token is newer, and nothing else was said.
        saved => saved.map(Arc::new),
    };
    let opened = Opened { person: saved.as_ref().unwrap_or(person), ..opened };
    let person = opened.person;
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
            let sid = person.sid.clone(); // by which the session is found
            keep(ctx, opened, Person { refresh, sid, ..newer }).await.map(Known::of)
        }
        Ok(None) => {
            let still = Person { checked: ctx.now, refresh, ..Person::clone(person) };
            keep(ctx, opened, still).await.map(Known::of)
        }
        Err(reason) => {
            let known = unchanged(ctx, opened, reason).await?;
            let kept = Person { refresh, ..Person::clone(&known.person) };
            if kept == *known.person {
                return Ok(known);
            }
            Ok(Known { person: keep(ctx, opened, kept).await?, ..known })
        }
    }
}

/// Ends the session if the provider knows the person no more. Anything else says nothing of the person, who stays.
async fn unchanged<P: Ports>(ctx: Context<'_, P>, opened: Opened<'_>, reason: Reason) -> Result<Known, Reason> {
    match reason {
        // A person could bring about the last two at the provider, to keep the claims that they had.
        Reason::ProviderRefused
        | Reason::IdTokenInvalid
        | Reason::JwtIssuer
        | Reason::JwtAudience
        | Reason::JwtSubject
        | Reason::ClaimsTooLarge => {
            store::revoke(ctx, opened.session).await?;
            Err(Reason::SessionRemoved)
        }
        _ => Ok(Known { person: Arc::clone(opened.person), unanswered: Some(reason) }),
    }
}

/// Whether this request is the one that asks in this minute. None does while the last one may still wait for its answer. The
/// claim stays even if the request is refused afterwards: the refresh token may be used up.
async fn is_next<P: Ports>(
    ctx: Context<'_, P>,
    session: &Sealed,
    person: &Person,
    minute: u64,
) -> Result<bool, Reason> {
    let turn = |minute: u64| session.claim_key(&format!("recheck {} {minute}", person.checked));
    if once::take(ctx, &turn(minute), ctx.now + LAG, &ctx.now.to_string()).await? != Claimed::First {
        return Ok(false);
    }
    ctx.ports.keep(&turn(minute));
    if minute == 0 || ctx.policy.single_use == SingleUse::BestEffort {
        return Ok(true);
    }
    let last = ctx.ports.recall(&turn(minute - 1)).await?;
    let asked = last.and_then(|note| note.parse::<u64>().ok());
    Ok(asked.is_none_or(|asked| ctx.now.saturating_sub(asked) >= LONGEST))
}

/// What came of earlier requests' asking that KV does not show here yet.
async fn newest<P: Ports>(
    ctx: Context<'_, P>,
    session: &Sealed,
    person: &Person,
    minute: u64,
) -> Result<Option<Person>, Reason> {
    let mut newest = None;
    if minute == 0 || ctx.policy.single_use == SingleUse::BestEffort {
        return Ok(newest);
    }
    for _ in 0..MOST_SAVED {
        let from = newest.as_ref().unwrap_or(person);
        let text = match ctx.ports.recall(&done(session, from)).await? {
            None => ctx.ports.recall(&unwritten(session, from)).await?,
            text => text,
        };
        let Some(newer) = text.and_then(|text| Record::from_json(&text)?.person) else { break };
        let has_come_far = newer.checked > person.checked;
        newest = Some(Person::clone(&newer));
        if has_come_far {
            break;
        }
    }
    Ok(newest)
}

/// The Ledger's key of what came of asking with a refresh token.
fn done(session: &Sealed, person: &Person) -> ClaimKey {
    session.claim_key(&format!("rechecked {} {}", person.checked, person.refresh))
}

/// The same where KV did not take the record: it is kept as long as the session.
fn unwritten(session: &Sealed, person: &Person) -> ClaimKey {
    session.claim_key(&format!("unwritten {} {}", person.checked, person.refresh))
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

/// Notes what came of asking in the Ledger, and writes it.
async fn keep<P: Ports>(ctx: Context<'_, P>, opened: Opened<'_>, person: Person) -> Result<Arc<Person>, Reason> {
    let Opened { policy, session, person: known, .. } = opened;
    // For as long as a copy of the older one may open here, and for this request to be written late.
    let until = ctx.now + 2 * LAG + policy.cache;
    write(ctx, opened, person, Some((done(session, known), until))).await
}

/// Writes the newer record, over the older one, and before that into the Ledger if it is to be noted there. A tombstone that
/// came meanwhile stays, or comes again.
async fn write<P: Ports>(
    ctx: Context<'_, P>,
    opened: Opened<'_>,
    person: Person,
    noted: Option<(ClaimKey, u64)>,
) -> Result<Arc<Person>, Reason> {
    let Opened { session, .. } = opened;
    let person = Arc::new(person);
    let record = record(opened, Arc::clone(&person));
    let json = record.to_json()?;
    let key = session.record_key();
    let has_ledger = ctx.policy.single_use == SingleUse::Ledger;
    match noted {
        Some((noted, until)) if has_ledger => note(ctx, &noted, until, &json).await,
        _ => {}
    }
    if !has_ledger && Record::found(ctx.ports.get(key).await?.as_deref())?.is_some_and(|known| known.revoked) {
        return Err(Reason::SessionRevoked);
    }
    ctx.recent.put(key, record, ctx.now);
    let written = ctx.ports.put(key, &json, store::kv_expiry(ctx.now, session.expires)).await;
    if written.is_err() && has_ledger {
        // Whoever was signed in must not pay for it. The refresh token that KV has is used up, so the next one lies here.
        note(ctx, &unwritten(session, opened.person), session.expires, &json).await;
    }
    if has_ledger && store::is_revoked(ctx, session).await? {
        store::revoke(ctx, session).await?;
        return Err(Reason::SessionRevoked);
    }
    Ok(person)
}

/// Leaves a record in the Ledger, whatever becomes of this request.
async fn note<P: Ports>(ctx: Context<'_, P>, key: &ClaimKey, until: u64, json: &str) {
    let _ = ctx.ports.claim(key, until, json).await;
    ctx.ports.keep(key);
}

fn record(opened: Opened<'_>, person: Arc<Person>) -> Record {
    Record {
        sub: opened.subject.to_owned(),
        exp: opened.session.expires,
        // What an isolate remembers is not replaced by what is older.
        generation: person.checked,
        person: Some(person),
        ..Record::default()
    }
}

const MINUTE: u64 = 60;
/// Seconds after which nobody waits for a provider's answers any more.
const LONGEST: u64 = 30;
/// The most refresh tokens that are followed from one to the next: one a minute, as long as the Ledger keeps them.
const MOST_SAVED: u32 = 6;
