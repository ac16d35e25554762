//! The sessions of a person: noted when they are opened, found and ended by who that is.
//!
//! A session's key says how to end it, so nothing else is read for that. Whether it was ended before, the Ledger is asked.

use serde_json::{Value, json};

use crate::digest::{base64url, from_base64url};
use crate::http::Incoming;
use crate::http::agent::Agent;
use crate::identity;
use crate::ports::{ClaimKey, KvStore, Ledger};
use crate::refusal::Reason;
use crate::sealed::index::{self, MOST_PAGES, Owner, Page, Whose};
use crate::sealed::seal::{Kind, Sealed};
use crate::sealed::store::{self, Context, Ending};
use crate::secret::Secret;

/// For whom a session is opened, and on whose word.
#[derive(Debug, Clone, Copy)]
pub struct Opened<'a> {
    /// Who.
    pub subject: &'a str,
    /// By which way: `password`, `nonce`, a broker's or provider's name.
    pub by: &'a str,
    /// Who a provider says it is, if one does.
    pub said: Option<&'a identity::person::Person>,
    /// The provider's refresh token.
    pub refresh: Option<&'a Secret>,
}

impl<'a> Opened<'a> {
    /// On this gateway's own word.
    pub fn here(subject: &'a str, by: &'a str) -> Self {
        Self { subject, by, said: None, refresh: None }
    }

    /// Who says who it is, if it was not this gateway's own password check, nonce or broker.
    pub fn issuer(&self) -> Option<&'a str> {
        self.said.map(|said| &*said.issuer).filter(|issuer| !issuer.is_empty())
    }

    /// What the issuer calls the session there (OpenID Connect Back-Channel Logout 1.0 section 2.1).
    fn sid(&self) -> Option<&'a str> {
        self.said.map(|said| &*said.sid).filter(|sid| !sid.is_empty())
    }

    /// Who that is.
    pub fn person(&self) -> Owner<'a> {
        Owner { issuer: self.issuer().unwrap_or_default(), subject: self.subject }
    }
}

/// A session as its person, or an operator, is told of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Which: the digest in its record's key. It opens nothing.
    pub id: String,
    /// By which way it was opened.
    pub by: String,
    /// With what.
    pub agent: Agent,
    /// From which network.
    pub network: String,
    /// Unix seconds.
    pub since: u64,
    /// Unix seconds.
    pub expires: u64,
}

/// Sessions of a page that were ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// How many lived until now.
    pub count: usize,
    /// Where the rest begins, if these may not be all.
    pub next: Option<String>,
}

/// All sessions were ended, or as many as one request can.
#[derive(Debug, PartialEq, Eq)]
pub struct Swept {
    /// Where the rest begins, if some may be left.
    pub next: Option<String>,
}

/// Notes a session that was opened. One that cannot be noted could not be found when its person has to go, so it is not
/// handed over.
///
/// # Errors
/// `VaultUnavailable`.
pub async fn note<P: KvStore>(
    ctx: Context<'_, P>,
    session: &Sealed,
    opened: &Opened<'_>,
    request: &Incoming<'_>,
) -> Result<(), Reason> {
    let agent = Agent::read(request.headers.get("user-agent").unwrap_or_default());
    let told = json!({
        "by": opened.by,
        "program": agent.program,
        "system": agent.system,
        "network": request.network(),
        "since": ctx.now,
    });
    let key = opened.person().key(KIND, opened.sid(), &written(session));
    ctx.ports.put(&key, &told.to_string(), store::kv_expiry(ctx.now, session.expires)).await
}

/// A page of the sessions that live. The keys of others are let go.
///
/// # Errors
/// Storage's own reasons.
pub async fn of<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    whose: Whose<'_>,
    cursor: &str,
) -> Result<Page<Told>, Reason> {
    let Page { things: keys, next } = index::keys(ctx, KIND, whose, cursor).await?;
    let mut things = Vec::with_capacity(keys.len());
    for key in keys {
        let Some(ending) = read_key(&key) else { continue };
        let Some(told) = ctx.ports.get(&key).await?.and_then(|text| read(&text, &ending)) else { continue };
        match store::has_ended(ctx, &ending).await? {
            true => index::retire(ctx, &key).await,
            false => things.push(told),
        }
    }
    Ok(Page { things, next })
}

