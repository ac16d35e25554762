//! What a request uses up, once everything else is known to be right.

use crate::ports::ClaimKey;
use crate::refusal::Reason;
use crate::sealed::seal::Sealed;

/// What is still to be claimed.
#[derive(Debug)]
pub enum Claim {
    /// Of what carries no record.
    Key {
        /// By which it is known.
        key: ClaimKey,
        /// Unix seconds until which it could come again.
        until: u64,
        /// What it is if somebody had it before.
        replayed: Reason,
    },
    /// A nonce, for which somebody is signed in.
    Nonce {
        /// The nonce.
        sealed: Sealed,
        /// Who.
        subject: String,
    },
    /// A nonce that carries a session.
    Handoff {
        /// The nonce.
        sealed: Sealed,
        /// Another person's session in the browser, which ends.
        before: Option<Sealed>,
        /// The Set-Cookie value that hands the session over.
        cookie: String,
    },
}
