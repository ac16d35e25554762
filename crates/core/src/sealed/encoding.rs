//! Other texts for the bytes of a sealed credential, in the alphabets that a vendor's clients know.
//!
//! To clients these texts are opaque: alphabet and suffix are kept, the length is not. Each credential has exactly
//! one text in each spelling. None of them names its key, so every key of a profile is tried.

use crate::digest::{base64url, from_base64url, from_hex, from_standard_base64, hex, standard_base64};
use crate::secret::Secret;

/// How bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Lower-case hex and a suffix: a servlet container's session id, `3f….app1`.
    Servlet,
    /// Upper-case hex.
    UpperHex,
    /// Base64url, padded to a multiple of four with `.`.
    Dotted,
    /// A ticket of SuperOffice's: `7T:` and base64 with its padding.
    Ticket,
}

impl Encoding {
    /// The text.
    pub fn write(self, bytes: &[u8]) -> Secret {
        Secret::new(match self {
            Encoding::Servlet => format!("{}.{NODE}", hex(bytes)),
            Encoding::UpperHex => hex(bytes).to_ascii_uppercase(),
            Encoding::Ticket => format!("{TICKET}{}", standard_base64(bytes)),
            Encoding::Dotted => {
                let text = base64url(bytes);
                let padded = text.len().next_multiple_of(4);
                format!("{text:.<padded$}")
            }
        })
    }

    /// The bytes; None for any other spelling of them, and for what cannot be one.
    pub fn read(self, text: &str) -> Option<Vec<u8>> {
        if text.len() > LONGEST {
            return None;
        }
        match self {
            Encoding::Servlet => {
                let digits = text.strip_suffix(NODE)?.strip_suffix('.')?;
                digits.bytes().all(|b| !b.is_ascii_uppercase()).then(|| from_hex(digits.as_bytes()))?
            }
            Encoding::UpperHex => text.bytes().all(|b| !b.is_ascii_lowercase()).then(|| from_hex(text.as_bytes()))?,
            Encoding::Ticket => from_standard_base64(text.strip_prefix(TICKET)?.as_bytes()),
            Encoding::Dotted => {
                let bytes = from_base64url(text.trim_end_matches('.').as_bytes())?;
                (text.len() == base64url(&bytes).len().next_multiple_of(4)).then_some(bytes)
            }
        }
    }
}

/// The name of the node that a servlet container would have put behind its session ids.
pub const NODE: &str = "app1";
/// How a ticket begins.
pub const TICKET: &str = "7T:";
/// Characters; beyond it nothing is decoded.
const LONGEST: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 4] = [Encoding::Servlet, Encoding::UpperHex, Encoding::Dotted, Encoding::Ticket];

    fn text(spelling: Encoding, bytes: &[u8]) -> String {
        String::from_utf8(spelling.write(bytes).expose().to_vec()).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        for spelling in ALL {
            for length in 0..100_u8 {
                let bytes: Vec<u8> = (0..length).map(|n| n.wrapping_mul(37)).collect();
                assert_eq!(spelling.read(&text(spelling, &bytes)), Some(bytes), "{spelling:?}");
            }
        }
    }

    #[test]
    fn the_alphabets_are_the_vendors() {
        let bytes = [0xfb, 0xff, 0x01, 0x02];
        assert_eq!(text(Encoding::Servlet, &bytes), "fbff0102.app1");
        assert_eq!(text(Encoding::UpperHex, &bytes), "FBFF0102");
        assert_eq!(text(Encoding::Dotted, &bytes), "-_8BAg..");
        assert_eq!(text(Encoding::Ticket, &bytes), "7T:+/8BAg==");
    }

    #[test]
    fn no_credential_has_two_texts() {
        for (spelling, text) in [
            (Encoding::Servlet, "FBFF0102.app1"),
            (Encoding::Servlet, "fbff0102"),
            (Encoding::Servlet, "fbff0102.app2"),
            (Encoding::Servlet, "fbff0102app1"),
            (Encoding::UpperHex, "fbff0102"),
            (Encoding::UpperHex, "FBFF010"),
            (Encoding::Dotted, "-_8BAg"),
            (Encoding::Dotted, "-_8BAg."),
            (Encoding::Dotted, "-_8BAg..."),
            (Encoding::Dotted, "-_8BAg=="),
            (Encoding::Dotted, "-_8BAh.."),
            (Encoding::Ticket, "+/8BAg=="),
            (Encoding::Ticket, "7t:+/8BAg=="),
            (Encoding::Ticket, "7A:+/8BAg=="),
            (Encoding::Ticket, "7T:+/8BAg"),
            (Encoding::Ticket, "7T:+/8BAh=="),
            (Encoding::Ticket, "7T:-_8BAg=="),
            (Encoding::Ticket, "N1Q6Ky84QkFnPT0="),
        ] {
            assert_eq!(spelling.read(text), None, "{text}");
        }
    }
}
