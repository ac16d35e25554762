//! The traits through which the gate reaches the world.
//!
//! The core has no clock, no randomness and no I/O of its own. `src/` implements these traits over
//! Cloudflare's bindings, the module `testing` over memory. Everything runs on one thread, so no future is
//! `Send`. Errors are already [`Reason`]s: what fails is named, and the request is refused.

#![allow(async_fn_in_trait)] // the futures are awaited where they are made, on one thread

mod rates;

pub use rates::{Counted, Rates, limiter_key};

use crate::policy::{JwsAlgorithm, Origin};
use crate::refusal::Reason;
use crate::secret::Secret;

/// All the ports together.
pub trait Ports:
    KvStore + Ledger + LoginAttempts + Rates + Entropy + RateLimiter + Timer + Upstream + Signer + Verifier + Body
{
}

impl<T: KvStore + Ledger + LoginAttempts + Rates + Entropy + RateLimiter + Timer + Upstream + Signer + Verifier + Body>
    Ports for T
{
}

/// A key-value store that forgets by itself and may lag behind its own writes (Workers KV).
pub trait KvStore {
    /// The value of a key. A key must not be asked for before it can exist: misses are cached too.
    async fn get(&self, key: &str) -> Result<Option<String>, Reason>;
    /// Stores a value until `expires` (Unix seconds, at least 60 s ahead).
    async fn put(&self, key: &str, value: &str, expires: u64) -> Result<(), Reason>;
    /// Keys that begin so, at most `most` at a time: `cursor` is empty for the first page, and what came with the page before
    /// for the next; None after the last.
    async fn list(&self, prefix: &str, cursor: &str, most: u32) -> Result<(Vec<String>, Option<String>), Reason>;
}

/// What a claim found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// It was free.
    First,
    /// Somebody had it.
    Replayed {
        /// The note that the first claimant left.
        note: String,
        /// Seconds since that claim was answered.
        age: u64,
    },
}

/// What is claimed: 32 bytes that no one can choose without holding a key, and the id of that key, which says over how
/// many objects its claims are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimKey(pub [u8; 32], [u8; 32]);

impl ClaimKey {
    /// Of what no single key made.
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest, [0; 32])
    }

    /// Of what was made with a key.
    pub fn by(key_id: &str, digest: [u8; 32]) -> Self {
        let mut id = [0; 32];
        id.iter_mut().zip(key_id.bytes()).for_each(|(to, from)| *to = from);
        Self(digest, id)
    }

    /// The same, in the object of the Ledger that has `other`: one call can ask about both.
    #[must_use]
    pub fn beside(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(other.0).take(OBJECT_BYTES).for_each(|(to, from)| *to = from);
        self
    }

    /// Whether the key with that id made it.
    pub fn is_by(&self, key_id: &str) -> bool {
        *self == Self::by(key_id, self.0)
    }
}

/// How many of a key's first bytes choose the object of the Ledger.
pub const OBJECT_BYTES: usize = 2;

/// A claim on what was kept for somebody.
#[derive(Debug, Clone, Copy)]
pub struct Redemption<'a> {
    /// What was claimed with a note that is [`Kept`].
    pub kept: &'a ClaimKey,
    /// What is claimed if one of `ways` is among them; [`beside`](ClaimKey::beside) `kept`.
    pub key: &'a ClaimKey,
    /// Until when (Unix seconds).
    pub until: u64,
    /// Words without spaces.
    pub ways: &'a [String],
    /// For a second claimant.
    pub note: &'a str,
}

/// A note for those who show one of some words: its first line lists the words, separated by spaces.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    ways: &'a str,
    /// What is kept.
    pub text: &'a str,
}

impl<'a> Kept<'a> {
    /// The note. Ways have neither spaces nor line feeds.
    pub fn write(ways: &[String], text: &str) -> String {
        format!("{}\n{text}", ways.join(" "))
    }

    /// A note that is none is kept for nobody, and empty.
    pub fn read(note: &'a str) -> Self {
        let (ways, text) = note.split_once('\n').unwrap_or_default();
        Self { ways, text }
    }

    /// Whether one of these words is among its ways.
    pub fn is_for<'w>(&self, mut shown: impl Iterator<Item = &'w str>) -> bool {
        shown.any(|way| !way.is_empty() && self.ways.split(' ').any(|one| one == way))
    }
}

/// What came of a redemption. The texts are what was kept, without its first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// Nothing was kept.
    Unknown,
    /// It was kept for others, and nothing was claimed.
    ForOthers(String),
    /// What the claim found.
    Claimed(String, Claimed),
}

