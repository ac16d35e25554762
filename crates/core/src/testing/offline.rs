//! No platform at all, for a tool that asks the gate about an address: every first claim is granted, nothing is limited,
//! and what only a record, an origin or randomness could say is unavailable.

use crate::policy::{JwsAlgorithm, Origin, Rate};
use crate::ports::{
    Body, Call, ClaimKey, Claimed, Counted, Entropy, Guess, Guesses, KvStore, Ledger, LoginAttempts, RateLimiter,
    Rates, Redeemed, Redemption, Signer, Timer, Tombstone, Upstream, Verifier,
};
use crate::refusal::Reason;
use crate::secret::Secret;

/// Ports of which none leads anywhere.
///
/// # Example
/// ```
/// use edgegate_core::ports::{ClaimKey, Claimed, Ledger};
/// use edgegate_core::testing::{Offline, finish};
///
/// assert_eq!(finish(Offline.claim(&ClaimKey::new([7; 32]), 0, "")).unwrap(), Ok(Claimed::First));
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Offline;

impl KvStore for Offline {
    async fn get(&self, key: &str) -> Result<Option<String>, Reason> {
        // A claim that KV keeps is granted as one of the Ledger is.
        if key.starts_with("used:") { Ok(None) } else { Err(Reason::VaultUnavailable) }
    }

    async fn put(&self, _: &str, _: &str, _: u64) -> Result<(), Reason> {
        Ok(())
    }

    async fn list(&self, _: &str, _: &str, _: u32) -> Result<(Vec<String>, Option<String>), Reason> {
        Ok((Vec::new(), None))
    }
}

impl Ledger for Offline {
    async fn claim(&self, _: &ClaimKey, _: u64, _: &str) -> Result<Claimed, Reason> {
        Ok(Claimed::First)
    }

    async fn recall(&self, _: &ClaimKey) -> Result<Option<String>, Reason> {
        Err(Reason::LedgerUnavailable)
    }

    async fn redeem(&self, _: &Redemption<'_>) -> Result<Redeemed, Reason> {
        Err(Reason::LedgerUnavailable)
    }

    async fn withdraw(&self) {}

    fn keep(&self, _key: &ClaimKey) {}

    async fn revoke(&self, _: &ClaimKey, _: u64, _: &Tombstone<'_>) -> Result<(), Reason> {
        Ok(())
    }
}

impl LoginAttempts for Offline {
    async fn guess(&self, _: &Guess) -> Result<Guesses, Reason> {
        Ok(Guesses::default())
    }

    async fn is_known(&self, _guess: &Guess) -> Result<bool, Reason> {
        Ok(false)
    }

    async fn guessed_right(&self, _: &Guess, _: &Guesses) -> Result<(), Reason> {
        Ok(())
    }
}

impl Rates for Offline {
    async fn is_within(&self, _: &Rate, _: &ClaimKey) -> Result<bool, Reason> {
        Ok(true)
    }

    async fn count(&self, rate: &Rate, _: &ClaimKey) -> Result<Counted, Reason> {
        Ok(Counted { count: 1, left: rate.period })
    }
}

impl Entropy for Offline {
    fn fill(&self, _: &mut [u8]) -> Result<(), Reason> {
        Err(Reason::EntropyUnavailable)
    }
}

impl RateLimiter for Offline {
    async fn within(&self, _: &str) -> Result<bool, Reason> {
        Ok(true)
    }
}

impl Timer for Offline {
    async fn pause(&self, _: u32) {}
}

impl Upstream for Offline {
    async fn call(&self, _: &Origin, _: &Call<'_>) -> Result<(u16, String), Reason> {
        Err(Reason::OriginUnavailable)
    }
}

impl Verifier for Offline {
    async fn verify(&self, _: JwsAlgorithm, _: &str, _: &[u8], _: &[u8]) -> Result<bool, Reason> {
        Ok(false)
    }
}

impl Signer for Offline {
    async fn sign_es256(&self, _: &Secret, _: &[u8]) -> Result<Vec<u8>, Reason> {
        Err(Reason::SignerUnavailable)
    }
}

impl Body for Offline {
    async fn next(&self) -> Result<Option<Vec<u8>>, Reason> {
        Ok(None)
    }

    async fn read(&self, _: usize) -> Result<Vec<u8>, Reason> {
        Ok(Vec::new())
    }

    fn put_back(&self, _: Vec<u8>) {}
}
