//! Text that storage keeps and only one session can read again.
//!
//! The key follows from the session's own bytes, which its browser alone holds, and a seal key. So neither a dump of KV nor the
//! Worker's secrets are enough. Encrypt, then MAC: a stream of HMAC-SHA-256(key, "stream" NUL random counter), XOR, and
//! HMAC-SHA-256(key, "mac" NUL random text) cut to 16 bytes; base64url of random (16 bytes) ‖ text ‖ MAC.

use subtle::ConstantTimeEq;

use crate::digest::{base64url, from_base64url, hmac_sha256};
use crate::ports::Entropy;
use crate::refusal::Reason;
use crate::sealed::seal::{self, Sealed};
use crate::secret::Secret;

/// What a text is hidden for.
#[derive(Debug, Clone, Copy)]
pub struct Hiding<'a> {
    /// The session that alone can read it.
    pub session: &'a Sealed,
    /// Of the key that made the session.
    pub secret: &'a Secret,
    /// What keeps uses apart.
    pub purpose: &'a str,
}

impl Hiding<'_> {
    /// Hides a text.
    ///
    /// # Errors
    /// `EntropyUnavailable`.
    pub fn hide(self, text: &Secret, entropy: &impl Entropy) -> Result<String, Reason> {
        let key = self.key();
        let mut bytes = vec![0; RANDOM];
        entropy.fill(&mut bytes)?;
        let stream = streamed(&key, &bytes, text.expose());
        bytes.extend(stream);
        let mac = mac(&key, &bytes);
        bytes.extend(mac);
        Ok(base64url(&bytes))
    }

    /// Reads it again; None for what was not hidden so.
    pub fn read(self, hidden: &str) -> Option<Secret> {
        let key = self.key();
        let bytes = from_base64url(hidden.as_bytes())?;
        let (body, theirs) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
        if !bool::from(mac(&key, body).ct_eq(theirs)) {
            return None;
        }
        let (random, text) = body.split_at_checked(RANDOM)?;
        Some(Secret::new(streamed(&key, random, text)))
    }

    fn key(self) -> Secret {
        Secret::new(self.session.bind(self.secret, self.purpose))
    }
}

fn streamed(key: &Secret, random: &[u8], text: &[u8]) -> Vec<u8> {
    let block = |counter: u32| hmac_sha256(key, &[b"stream\0", random, &counter.to_be_bytes()]);
    let chunks = text.chunks(32).zip(0_u32..);
    chunks.flat_map(|(chunk, counter)| chunk.iter().zip(block(counter)).map(|(byte, mask)| byte ^ mask)).collect()
}

fn mac(key: &Secret, body: &[u8]) -> [u8; MAC] {
    seal::first(hmac_sha256(key, &[b"mac\0", body]))
}

/// The purpose of a provider's refresh token.
pub const REFRESH: &str = "refresh token";
const RANDOM: usize = 16;
const MAC: usize = 16;
