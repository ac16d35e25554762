//! A policy as data: what `edgegate build` writes and the Worker reads.
//!
//! ```text
//! edgegate policy\n | format, 4 bytes | SHA-256 of the rest, 32 bytes | the model
//! ```
//!
//! It is checked once, where it is written. A reader relies on the digest: not one byte is another.

#[macro_use]
pub(crate) mod codec;

use std::fmt;

use sha2::{Digest, Sha256};

use super::{Carried, FORMAT, Policy};
use codec::{Coded, Reader, Writer};

/// Which policy it is: the first half of its SHA-256, in 32 hex digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDigest(String);

/// Why data are no policy for this reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// They are something else.
    NoPolicy,
    /// They are of another format.
    Format(u32),
    /// They were changed after they were written, or cut.
    Changed,
}

impl Policy {
    /// The policy as data.
    pub fn compile(&self) -> Vec<u8> {
        let mut model = Writer::default();
        self.write(&mut model);
        let model = model.bytes;
        let mut data = MAGIC.to_vec();
        data.extend(FORMAT.to_be_bytes());
        data.extend(Sha256::digest(&model));
        data.extend(model);
        data
    }

    /// The policy that [`Policy::compile`] wrote, with its digest.
    ///
    /// # Errors
    /// Why it cannot be read.
    ///
    /// # Example
    /// ```
    /// use edgegate_policy::{Policy, Unreadable};
    /// # let text = "version = 1\ngateway.issuer = \"https://gate.example\"\norigins.a.service = \"A\"\n\
    /// #     [[routes]]\nname = \"a\"\npath = \"/\"\naccept = [\"none\"]\nforward = { origin = \"a\" }\n";
    ///
    /// let mut data = Policy::read(text).unwrap().compile();
    /// assert_eq!(Policy::decode(&data).unwrap().routes.len(), 1);
    ///
    /// *data.last_mut().unwrap() ^= 1;
    /// assert_eq!(Policy::decode(&data).unwrap_err(), Unreadable::Changed);
    /// ```
    pub fn decode(data: &[u8]) -> Result<Policy, Unreadable> {
        let rest = data.strip_prefix(MAGIC).ok_or(Unreadable::NoPolicy)?;
        let (format, rest) = rest.split_first_chunk::<4>().ok_or(Unreadable::NoPolicy)?;
        match u32::from_be_bytes(*format) {
            FORMAT => {}
            other => return Err(Unreadable::Format(other)),
        }
        let (digest, model) = rest.split_first_chunk::<32>().ok_or(Unreadable::Changed)?;
        if Sha256::digest(model).as_slice() != digest {
            return Err(Unreadable::Changed);
        }
        let mut reader = Reader::new(model);
        let policy = <Policy as Coded>::read(&mut reader);
        match reader.is_whole() {
            true => Ok(Policy { carried: Carried::of(&policy), digest: Some(PolicyDigest::of(digest)), ..policy }),
            false => Err(Unreadable::Changed),
        }
    }
}

impl PolicyDigest {
    fn of(digest: &[u8; 32]) -> Self {
        Self(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Display for PolicyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::NoPolicy => f.write_str("it is no compiled policy"),
            Unreadable::Format(other) => write!(f, "its format is {other}, and this Worker reads format {FORMAT}"),
            Unreadable::Changed => f.write_str("it was changed or cut after it was written"),
        }
    }
}

const MAGIC: &[u8] = b"edgegate policy\n";

#[cfg(all(test, feature = "reader"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVERYTHING: &str = include_str!("../../../../fixtures/policy/good/everything.toml");

    fn container(model: &[u8]) -> Vec<u8> {
        [MAGIC, &FORMAT.to_be_bytes(), Sha256::digest(model).as_slice(), model].concat()
    }

    proptest! {
        /// A digest is no signature: who writes one that fits may write any model. It is read without harm.
        #[test]
        fn any_model_with_a_digest_that_fits_is_read_without_harm(
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..9),
            cut in any::<prop::sample::Index>(),
            is_cut in any::<bool>(),
        ) {
            let data = Policy::read(EVERYTHING).unwrap().compile();
            let mut model = data[MAGIC.len() + 36..].to_vec();
            for (at, byte) in edits {
                let at = at.index(model.len());
                model[at] = byte;
            }
            if is_cut {
                model.truncate(cut.index(model.len()));
            }
            let _ = Policy::decode(&container(&model));
        }

        #[test]
        fn nor_does_noise_harm(model in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(Policy::decode(&container(&model)).err(), Some(Unreadable::Changed));
        }
    }
}
