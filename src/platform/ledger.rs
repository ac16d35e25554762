//! The port to the Ledger: what is asked again, and what is taken back.

use super::{Platform, binding, glue, request_id, since};
use crate::ledger::{address, claims, outbox};
use edgegate_core::log::Spent;
use edgegate_core::ports::{ClaimKey, Claimed, Ledger, Redeemed, Redemption, Tombstone};
use edgegate_core::refusal::Reason;
use js_sys::{Array, Date};

impl Ledger for Platform<'_> {
    async fn claim(&self, key: &ClaimKey, until: u64, note: &str) -> Result<Claimed, Reason> {
        let (answer, is_repeated) = self.claiming(key, |by| claims::claiming(key, until, by, note)).await?;
        let claimed = claims::claimed(&answer).ok_or(Reason::LedgerUnavailable)?;
        self.settle(key, &claimed, is_repeated).await;
        Ok(claimed)
    }

    async fn redeem(&self, redemption: &Redemption<'_>) -> Result<Redeemed, Reason> {
        let (answer, is_repeated) = self.claiming(redemption.key, |by| claims::redeeming(redemption, by)).await?;
        let redeemed = claims::redeemed(&answer).ok_or(Reason::LedgerUnavailable)?;
        match &redeemed {
            Redeemed::Claimed(_, claimed) => self.settle(redemption.key, claimed, is_repeated).await,
            // Nothing was claimed, now or by a question before, so nothing has to be taken back.
            Redeemed::Unknown | Redeemed::ForOthers(_) => self.forget(redemption.key),
        }
        Ok(redeemed)
    }

    async fn recall(&self, key: &ClaimKey) -> Result<Option<String>, Reason> {
        let (answer, _) = self.insist(key, &claims::asking(key)).await?;
        match answer.split_once('\n') {
            Some(("none", _)) => Ok(None),
            Some(("some", note)) => Ok(Some(note.to_owned())),
            _ => Err(Reason::LedgerUnavailable),
        }
    }

    async fn withdraw(&self) {
        self.take_back(self.claimed.take()).await;
    }

    fn keep(&self, key: &ClaimKey) {
        self.forget(key);
    }

    async fn revoke(&self, key: &ClaimKey, until: u64, tombstone: &Tombstone<'_>) -> Result<(), Reason> {
        let (answer, _) = self.insist(key, &outbox::question(key, until, tombstone)).await?;
        (answer == "revoked\n").then_some(()).ok_or(Reason::LedgerUnavailable)
    }
}

impl Platform<'_> {
    /// By what name the Ledger knows this request.
    fn by(&self) -> &str {
        self.by.get_or_init(|| request_id().unwrap_or_default())
    }

    /// A question to the Ledger's shard for a key, asked once more if no answer comes. Also whether it was.
    async fn insist(&self, key: &ClaimKey, question: &str) -> Result<(String, bool), Reason> {
        let mut is_repeated = false;
        loop {
            match self.on_claims(key, question).await {
                Err(Reason::LedgerUnavailable) if !is_repeated => is_repeated = true,
                answered => return answered.map(|answer| (answer, is_repeated)),
            }
        }
    }

    /// A question that claims a key for this request. Also whether it was repeated.
    async fn claiming(&self, key: &ClaimKey, question: impl Fn(&str) -> String) -> Result<(String, bool), Reason> {
        let by = self.by();
        if by.is_empty() {
            return Err(Reason::EntropyUnavailable);
        }
        self.claimed.borrow_mut().push(*key);
        self.insist(key, &question(by)).await
    }

    /// Of a claim that was another request's nothing has to be taken back, unless a question before may still be on its way: it
    /// must find nothing that the other one gave back.
    async fn settle(&self, key: &ClaimKey, claimed: &Claimed, is_repeated: bool) {
        if let Claimed::Replayed { .. } = claimed {
            self.forget(key);
            if is_repeated {
                self.take_back(vec![*key]).await;
            }
        }
    }

    fn forget(&self, key: &ClaimKey) {
        self.claimed.borrow_mut().retain(|claimed| claimed != key);
    }

    /// Takes claims back, now or while the request is answered.
    async fn take_back(&self, keys: Vec<ClaimKey>) {
        let lines = Array::new();
        for key in keys {
            lines.push(&address::of_claim(self.state, &key).into());
            lines.push(&claims::withdrawing(&key, self.by()).into());
        }
        if lines.length() > 0 && self.bound(binding::LEDGER).is_ok() {
            let started = Date::now();
            glue::keep_asking(self.context, self.env, binding::LEDGER, &lines).await;
            let spent = self.spent.get();
            let (calls, ms) = (lines.length() / 2, since(started));
            self.spent.set(Spent { ledger: spent.ledger + calls, ledger_ms: spent.ledger_ms + ms, ..spent });
        }
    }

    /// One call about a claim.
    async fn on_claims(&self, key: &ClaimKey, question: &str) -> Result<String, Reason> {
        self.on_ledger(&address::of_claim(self.state, key), question).await
    }
}
