//! The stores of a location: KV, the Ledger and its second table, which counts guesses.

use crate::ports::{
    ClaimKey, Claimed, Guess, Guesses, KvStore, Ledger, LoginAttempts, Redeemed, Redemption, Tombstone,
};
use crate::refusal::Reason;

use super::faults::Fault;
use super::ledger::Claim;
use super::memory::Memory;
use super::watch::Operation;

impl KvStore for Memory {
    async fn get(&self, key: &str) -> Result<Option<String>, Reason> {
        self.count(|spent| spent.gets += 1);
        let (place, key) = (self.place(), key.to_owned());
        let work = async move { Ok(place.world.read(place.location, &place.cache, &key)) };
        self.under(Operation::Get, |faults| faults.get, work).await
    }

    async fn put(&self, key: &str, value: &str, expires: u64) -> Result<(), Reason> {
        self.count(|spent| spent.puts += 1);
        let (place, key, value) = (self.place(), key.to_owned(), value.to_owned());
        let work = async move { place.world.write(place.location, &place.cache, &key, &value, expires) };
        self.under(Operation::Put, |faults| faults.put, work).await
    }

    async fn list(&self, prefix: &str, cursor: &str, _: u32) -> Result<(Vec<String>, Option<String>), Reason> {
        self.count(|spent| spent.lists += 1);
        let (place, prefix, cursor) = (self.place(), prefix.to_owned(), cursor.to_owned());
        let work = async move { Ok(place.world.page(place.location, &prefix, &cursor)) };
        self.under(Operation::List, |faults| faults.get, work).await
    }
}

impl Ledger for Memory {
    async fn claim(&self, key: &ClaimKey, until: u64, note: &str) -> Result<Claimed, Reason> {
        self.count(|spent| spent.claims += 1);
        let (key, by) = (*key, self.request);
        self.claimed.borrow_mut().push(key);
        let work = || {
            let (place, note) = (self.place(), note.to_owned());
            async move { place.world.claim(&Claim { key, until, note: &note, by }).ok_or(Reason::LedgerUnavailable) }
        };
        let (told, is_repeated) = self.insist(Operation::Claim, work).await;
        if let Ok(claimed) = &told {
            self.settle(key, claimed, is_repeated).await;
        }
        told
    }

    async fn redeem(&self, redemption: &Redemption<'_>) -> Result<Redeemed, Reason> {
        self.count(|spent| spent.claims += 1);
        let by = self.request;
        self.claimed.borrow_mut().push(*redemption.key);
        let work = || {
            let (place, ways, note) = (self.place(), redemption.ways.to_vec(), redemption.note.to_owned());
            let (kept, key, until) = (*redemption.kept, *redemption.key, redemption.until);
            async move {
                let redemption = Redemption { kept: &kept, key: &key, until, ways: &ways, note: &note };
                place.world.redeem(&redemption, by).ok_or(Reason::LedgerUnavailable)
            }
        };
        let (told, is_repeated) = self.insist(Operation::Claim, work).await;
        match &told {
            Ok(Redeemed::Claimed(_, claimed)) => self.settle(*redemption.key, claimed, is_repeated).await,
            Ok(Redeemed::Unknown | Redeemed::ForOthers(_)) => self.forget(*redemption.key),
            Err(_) => {}
        }
        told
    }

    async fn recall(&self, key: &ClaimKey) -> Result<Option<String>, Reason> {
        self.count(|spent| spent.recalls += 1);
        let key = *key;
        let work = || {
            let place = self.place();
            async move { Ok(place.world.ledger().borrow().get(&key).map(|row| row.note.clone())) }
        };
        self.insist(Operation::Recall, work).await.0
    }

    async fn withdraw(&self) {
        self.take_back(self.claimed.take()).await;
    }

    fn keep(&self, key: &ClaimKey) {
        self.forget(*key);
    }

    async fn revoke(&self, key: &ClaimKey, until: u64, tombstone: &Tombstone<'_>) -> Result<(), Reason> {
        self.count(|spent| spent.claims += 1);
        // A vault that refuses this location refuses the Ledger too.
        let is_taken = self.faults.get().put == Fault::Ok;
        if is_taken {
            self.count(|spent| spent.puts += 1);
        }
        let (key, again) = (*key, tombstone.again);
        let work = || {
            let (place, record, value) = (self.place(), tombstone.key.to_owned(), tombstone.value.to_owned());
            async move {
                let tombstone = Tombstone { key: &record, value: &value, again };
                place.world.revoke(&key, until, &tombstone);
                if is_taken {
                    place.world.deliver();
                }
                Ok(())
            }
        };
        self.insist(Operation::Revoke, work).await.0
    }
}

impl Memory {
    /// Of a claim that was another request's nothing has to be taken back, unless the first question may still be on its way.
    async fn settle(&self, key: ClaimKey, claimed: &Claimed, is_repeated: bool) {
        if let Claimed::Replayed { .. } = claimed {
            self.forget(key);
            if is_repeated {
                self.take_back(vec![key]).await;
            }
        }
    }

    fn forget(&self, key: ClaimKey) {
        self.claimed.borrow_mut().retain(|claimed| *claimed != key);
    }
}

impl LoginAttempts for Memory {
    async fn guess(&self, guess: &Guess) -> Result<Guesses, Reason> {
        self.count(|spent| spent.guesses += 1);
        let (place, guess) = (self.place(), *guess);
        self.under(Operation::Guess, |faults| faults.ledger, async move { Ok(place.world.guess(&guess)) }).await
    }

    async fn is_known(&self, guess: &Guess) -> Result<bool, Reason> {
        self.count(|spent| spent.recalls += 1);
        let (place, guess) = (self.place(), *guess);
        self.under(Operation::Recall, |faults| faults.ledger, async move { Ok(place.world.is_known(&guess)) }).await
    }

    async fn guessed_right(&self, guess: &Guess, counted: &Guesses) -> Result<(), Reason> {
        self.count(|spent| spent.guesses += 1);
        let (place, guess, counted) = (self.place(), *guess, *counted);
        let work = async move {
            place.world.guessed_right(&guess, &counted);
            Ok(())
        };
        self.under(Operation::Guess, |faults| faults.ledger, work).await
    }
}
