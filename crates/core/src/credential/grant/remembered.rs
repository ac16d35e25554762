//! What a person allowed a client before, so that the same need not be asked again (`[oauth] remember_consent`).
//!
//! One record for a person, a client and an address, under the same kind of key as what the person has. It lags like all of
//! KV: within a minute somebody may be asked once more, or not be asked though it was forgotten elsewhere.

use serde_json::{Value, json};

use crate::credential::grant::Grants;
use crate::credential::grant::code::Authorization;
use crate::credential::grant::index::{Told, read_at};
use crate::digest::{base64url, sha256};
use crate::policy::{Client, ClientKind, is_same_resource};
use crate::ports::KvStore;
use crate::refusal::Reason;
use crate::sealed::index::{self, GONE, MOST_PAGES, Page, Whose};
use crate::sealed::store::{self, LAG};

impl<P> Grants<'_, P> {
    /// Whether all of it was allowed before. What cannot be read was not.
    ///
    /// # Errors
    /// Storage's own reasons.
    pub async fn is_remembered(self, client: &Client, allowed: &Authorization) -> Result<bool, Reason>
    where
        P: KvStore,
    {
        if !self.may_remember(client, allowed) {
            return Ok(false);
        }
        let text = self.ctx.ports.get(&key(allowed)).await?;
        Ok(text.is_some_and(|text| self.covers(&text, allowed).unwrap_or(false)))
    }

    /// Remembers what was allowed, if the policy says for how long.
    ///
    /// # Errors
    /// Storage's own reasons.
    pub async fn remember(self, client: &Client, allowed: &Authorization) -> Result<(), Reason>
    where
        P: KvStore,
    {
        if !self.may_remember(client, allowed) {
            return Ok(());
        }
        let (now, until) = (self.ctx.now, self.ctx.now + self.policy.remember_consent);
        let record = json!({
            "client": allowed.client,
            "redirect_uri": allowed.redirect_uri,
            "scope": allowed.scope,
            "resources": allowed.resources,
            "since": now,
            "exp": until,
        });
        self.ctx.ports.put(&key(allowed), &record.to_string(), store::kv_expiry(now, until)).await
    }

    /// Forgets it, because what followed from it was ended. `grant`: the key of that in the index. `forgotten`: the keys of
    /// what was forgotten just now, since KV takes one write of a key in a second.
    ///
    /// # Errors
    /// Storage's own reasons.
    pub(super) async fn forget_consent(
        self,
        grant: &str,
        told: &Told,
        forgotten: &mut Vec<String>,
    ) -> Result<(), Reason>
    where
        P: KvStore,
    {
        let key = index::beside(grant, KIND, &of(&told.client, &told.redirect_uri));
        if self.policy.remember_consent == 0 || forgotten.contains(&key) {
            return Ok(());
        }
        self.bury_consent(&key).await?;
        forgotten.push(key);
        Ok(())
    }

    /// Forgets all that a person allowed: the keys of that.
    ///
    /// # Errors
    /// Storage's own reasons; `VaultUnavailable` if there is more than one request can forget.
    pub(super) async fn forget_all(self, whose: Whose<'_>) -> Result<Vec<String>, Reason>
    where
        P: KvStore,
    {
        let mut forgotten = Vec::new();
        if self.policy.remember_consent == 0 {
            return Ok(forgotten);
        }
        let mut cursor = String::new();
        for _ in 0..MOST_PAGES {
            let Page { things, next } = index::keys(self.ctx, KIND, whose, &cursor).await?;
            for key in things {
                self.bury_consent(&key).await?;
                forgotten.push(key);
            }
            match next {
                Some(next) => cursor = next,
                None => return Ok(forgotten),
            }
        }
        Err(Reason::VaultUnavailable)
    }

    /// A page of what a person need not be asked again.
    ///
    /// # Errors
    /// Storage's own reasons.
    pub async fn remembered(self, whose: Whose<'_>, cursor: &str) -> Result<Page<Told>, Reason>
    where
        P: KvStore,
    {
        if self.policy.remember_consent == 0 {
            return Ok(Page { things: Vec::new(), next: None });
        }
        let Page { things: keys, next } = index::keys(self.ctx, KIND, whose, cursor).await?;
        let mut things = Vec::with_capacity(keys.len());
        for key in keys {
            let told = self.ctx.ports.get(&key).await?.and_then(|text| read(&text, index::what(&key)));
            things.extend(told.filter(|told| told.ends > self.ctx.now));
        }
        Ok(Page { things, next })
    }

    /// Forgets the one of that id, if the person has it.
    ///
    /// # Errors
    /// Storage's own reasons.
    pub async fn forget(self, whose: Whose<'_>, id: &str) -> Result<(), Reason>
    where
        P: KvStore,
    {
        if self.policy.remember_consent == 0 {
            return Ok(());
        }
        let mut cursor = String::new();
        for _ in 0..MOST_PAGES {
            let Page { things, next } = index::keys(self.ctx, KIND, whose, &cursor).await?;
            if let Some(key) = things.iter().find(|key| index::what(key) == id) {
                return self.bury_consent(key).await;
            }
            match next {
                Some(next) => cursor = next,
                None => break,
            }
        }
        Ok(())
    }

    /// What allows nothing takes its place for as long as KV may lag; then there is nothing.
    async fn bury_consent(self, key: &str) -> Result<(), Reason>
    where
        P: KvStore,
    {
        self.ctx.ports.put(key, GONE, store::kv_expiry(self.ctx.now, self.ctx.now + LAG)).await
    }

    /// An address that another program on the person's device can have taken proves nothing of who asks, where no secret does
    /// (RFC 8252 section 8.6).
    fn may_remember(self, client: &Client, allowed: &Authorization) -> bool {
        let is_claimed = allowed.redirect_uri.starts_with("https://");
        self.policy.remember_consent > 0 && (client.kind != ClientKind::Public || is_claimed)
    }

    /// None: it says nothing, or not any more.
    fn covers(self, text: &str, allowed: &Authorization) -> Option<bool> {
        let value: Value = serde_json::from_slice(text.as_bytes()).ok()?;
        let words = |name: &str| value.get(name).and_then(Value::as_str).map(str::split_ascii_whitespace);
        let (scope, resources) = (words("scope")?, words("resources")?);
        let lives = value.get("exp")?.as_u64()? > self.ctx.now;
        let has_scope = allowed.scope.split_ascii_whitespace().all(|one| scope.clone().any(|known| known == one));
        // A token without a resource is for all of them: that is no part of one.
        let has_resources = match allowed.resources.is_empty() {
            true => resources.clone().next().is_none(),
            false => {
                let is_known = |one| resources.clone().any(|known| is_same_resource(known, one));
                resources.clone().next().is_none() || allowed.resources.split_ascii_whitespace().all(is_known)
            }
        };
        Some(lives && has_scope && has_resources)
    }
}

/// None: it is forgotten.
fn read(text: &str, id: &str) -> Option<Told> {
    let value: Value = serde_json::from_slice(text.as_bytes()).ok()?;
    read_at(&value, id, value.get("exp")?.as_u64()?)
}

fn key(allowed: &Authorization) -> String {
    allowed.person().key(KIND, None, &of(&allowed.client, &allowed.redirect_uri))
}

fn of(client: &str, redirect_uri: &str) -> String {
    let parts: [&[u8]; 4] = [b"edgegate consent v1\0", client.as_bytes(), b"\0", redirect_uri.as_bytes()];
    base64url(&sha256(&parts))
}

/// What the keys begin with.
const KIND: &str = "ofc";
