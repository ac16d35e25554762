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

/// Who signs in, and the password, which may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Before the first colon.
    pub name: String,
    /// After it, as text.
    pub password: Secret,
}

/// Reads the value of an `Authorization: Basic` as a client's id and secret.
///
/// # Errors
/// `BasicMalformed`.
///
/// # Example
/// ```
/// use edgegate_core::http::basic::read;
///
/// let pair = read("YXBwOnMzY3JldA==").unwrap(); // app:s3cret
/// assert_eq!(pair.id, "app");
/// assert!(pair.secret.is(b"s3cret"));
/// ```
pub fn read(value: &str) -> Result<Pair, Reason> {
    let bytes = decode(value)?;
    let (id, secret) = split(&bytes)?;
    let id = core::str::from_utf8(id).map_err(|_| Reason::BasicMalformed)?;
    Ok(Pair { id: id.to_owned(), secret: Secret::new(secret) })
}

/// The same as user name and password. RFC 7617 leaves their charset open: bytes that are no UTF-8 are ISO-8859-1, as
/// older clients send them. Control characters are none of either (section 2).
///
/// # Errors
/// `BasicMalformed`.
pub fn read_login(value: &str) -> Result<Login, Reason> {
    let bytes = decode(value)?;
    let text = Secret::new(match core::str::from_utf8(bytes.expose()) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.expose().iter().map(|byte| char::from(*byte)).collect(),
    });
    if text.expose_text()?.contains(char::is_control) {
        return Err(Reason::BasicMalformed);
    }
    let (name, password) = split(&text)?;
    // A colon is ASCII, so both halves of a text are texts.
    let name = core::str::from_utf8(name).map_err(|_| Reason::BasicMalformed)?;
    Ok(Login { name: name.to_owned(), password: Secret::new(password) })
}

fn decode(value: &str) -> Result<Secret, Reason> {
    Ok(Secret::new(from_standard_base64(value.as_bytes()).ok_or(Reason::BasicMalformed)?))
}

/// What stands before the first colon, and what behind it.
fn split(bytes: &Secret) -> Result<(&[u8], &[u8]), Reason> {
    let colon = bytes.expose().iter().position(|byte| *byte == b':').ok_or(Reason::BasicMalformed)?;
    let (before, after) = bytes.expose().split_at_checked(colon).ok_or(Reason::BasicMalformed)?;
    Ok((before, after.split_first().map(|(_, after)| after).unwrap_or_default()))
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
    fn a_login_in_either_charset() {
        let login = |value| read_login(value).map(|login| (login.name, login.password));
        let of = |name: &str, password: &str| Ok((name.to_owned(), Secret::new(password)));
        assert_eq!(login("YWRtMDo="), of("adm0", "")); // protocols.md C1: an empty password
        assert_eq!(login("asO2OmfDvG46eA=="), of("jö", "gün:x"));
        assert_eq!(login("avY6Z/xuOng="), of("jö", "gün:x")); // the same in ISO-8859-1
        assert_eq!(login("Og=="), of("", ""));
        for value in ["YWrtMdo=", "YWRtMA==", "YTpiCg==", "YQA6Yg==", "hTph", "YTpi!"] {
            assert_eq!(login(value), Err(Reason::BasicMalformed), "{value}");
        }
    }

    #[test]
    fn what_is_no_pair() {
        // no colon; no text before the colon (protocols.md C5 O8); not base64; without its padding
        for value in ["YWJj", "YWrtMdo=", "", "YTpi!", "Y2s6Y3M", "_w=="] {
            assert_eq!(read(value), Err(Reason::BasicMalformed), "{value}");
        }
    }
}
