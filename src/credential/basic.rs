//! HTTP Basic (RFC 7617), as clients send it.
//!
//! RFC 6749 section 2.3.1 has id and secret form-encoded before they are joined; most libraries do not, some do. So a
//! pair can be read in two ways, and a secret is compared with both readings. Which client it is about is one reading's
//! business alone: ids consist of characters that form-encoding leaves as they are.

use crate::digest::from_standard_base64;
use crate::http::query;
use crate::refusal::Reason;
use crate::secret::Secret;

/// A client's id, and what was sent as its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Before the first colon.
    pub id: String,
    /// After it, byte for byte.
    pub secret: Secret,
}

impl Pair {
    /// The secret as it would be if it had been form-encoded.
    pub fn decoded_secret(&self) -> Secret {
        // `decode` wants text; what is no text was not encoded either.
        match self.secret.expose_text() {
            Ok(text) => Secret::new(query::decode(text)),
            Err(_) => self.secret.clone(),
        }
    }
}

/// Reads the value of an `Authorization: Basic`.
///
/// # Errors
/// `BasicMalformed`.
pub fn read(value: &str) -> Result<Pair, Reason> {
    let bytes = Secret::new(from_standard_base64(value.as_bytes()).ok_or(Reason::BasicMalformed)?);
    let colon = bytes.expose().iter().position(|byte| *byte == b':').ok_or(Reason::BasicMalformed)?;
    let (id, secret) = bytes.expose().split_at_checked(colon).ok_or(Reason::BasicMalformed)?;
    let id = core::str::from_utf8(id).map_err(|_| Reason::BasicMalformed)?;
    let secret = secret.split_first().map(|(_, secret)| secret).unwrap_or_default();
    Ok(Pair { id: id.to_owned(), secret: Secret::new(secret) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_in_both_readings() {
        // `ck` and `s:e/c`, by a library that form-encodes and by one that does not (protocols.md B2)
        let encoded = read("Y2s6cyUzQWUlMkZj").unwrap();
        assert_eq!((encoded.id.as_str(), encoded.decoded_secret()), ("ck", Secret::new("s:e/c")));
        let plain = read("Y2s6czplL2M=").unwrap();
        assert_eq!((plain.id.as_str(), plain.secret), ("ck", Secret::new("s:e/c")));
        assert_eq!(read("YWRtMDo=").unwrap().secret, Secret::new(""));
    }

    #[test]
    fn what_is_no_pair() {
        // no colon; no text before the colon (protocols.md C5 O8); not base64; without its padding
        for value in ["YWJj", "YWrtMdo=", "", "YTpi!", "Y2s6Y3M", "_w=="] {
            assert_eq!(read(value), Err(Reason::BasicMalformed), "{value}");
        }
    }
}
