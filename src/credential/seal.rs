//! The form of everything that Edgegate issues itself: it authenticates itself before storage is read.
//!
//! `<prefix>_<key id>_<base64url of 46 bytes>`: issued (5 bytes, Unix seconds) ‖ expires (5) ‖ audience tag (4) ‖
//! random (16) ‖ MAC (16). MAC = the first 16 bytes of HMAC-SHA-256(key, "edgegate seal v1" NUL prefix NUL key id
//! NUL the 30 bytes before). A forged, expired or misdirected credential is refused without a storage
//! operation. To a client the text is opaque; only its prefix may be relied on, by scanners for leaked secrets.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use super::claim_key;
use crate::digest::{base64url, from_base64url, hmac_sha256, sha256};
use crate::keyring::Keyring;
use crate::policy::Key;
use crate::ports::{ClaimKey, Entropy};
use crate::refusal::Reason;
use crate::secret::Secret;

/// What a sealed credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An opaque Bearer token, `egt_`.
    Token,
    /// A session id, `egs_`.
    Session,
    /// A one-time nonce, `egn_`.
    Nonce,
}

impl Kind {
    /// What the text begins with, and what its storage keys begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Kind::Token => "egt",
            Kind::Session => "egs",
            Kind::Nonce => "egn",
        }
    }
}

/// An authentic credential, taken apart. It says nothing about expiry or revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What it is.
    pub kind: Kind,
    /// The key that authenticated it.
    pub key_id: String,
    /// Unix seconds.
    pub issued: u64,
    /// Unix seconds; not valid at or after it.
    pub expires: u64,
    tag: [u8; TAG],
    mac: [u8; MAC],
}

impl Sealed {
    /// Whether it was minted for this audience (the name of a route, or nothing).
    pub fn is_for(&self, audience: &str) -> bool {
        self.tag == audience_tag(audience)
    }

    /// The KV key of its record: a digest, so that a dump of KV holds nothing usable.
    pub fn record_key(&self) -> String {
        format!("{}:{}", self.kind.prefix(), base64url(&self.claim_key("record").0))
    }

    /// The Ledger key for one of the things that happen to it once.
    pub fn claim_key(&self, what: &str) -> ClaimKey {
        claim_key(&format!("{} {what}", self.kind.prefix()), &self.key_id, &self.mac)
    }
}

/// Mints a credential. Returns the text, which is told once and never stored, and its parts.
///
/// # Errors
/// `EntropyUnavailable`.
pub fn mint(
    kind: Kind,
    key: &Key,
    secret: &Secret,
    issued: u64,
    expires: u64,
    audience: &str,
    entropy: &impl Entropy,
) -> Result<(Secret, Sealed), Reason> {
    let mut random = [0; RANDOM];
    entropy.fill(&mut random)?;
    let tag = audience_tag(audience);
    let mut body = Vec::with_capacity(BODY + MAC);
    body.extend(five_bytes(issued));
    body.extend(five_bytes(expires));
    body.extend(tag);
    body.extend(random);
    let mac = compute(kind, &key.id, secret, &body);
    body.extend(mac);
    let text = format!("{}_{}_{}", kind.prefix(), key.id, base64url(&body));
    Ok((Secret::new(text), Sealed { kind, key_id: key.id.clone(), issued, expires, tag, mac }))
}

/// Opens a text; None if it is not authentic under any of the keys.
///
/// # Errors
/// `SecretMissing` if the key that it names has no value.
pub fn open(
    kind: Kind,
    keys: &[Arc<Key>],
    keyring: &Keyring,
    loopback: bool,
    text: &str,
) -> Result<Option<Sealed>, Reason> {
    let mut pieces = text.splitn(3, '_');
    let (Some(prefix), Some(key_id), Some(body)) = (pieces.next(), pieces.next(), pieces.next()) else {
        return Ok(None);
    };
    let Some(key) = keys.iter().find(|key| key.id == key_id).filter(|_| prefix == kind.prefix()) else {
        return Ok(None);
    };
    if body.len() != TEXT {
        return Ok(None);
    }
    let Some(bytes) = from_base64url(body.as_bytes()) else { return Ok(None) };
    let secret = keyring.secret(&key.secret, loopback)?;
    Ok(read(kind, &key.id, secret, &bytes))
}

fn read(kind: Kind, key_id: &str, secret: &Secret, bytes: &[u8]) -> Option<Sealed> {
    let (body, mac) = bytes.split_at_checked(BODY)?;
    let mac: [u8; MAC] = mac.try_into().ok()?;
    if !bool::from(compute(kind, key_id, secret, body).ct_eq(&mac)) {
        return None;
    }
    let (issued, rest) = body.split_at_checked(5)?;
    let (expires, rest) = rest.split_at_checked(5)?;
    let (tag, _random) = rest.split_at_checked(TAG)?;
    Some(Sealed {
        kind,
        key_id: key_id.to_owned(),
        issued: number(issued),
        expires: number(expires),
        tag: tag.try_into().ok()?,
        mac,
    })
}

fn compute(kind: Kind, key_id: &str, secret: &Secret, body: &[u8]) -> [u8; MAC] {
    let parts: [&[u8]; 6] = [b"edgegate seal v1\0", kind.prefix().as_bytes(), b"\0", key_id.as_bytes(), b"\0", body];
    first(hmac_sha256(secret, &parts))
}

fn audience_tag(audience: &str) -> [u8; TAG] {
    first(sha256(&[b"edgegate audience v1\0", audience.as_bytes()]))
}

fn five_bytes(seconds: u64) -> impl Iterator<Item = u8> {
    seconds.to_be_bytes().into_iter().skip(3)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn first<const N: usize>(bytes: [u8; 32]) -> [u8; N] {
    let mut start = [0; N];
    for (to, from) in start.iter_mut().zip(bytes) {
        *to = from;
    }
    start
}

const TAG: usize = 4;
const RANDOM: usize = 16;
const MAC: usize = 16;
const BODY: usize = 5 + 5 + TAG + RANDOM;
/// Characters of base64url for `BODY + MAC` bytes.
const TEXT: usize = 62;
