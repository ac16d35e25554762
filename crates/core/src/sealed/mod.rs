//! What the gateway issues: its form, its record, its single use.

pub mod cache;
pub mod encoding;
pub mod hidden;
pub mod index;
pub mod once;
pub mod record;
pub mod seal;
pub mod session_token;
pub mod store;

use crate::digest::sha256;
use crate::ports::ClaimKey;

/// The key under which a credential is claimed: a digest of what authenticates it, so that no other
/// spelling of the same credential is a new one.
pub fn claim_key(what: &str, key_id: &str, mac: &[u8]) -> ClaimKey {
    let digest = sha256(&[b"edgegate claim v1\0", what.as_bytes(), b"\0", key_id.as_bytes(), b"\0", mac]);
    ClaimKey::by(key_id, digest)
}
