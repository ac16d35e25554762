//! The grants of a person: noted when they begin, found and ended by who that is.

use serde_json::{Value, json};

use crate::credential::grant::Grants;
use crate::credential::grant::code::Authorization;
use crate::digest::{base64url, from_base64url};
use crate::policy::SingleUse;
use crate::ports::{KvStore, Ledger, Tombstone};
use crate::refusal::Reason;
use crate::sealed::index::{self, Page, Whose};
use crate::sealed::record::Record;
use crate::sealed::store::{self, LAG};

/// A grant as its person, or an operator, is told of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Which. It opens nothing.
    pub id: String,
    /// To whom.
    pub client: String,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// Scopes, separated by a space.
    pub scope: String,
    /// Resources (RFC 8707), separated by a space.
    pub resources: String,
    /// Unix seconds: when it was allowed.
    pub since: u64,
    /// Unix seconds: when it is refreshed no more.
    pub ends: u64,
}

/// Grants that were ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// What lived until now.
    pub grants: Vec<Told>,
    /// Where the rest begins, if these may not be all.
    pub next: Option<String>,
}

impl<P> Grants<'_, P> {
    /// Notes a grant that begins. One that cannot be noted could not be found when its person has to go, so no token is
    /// given for it. What KV does not take now the Ledger gives it later.
    pub(super) async fn note(self, family: &[u8; 16], allowed: &Authorization, record: &Record) -> Result<(), Reason>
    where
        P: KvStore + Ledger,
    {
        let ctx = self.ctx;
        let told = json!({
            "client": allowed.client,
            "redirect_uri": allowed.redirect_uri,
            "scope": allowed.scope,
            "resources": allowed.resources,
            "since": ctx.now,
        });
        let key = allowed.person().key(KIND, None, &format!("{}:{}", base64url(family), record.ends));
        let told = told.to_string();
        let written = ctx.ports.put(&key, &told, store::kv_expiry(ctx.now, record.ends)).await;
        if written.is_ok() || ctx.policy.single_use == SingleUse::BestEffort {
            return written;
        }
        let later = Tombstone { key: &key, value: &told, again: false };
        ctx.ports.revoke(&super::of_family("noted", family), record.ends, &later).await
    }

    /// A page of the grants that live. The keys of others are let go.
    ///
    /// # Errors
    /// Storage's own reasons.
    pub async fn list(self, whose: Whose<'_>, cursor: &str) -> Result<Page<Told>, Reason>
    where
        P: KvStore + Ledger,
    {
        let Page { things: keys, next } = index::keys(self.ctx, KIND, whose, cursor).await?;
        let mut things = Vec::with_capacity(keys.len());
        for key in keys {
            things.extend(self.told(&key).await?.map(|(told, _)| told));
        }
        Ok(Page { things, next })
    }

    /// Ends the grants of a page, or the one of them with that id. The consents that they follow from are forgotten first, or
    /// a client would get another grant without a question. Who means all, by no id, also means the consents from which
    /// nothing follows any more; the first page sees to them.
    ///
    /// # Errors
    /// Storage's own reasons. What was ended before that stays ended.
    pub async fn end(self, whose: Whose<'_>, id: Option<&str>, cursor: &str) -> Result<Ended, Reason>
    where
        P: KvStore + Ledger,
    {
        let mut forgotten = match id.is_none() && cursor.is_empty() {
            true => self.forget_all(whose).await?,
            false => Vec::new(),
        };
        let Page { things: keys, next } = index::keys(self.ctx, KIND, whose, cursor).await?;
        let mut grants = Vec::new();
        let is_meant = |key: &String| id.is_none_or(|id| id_of(key) == id);
        for key in keys.iter().filter(|key| is_meant(key)) {
            if let Some((told, family)) = self.told(key).await? {
                self.forget_consent(key, &told, &mut forgotten).await?;
                self.revoke(&family).await?;
                index::retire(self.ctx, key).await;
                grants.push(told);
            }
        }
        Ok(Ended { grants, next })
    }

    /// A grant by its key in the index; None if it has ended. Then its key is let go.
    async fn told(self, key: &str) -> Result<Option<(Told, [u8; 16])>, Reason>
    where
        P: KvStore + Ledger,
    {
        let ctx = self.ctx;
        let (id, ends) = index::what(key).split_once(':').unwrap_or_default();
        let family = from_base64url(id.as_bytes()).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        let (Some(family), Ok(ends)) = (family, ends.parse()) else { return Ok(None) };
        if ends <= ctx.now {
            return Ok(None);
        }
        let Some(told) = ctx.ports.get(key).await?.and_then(|text| read(&text, id, ends)) else { return Ok(None) };
        if self.lives(&family, told.since).await? {
            return Ok(Some((told, family)));
        }
        index::retire(ctx, key).await;
        Ok(None)
    }

    /// Whether a grant may still be refreshed. One that KV does not know yet, or did not take, does.
    async fn lives(self, family: &[u8; 16], since: u64) -> Result<bool, Reason>
    where
        P: KvStore + Ledger,
    {
        let ctx = self.ctx;
        let key = super::record_key(family);
        if ctx.recent.get(&key, ctx.now, 0).is_some() {
            return Ok(false);
        }
        let revoked = super::of_family("revoked", family);
        if ctx.policy.single_use == SingleUse::Ledger && ctx.ports.recall(&revoked).await?.is_some() {
            return Ok(false);
        }
        Ok(match Record::found(ctx.ports.get(&key).await?.as_deref())? {
            // A refresh elsewhere may have put it off.
            Some(record) => !record.revoked && ctx.now < record.exp + LAG,
            None if ctx.now < since + LAG => true,
            None if ctx.policy.single_use == SingleUse::Ledger => {
                ctx.ports.recall(&super::of_family("granted", family)).await?.is_some()
            }
            None => false,
        })
    }
}

fn id_of(key: &str) -> &str {
    index::what(key).split(':').next().unwrap_or_default()
}

fn read(text: &str, id: &str, ends: u64) -> Option<Told> {
    read_at(&serde_json::from_slice(text.as_bytes()).ok()?, id, ends)
}

/// What a value says, of a grant or of a consent.
pub(super) fn read_at(value: &Value, id: &str, ends: u64) -> Option<Told> {
    let word = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Told {
        id: id.to_owned(),
        client: word("client"),
        redirect_uri: word("redirect_uri"),
        scope: word("scope"),
        resources: word("resources"),
        since: value.get("since")?.as_u64()?,
        ends,
    })
}

/// What the keys begin with.
const KIND: &str = "ofg";
