//! Secrets as a type that cannot be printed, compared carelessly or left behind in memory.

use core::fmt;
use std::sync::OnceLock;

use hmac::Hmac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::refusal::Reason;

use sha2::Sha256;

/// Bytes that must never appear in a log, an answer or an error text.
///
/// No `Display`, no `Serialize`; `Debug` hides the value; equality takes the same time wherever two
/// values of one length differ; the bytes are wiped when dropped.
///
/// # Example
/// ```
/// use edgegate_core::secret::Secret;
///
/// let secret = Secret::new("s3cret");
/// assert_eq!(format!("{secret:?}"), "Secret(hidden)");
/// assert!(secret.is(b"s3cret"));
/// ```
#[derive(Clone)]
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    /// HMAC-SHA-256 with the bytes for its key, which is most of the work where little is hashed. It wipes itself too.
    keyed: OnceLock<Box<Hmac<Sha256>>>,
}

impl Secret {
    /// Takes the bytes over.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: Zeroizing::new(bytes.into()), keyed: OnceLock::new() }
    }

    /// The MAC that has this secret for its key, ready for what is to be hashed.
    pub fn keyed(&self, make: impl FnOnce(&[u8]) -> Hmac<Sha256>) -> Hmac<Sha256> {
        (**self.keyed.get_or_init(|| Box::new(make(&self.bytes)))).clone()
    }

    /// The bytes, for the one computation that needs them.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, of a secret that is text.
    ///
    /// # Errors
    /// `Internal` if it is not.
    pub fn expose_text(&self) -> Result<&str, Reason> {
        core::str::from_utf8(self.expose()).map_err(|_| Reason::Internal)
    }

    /// Whether somebody's text is this secret. The time taken tells at most the length.
    pub fn is(&self, text: &[u8]) -> bool {
        self.bytes.as_slice().ct_eq(text).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.expose())
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_value() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(hidden)");
    }

    #[test]
    fn every_field_is_wiped_when_dropped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        // A field without a wipe of its own does not compile here. An HMAC is two hashes with the key in their state.
        let Secret { bytes, keyed } = Secret::new("hunter2");
        is_wiped(&bytes);
        let _: Option<&Box<hmac::Hmac<sha2::Sha256>>> = keyed.get();
        is_wiped(&<sha2::Sha256 as sha2::Digest>::new());
    }

    #[test]
    fn equality_is_of_bytes() {
        assert!(Secret::new("a").is(b"a"));
        assert!(!Secret::new("a").is(b"b"));
        assert!(!Secret::new("a").is(b"aa"));
        assert_eq!(Secret::new("x"), Secret::new(b"x".to_vec()));
    }
}
