//! The digests and MACs of this house, over parts that are not joined first.

use hmac::{Hmac, KeyInit, Mac};

use crate::secret::Secret;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// HMAC-SHA-256 (RFC 2104) of the parts, one after the other.
///
/// # Example
/// ```
/// use edgegate_core::digest::{hex, hmac_sha256};
/// use edgegate_core::secret::Secret;
///
/// // RFC 4231, test case 2
/// let mac = hmac_sha256(&Secret::new("Jefe"), &[b"what do ya want ", b"for nothing?"]);
/// assert!(hex(&mac).starts_with("5bdcc146bf60754e"));
/// ```
pub fn hmac_sha256(key: &Secret, parts: &[&[u8]]) -> [u8; 32] {
    over(key.keyed(with_key), parts).into()
}

/// HMAC-SHA-256 under a key.
pub type HmacSha256 = Hmac<sha2::Sha256>;

/// HMAC-SHA-1 (RFC 2104) of the parts, one after the other.
pub fn hmac_sha1(key: &Secret, parts: &[&[u8]]) -> [u8; 20] {
    mac::<Hmac<sha1::Sha1>>(key, parts).into()
}

/// HMAC-MD5 (RFC 2104) of the parts. Nothing is signed or taken by it: the explainer recognises it.
pub fn hmac_md5(key: &Secret, parts: &[&[u8]]) -> [u8; 16] {
    mac::<Hmac<md5::Md5>>(key, parts).into()
}

/// SHA-256 of the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    digest::<sha2::Sha256>(parts).into()
}

/// SHA-1 of the parts. Only for the signed-redirect format (`protocols.md` A1).
pub fn sha1(parts: &[&[u8]]) -> [u8; 20] {
    digest::<sha1::Sha1>(parts).into()
}

/// MD5 of the parts. Only for the signed-redirect format (`protocols.md` A1).
pub fn md5(parts: &[&[u8]]) -> [u8; 16] {
    digest::<md5::Md5>(parts).into()
}

/// Base64url without padding (RFC 4648 section 5).
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64 (RFC 4648 section 4).
pub fn standard_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The one canonical reading of base64.
pub fn from_standard_base64(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// The one canonical reading of unpadded base64url; None for any other spelling.
pub fn from_base64url(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(nibble + if nibble < 10 { b'0' } else { b'a' - 10 });
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    text
}

/// Bytes from hex digits of either case; None for anything else.
pub fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut pairs = text.chunks_exact(2);
    for pair in &mut pairs {
        let [high, low] = pair else { return None };
        bytes.push(u8::try_from(digit(high)? << 4 | digit(low)?).ok()?);
    }
    pairs.remainder().is_empty().then_some(bytes)
}

fn mac<M: Mac + KeyInit>(key: &Secret, parts: &[&[u8]]) -> hmac::digest::Output<M> {
    over(with_key::<M>(key.expose()), parts)
}

fn with_key<M: Mac + KeyInit>(key: &[u8]) -> M {
    // HMAC takes a key of any length, so the error cannot occur; a key of zeros would only ever refuse.
    <M as KeyInit>::new_from_slice(key).unwrap_or_else(|_| <M as KeyInit>::new(&Default::default()))
}

fn over<M: Mac>(mut mac: M, parts: &[&[u8]]) -> hmac::digest::Output<M> {
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes()
}

fn digest<D: sha2::Digest>(parts: &[&[u8]]) -> hmac::digest::Output<D> {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_base64url_read_what_they_write() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hex(hex(&bytes).as_bytes()), Some(bytes.clone()));
        assert_eq!(from_hex(hex(&bytes).to_uppercase().as_bytes()), Some(bytes.clone()));
        assert_eq!(from_base64url(base64url(&bytes).as_bytes()), Some(bytes));
    }

    #[test]
    fn other_spellings_are_not_read() {
        for text in ["AA==", "A", "AB", "A+", " AA"] {
            assert_eq!(from_base64url(text.as_bytes()), None, "{text}");
        }
        for text in ["0", "0g", "+1", "é"] {
            assert_eq!(from_hex(text.as_bytes()), None, "{text}");
        }
    }
}
