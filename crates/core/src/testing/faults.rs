//! What an operation of the ports in memory does instead of succeeding, and how many there were.

use crate::refusal::Reason;

/// How an operation behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    /// It succeeds.
    Ok,
    /// It fails before it takes effect.
    Fail(Reason),
    /// It takes effect and its answer is lost.
    Lost(Reason),
    /// It fails, and takes effect later, when the world delivers it: an answer that was waited for no longer.
    Late(Reason),
    /// One in ten fails, or loses its answer.
    Sometimes(Reason),
    /// It never answers.
    Hang,
}

/// One switch for each kind of operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Reads and lists of KV.
    pub get: Fault,
    /// Writes of KV.
    pub put: Fault,
    /// Calls of the Ledger, counts of guesses among them.
    pub ledger: Fault,
    /// Randomness.
    pub entropy: Fault,
    /// The counter of attempts.
    pub limiter: Fault,
    /// The gateway's own calls to an origin.
    pub upstream: Fault,
    /// Signatures.
    pub signer: Fault,
    /// Reads of the request's body.
    pub body: Fault,
    /// Whether an origin can be reached at all: its binding.
    pub binding: Fault,
}

/// Operations so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Reads of KV.
    pub gets: u32,
    /// Writes of KV.
    pub puts: u32,
    /// Claims and revocations at the Ledger.
    pub claims: u32,
    /// Questions to the Ledger that claim nothing.
    pub recalls: u32,
    /// Counted guesses, and those taken back.
    pub guesses: u32,
    /// Requests that the Ledger counted along a route.
    pub rates: u32,
    /// Reads of the request's body.
    pub bodies: u32,
    /// Signatures that were made.
    pub signatures: u32,
    /// The gateway's own calls to an origin.
    pub upstream: u32,
    /// Pages of keys.
    pub lists: u32,
    /// Signatures that were verified.
    pub verified: u32,
}

impl Spent {
    /// KV and Durable Object operations.
    pub fn storage(&self) -> u32 {
        self.gets + self.puts + self.lists + self.claims + self.recalls + self.guesses + self.rates
    }
}
