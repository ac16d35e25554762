//! How sealed credentials begin, looked for at every place of a text: with whatever letters around it, one is found by its
//! first bytes, without a key and wherever it ends. Each place costs a few comparisons.

use crate::credential::session::{self, handoff, http_session};
use crate::credential::ticket;
use crate::digest::from_hex;
use crate::sealed::seal::{self, Head, Tag};

/// Tags of the audiences whose credentials are written without a prefix, in hex or base64.
#[derive(Debug)]
pub struct Heads([Tag; 6]);

impl Default for Heads {
    fn default() -> Self {
        let [servlet, anonymous] = session::SERVLET;
        let audiences = ["", servlet, anonymous, handoff::AUDIENCE, http_session::AUDIENCE, ticket::AUDIENCE];
        Self(audiences.map(seal::tag_of))
    }
}

impl Heads {
    /// Whether one begins anywhere in a text.
    pub fn are_in(&self, text: &str) -> bool {
        let is_one = |bytes: &[u8]| {
            bytes.first_chunk::<{ seal::HEAD }>().is_some_and(|head: &Head| seal::may_begin(head, &self.0))
        };
        let text = text.as_bytes();
        // The first byte is zero until 2106.
        (0..text.len()).filter_map(|at| text.get(at..)).any(|rest| match rest {
            [b'0', b'0', ..] => rest.get(..seal::HEAD * 2).and_then(from_hex).is_some_and(|bytes| is_one(&bytes)),
            [b'A', b'A'..=b'P', ..] => rest.get(..LETTERS).is_some_and(|letters| is_one(&from_base64(letters))),
            _ => false,
        })
    }
}

/// Base64 in either alphabet, whatever its last bits are.
pub fn from_base64(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for letter in text {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

/// Of base64, that hold a head.
const LETTERS: usize = (seal::HEAD * 8).div_ceil(6);