/// The truth for everything that happens once (a Durable Object). What gets no answer is asked once more, since none of this
/// changes anything the second time.
pub trait Ledger {
    /// Claims a key until `until` (Unix seconds), leaving `note` for a second claimant. Atomic under
    /// concurrency, crashes and several isolates: at most one request ever sees `First`. The request that was first
    /// sees it again if it asks again: its answer may have been lost.
    async fn claim(&self, key: &ClaimKey, until: u64, note: &str) -> Result<Claimed, Reason>;
    /// The note of a claimed key; None if it was not claimed.
    async fn recall(&self, key: &ClaimKey) -> Result<Option<String>, Reason>;
    /// Claims what was kept for the caller, and tells what it was, in one call.
    async fn redeem(&self, redemption: &Redemption<'_>) -> Result<Redeemed, Reason>;
    /// Takes back what this request claimed, because it was refused and is never let through. A claim that is still on its
    /// way is void. One whose note was told to another request stays: that request acted on it. What is not answered
    /// soon is tried again while the request is answered.
    async fn withdraw(&self);
    /// What this request claimed under a key stays, whatever becomes of the request.
    fn keep(&self, key: &ClaimKey);
    /// Claims a key for good and replaces a record in the vault by a tombstone. Answered once the claim is durable; from
    /// then on the Ledger sees to the tombstone itself.
    async fn revoke(&self, key: &ClaimKey, until: u64, tombstone: &Tombstone<'_>) -> Result<(), Reason>;
}

/// What takes the place of a record that was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone<'a> {
    /// The vault's key.
    pub key: &'a str,
    /// Its value.
    pub value: &'a str,
    /// Whether a request under way may write a record over it: then it is written once more when that has ended.
    pub again: bool,
}

/// Whose password is guessed, and from where. All are digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    /// The account alone.
    pub account: ClaimKey,
    /// Account and network.
    pub pair: ClaimKey,
    /// The network alone; None where it is not counted.
    pub network: Option<ClaimKey>,
}

/// What was counted, the new guess included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guesses {
    /// Wrong guesses of this minute by the pair.
    pub pair: u32,
    /// Wrong guesses of these ten minutes at the account, from anywhere.
    pub account: u32,
    /// How often the pair was right: a number that changes whenever its count begins anew.
    pub right: u32,
    /// Wrong guesses of this minute by the network, at accounts that never signed in from it; 0 for one that did.
    pub network: u32,
    /// When the network's minute began (Unix seconds).
    pub since: u64,
}

/// Counts guesses for all isolates together (a Durable Object).
pub trait LoginAttempts {
    /// Counts a guess, before it is known whether it is wrong, so that a burst counts in full. Of a pair that was right
    /// before, the network is not counted.
    async fn guess(&self, guess: &Guess) -> Result<Guesses, Reason>;
    /// Whether the pair was right before. Counts nothing.
    async fn is_known(&self, guess: &Guess) -> Result<bool, Reason>;
    /// Takes a guess back that was right, as it was counted, and the pair's wrong ones with it. The pair is remembered for
    /// 30 days.
    async fn guessed_right(&self, guess: &Guess, counted: &Guesses) -> Result<(), Reason>;
}

/// Randomness fit for keys.
pub trait Entropy {
    /// Fills the bytes.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Reason>;
}

/// A counter of attempts per key; approximate, per location.
pub trait RateLimiter {
    /// Counts one attempt and says whether it was still within the limit.
    async fn within(&self, key: &str) -> Result<bool, Reason>;
}

/// Lets time pass.
pub trait Timer {
    /// Waits, for this request alone: what another request waits for must not be awaited on this platform.
    async fn pause(&self, milliseconds: u32);
}

/// The gateway's own calls to an origin.
pub trait Upstream {
    /// Asks an origin and returns status and body, or refuses after 3 s, or if the body is longer than 64 kB.
    async fn call(&self, origin: &Origin, call: &Call<'_>) -> Result<(u16, String), Reason>;
    /// Whether an origin could be reached at all: a service that is bound, or an address.
    fn is_there(&self, _origin: &Origin) -> bool {
        true
    }
}

/// One call of the gateway's own.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// At the origin, below its own path.
    pub path: &'a str,
    /// Beside `Accept: application/json`.
    pub headers: &'a [(&'a str, &'a str)],
    /// With a body it is a POST, without one a GET.
    pub body: Option<&'a str>,
}

/// Asymmetric signatures by the runtime.
pub trait Signer {
    /// ES256 (RFC 7518 section 3.4) under a private P-256 JWK: 64 bytes.
    async fn sign_es256(&self, jwk: &Secret, input: &[u8]) -> Result<Vec<u8>, Reason>;
}

/// Verification of asymmetric signatures by the runtime.
pub trait Verifier {
    /// Whether a signature over `input` is of that public key (a JWK, RFC 7517). A key that is none verifies nothing.
    async fn verify(&self, algorithm: JwsAlgorithm, jwk: &str, input: &[u8], signature: &[u8]) -> Result<bool, Reason>;
}

/// The request's body, for the few routes that read it.
pub trait Body {
    /// The whole body, or `BodyTooLarge` as soon as it is longer than `limit` bytes.
    async fn read(&self, limit: usize) -> Result<Vec<u8>, Reason>;
    /// The next piece as it arrived; None at the end. What is not taken can still be streamed on.
    async fn next(&self) -> Result<Option<Vec<u8>>, Reason>;
    /// Gives back what was taken of a body, all of it: it comes again, and the rest behind it.
    fn put_back(&self, beginning: Vec<u8>);
}