/// Ends the sessions of a page, or the one of them with that id.
///
/// # Errors
/// Storage's own reasons. What was ended before that stays ended.
pub async fn end<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    whose: Whose<'_>,
    id: Option<&str>,
    cursor: &str,
) -> Result<Ended, Reason> {
    let Page { things: keys, next } = index::keys(ctx, KIND, whose, cursor).await?;
    let mut count = 0;
    for (key, ending) in keys.iter().filter_map(|key| Some((key, read_key(key)?))) {
        if id.is_some_and(|id| id_of(&ending) != id) {
            continue;
        }
        if !store::has_ended(ctx, &ending).await? {
            store::end(ctx, &ending).await?;
            count += 1;
        }
        index::retire(ctx, key).await;
    }
    Ok(Ended { count, next })
}

/// Ends all of them, as far as one request can.
///
/// # Errors
/// As [`end`].
pub async fn end_all<P: KvStore + Ledger>(ctx: Context<'_, P>, whose: Whose<'_>) -> Result<Swept, Reason> {
    end_others(ctx, whose, "").await
}

/// Ends all but the one with that id. Whether one was ended before is not asked: to end it again is as cheap, and harmless.
///
/// # Errors
/// As [`end`].
pub async fn end_others<P: KvStore + Ledger>(
    ctx: Context<'_, P>,
    whose: Whose<'_>,
    but: &str,
) -> Result<Swept, Reason> {
    let (mut left, mut known, mut cursor) = (MOST, Vec::new(), String::new());
    for _ in 0..MOST_PAGES {
        let Page { things: keys, next } = index::keys(ctx, KIND, whose, &cursor).await?;
        for key in keys {
            let Some(ending) = read_key(&key).filter(|ending| ending.expires > ctx.now && id_of(ending) != but) else {
                continue;
            };
            if ctx.recent.get(&ending.record_key, ctx.now, 0).is_some() {
                known.push(key); // ended before: who has many such, or asks again, gets past them
                continue;
            }
            if left == 0 {
                return Ok(Swept { next: Some(cursor) });
            }
            left -= 1;
            store::end(ctx, &ending).await?;
            index::retire(ctx, &key).await;
        }
        match next {
            Some(next) => cursor = next,
            None => {
                for key in known.iter().take(left) {
                    index::retire(ctx, key).await;
                }
                return Ok(Swept { next: None });
            }
        }
    }
    Ok(Swept { next: Some(cursor) })
}

/// The id of a session, as [`Told`] has it.
pub fn id(session: &Sealed) -> String {
    id_of(&Ending::of(session)).to_owned()
}

fn id_of(ending: &Ending) -> &str {
    ending.record_key.split(':').nth(1).unwrap_or_default()
}

/// How to end it: the two digests, when it ends by itself, and the id of the key that made it.
fn written(session: &Sealed) -> String {
    let Ending { record_key: _, revoked, expires } = Ending::of(session);
    format!("{}:{}:{expires}:{}", id(session), base64url(&revoked.0), session.key_id)
}

fn read_key(key: &str) -> Option<Ending> {
    let mut parts = index::what(key).splitn(4, ':');
    let (id, revoked, expires, key_id) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let digest: [u8; 32] = from_base64url(revoked.as_bytes())?.try_into().ok()?;
    Some(Ending {
        record_key: format!("{}:{id}", Kind::Session.prefix()),
        revoked: ClaimKey::by(key_id, digest),
        expires: expires.parse().ok()?,
    })
}

fn read(text: &str, ending: &Ending) -> Option<Told> {
    let value: Value = serde_json::from_slice(text.as_bytes()).ok()?;
    let word = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Told {
        id: id_of(ending).to_owned(),
        by: word("by"),
        agent: Agent { program: word("program"), system: word("system") },
        network: word("network"),
        since: value.get("since")?.as_u64()?,
        expires: ending.expires,
    })
}

/// What the keys begin with.
const KIND: &str = "ofs";
/// Sessions that one request ends. Each takes two operations, of the thousand that the platform grants.
const MOST: usize = 350;
