//! What a request uses up, once everything else is known to be right.

use crate::digest::{base64url, sha256};
use crate::http::Incoming;
use crate::ports::{ClaimKey, Claimed};
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
        /// Who may come second, for a while.
        grace: Option<Grace>,
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

/// The client that uses up what works once, and for how long it may come again: for parts of a file, or to try again.
#[derive(Debug)]
pub struct Grace {
    seconds: u64,
    /// A digest, which no one can compute who has not seen the credential.
    client: String,
    now: u64,
}

impl Grace {
    /// For the client of a request made now (Unix seconds), by its network and `User-Agent`. `secret`: of the credential, what no
    /// storage holds. None for no time, or where the client's address is not known.
    pub fn of(request: &Incoming<'_>, seconds: u64, now: u64, secret: &[u8]) -> Option<Self> {
        if seconds == 0 {
            return None;
        }
        request.client_address?;
        let (network, agent) = (request.network(), request.headers.get("user-agent").unwrap_or_default());
        let digest = sha256(&[b"edgegate grace v1\0", secret, b"\0", network.as_bytes(), b"\0", agent.as_bytes()]);
        Some(Self { seconds, client: base64url(&digest), now })
    }

    /// What the first use notes. Its time comes first: KV does not say when something was claimed.
    pub fn note(&self) -> String {
        format!("{} {}", self.now, self.client)
    }

    /// Whether what a claim found lets the request through.
    pub fn allows(&self, found: &Claimed) -> bool {
        match found {
            Claimed::First => true,
            Claimed::Replayed { note, age } => {
                let client = note.split_once(' ').map(|(_, client)| client);
                *age < self.seconds && client == Some(&self.client)
            }
        }
    }
}
