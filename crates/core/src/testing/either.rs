//! One type for a tool that asks the gate with and without stores: code that is generic over the ports is compiled once.

use crate::policy::{JwsAlgorithm, Origin, Rate};
use crate::ports::{
    Body, Call, ClaimKey, Claimed, Counted, Entropy, Guess, Guesses, KvStore, Ledger, LoginAttempts, RateLimiter,
    Rates, Redeemed, Redemption, Signer, Timer, Tombstone, Upstream, Verifier,
};
use crate::refusal::Reason;
use crate::secret::Secret;

use super::memory::Memory;
use super::offline::Offline;

/// [`Offline`], or [`Memory`].
#[derive(Debug, Clone)]
pub enum Either {
    /// No platform at all.
    Offline,
    /// All ports in memory.
    Memory(Box<Memory>),
}

impl Either {
    /// For a request with this body.
    pub fn with_body(&self, body: &[u8]) -> Self {
        match self {
            Self::Offline => Self::Offline,
            Self::Memory(memory) => Self::Memory(Box::new(memory.with_body(body))),
        }
    }
}

impl KvStore for Either {
    async fn get(&self, key: &str) -> Result<Option<String>, Reason> {
        match self {
            Self::Offline => Offline.get(key).await,
            Self::Memory(memory) => memory.get(key).await,
        }
    }

    async fn put(&self, key: &str, value: &str, expires: u64) -> Result<(), Reason> {
        match self {
            Self::Offline => Offline.put(key, value, expires).await,
            Self::Memory(memory) => memory.put(key, value, expires).await,
        }
    }

    async fn list(&self, prefix: &str, cursor: &str, limit: u32) -> Result<(Vec<String>, Option<String>), Reason> {
        match self {
            Self::Offline => Offline.list(prefix, cursor, limit).await,
            Self::Memory(memory) => memory.list(prefix, cursor, limit).await,
        }
    }
}

impl Ledger for Either {
    async fn claim(&self, key: &ClaimKey, until: u64, note: &str) -> Result<Claimed, Reason> {
        match self {
            Self::Offline => Offline.claim(key, until, note).await,
            Self::Memory(memory) => memory.claim(key, until, note).await,
        }
    }

    async fn recall(&self, key: &ClaimKey) -> Result<Option<String>, Reason> {
        match self {
            Self::Offline => Offline.recall(key).await,
            Self::Memory(memory) => memory.recall(key).await,
        }
    }

    async fn redeem(&self, redemption: &Redemption<'_>) -> Result<Redeemed, Reason> {
        match self {
            Self::Offline => Offline.redeem(redemption).await,
            Self::Memory(memory) => memory.redeem(redemption).await,
        }
    }

    async fn withdraw(&self) {
        match self {
            Self::Offline => Offline.withdraw().await,
            Self::Memory(memory) => memory.withdraw().await,
        }
    }

    fn keep(&self, key: &ClaimKey) {
        match self {
            Self::Offline => Offline.keep(key),
            Self::Memory(memory) => memory.keep(key),
        }
    }

    async fn revoke(&self, key: &ClaimKey, until: u64, tombstone: &Tombstone<'_>) -> Result<(), Reason> {
        match self {
            Self::Offline => Offline.revoke(key, until, tombstone).await,
            Self::Memory(memory) => memory.revoke(key, until, tombstone).await,
        }
    }
}

impl LoginAttempts for Either {
    async fn guess(&self, guess: &Guess) -> Result<Guesses, Reason> {
        match self {
            Self::Offline => Offline.guess(guess).await,
            Self::Memory(memory) => memory.guess(guess).await,
        }
    }

    async fn is_known(&self, guess: &Guess) -> Result<bool, Reason> {
        match self {
            Self::Offline => Offline.is_known(guess).await,
            Self::Memory(memory) => memory.is_known(guess).await,
        }
    }

    async fn guessed_right(&self, guess: &Guess, counted: &Guesses) -> Result<(), Reason> {
        match self {
            Self::Offline => Offline.guessed_right(guess, counted).await,
            Self::Memory(memory) => memory.guessed_right(guess, counted).await,
        }
    }
}

impl Rates for Either {
    async fn is_within(&self, rate: &Rate, key: &ClaimKey) -> Result<bool, Reason> {
        match self {
            Self::Offline => Offline.is_within(rate, key).await,
            Self::Memory(memory) => memory.is_within(rate, key).await,
        }
    }

    async fn count(&self, rate: &Rate, key: &ClaimKey) -> Result<Counted, Reason> {
        match self {
            Self::Offline => Offline.count(rate, key).await,
            Self::Memory(memory) => Rates::count(memory.as_ref(), rate, key).await,
        }
    }
}

impl Entropy for Either {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Reason> {
        match self {
            Self::Offline => Offline.fill(bytes),
            Self::Memory(memory) => memory.fill(bytes),
        }
    }
}

impl RateLimiter for Either {
    async fn within(&self, key: &str) -> Result<bool, Reason> {
        match self {
            Self::Offline => Offline.within(key).await,
            Self::Memory(memory) => memory.within(key).await,
        }
    }
}

impl Timer for Either {
    async fn pause(&self, milliseconds: u32) {
        match self {
            Self::Offline => Offline.pause(milliseconds).await,
            Self::Memory(memory) => Timer::pause(memory.as_ref(), milliseconds).await,
        }
    }
}

impl Upstream for Either {
    async fn call(&self, origin: &Origin, call: &Call<'_>) -> Result<(u16, String), Reason> {
        match self {
            Self::Offline => Offline.call(origin, call).await,
            Self::Memory(memory) => memory.call(origin, call).await,
        }
    }

    fn is_there(&self, origin: &Origin) -> bool {
        match self {
            Self::Offline => Offline.is_there(origin),
            Self::Memory(memory) => memory.is_there(origin),
        }
    }
}

impl Verifier for Either {
    async fn verify(&self, algorithm: JwsAlgorithm, jwk: &str, input: &[u8], signature: &[u8]) -> Result<bool, Reason> {
        match self {
            Self::Offline => Offline.verify(algorithm, jwk, input, signature).await,
            Self::Memory(memory) => memory.verify(algorithm, jwk, input, signature).await,
        }
    }
}

impl Signer for Either {
    async fn sign_es256(&self, key: &Secret, input: &[u8]) -> Result<Vec<u8>, Reason> {
        match self {
            Self::Offline => Offline.sign_es256(key, input).await,
            Self::Memory(memory) => memory.sign_es256(key, input).await,
        }
    }
}

impl Body for Either {
    async fn next(&self) -> Result<Option<Vec<u8>>, Reason> {
        match self {
            Self::Offline => Offline.next().await,
            Self::Memory(memory) => memory.next().await,
        }
    }

    async fn read(&self, limit: usize) -> Result<Vec<u8>, Reason> {
        match self {
            Self::Offline => Offline.read(limit).await,
            Self::Memory(memory) => memory.read(limit).await,
        }
    }

    fn put_back(&self, beginning: Vec<u8>) {
        match self {
            Self::Offline => Offline.put_back(beginning),
            Self::Memory(memory) => memory.put_back(beginning),
        }
    }
}
