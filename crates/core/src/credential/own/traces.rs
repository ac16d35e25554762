//! Credentials of this gateway in texts that are forwarded: under a name that is none of theirs, quoted, among other
//! words, or escaped.
//!
//! They are known by their form alone, so no key is tried and nothing is said of whether they are any good.

use std::borrow::Cow;

use crate::sealed::encoding::{NODE, TICKET};
use crate::sealed::seal::{BARE, Kind};

/// Whether a text holds what is never meant for an origin. A code is: the client may stand behind this very gate. The id
/// of a client is no secret.
pub fn holds(text: &str) -> bool {
    let mut text = Cow::Borrowed(text.as_bytes());
    for _ in 0..ESCAPED_AT_MOST {
        if holds_as_written(&text) {
            return true;
        }
        match unescaped(&text) {
            Some(less) => text = Cow::Owned(less),
            None => return false,
        }
    }
    holds_as_written(&text)
}

fn holds_as_written(text: &[u8]) -> bool {
    text.iter().enumerate().any(|(at, byte)| match byte {
        b'_' => ends_prefix(text, at),
        b'.' => ends_servlet_session(text, at),
        b':' => ends_ticket_prefix(text, at),
        _ => false,
    })
}

/// `egs_`, and behind it the id of a key, `_`, and as much as the shortest credential has; at the beginning of a text, that
/// prefix alone.
fn ends_prefix(text: &[u8], at: usize) -> bool {
    let Some((before, prefix)) = text.get(..at).and_then(|before| before.split_last_chunk::<3>()) else { return false };
    if !KINDS.iter().any(|kind| kind.prefix().as_bytes() == prefix) {
        return false;
    }
    let rest = text.get(at + 1..).unwrap_or_default();
    let is_id = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
    let id = rest.iter().take_while(|b| is_id(b)).count();
    let sealed = rest.get(id..).and_then(|rest| rest.strip_prefix(b"_")).unwrap_or_default();
    let is_sealed = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    before.is_empty() || run(sealed, (BARE * 4).div_ceil(3), is_sealed)
}

/// The hex of a session and the node's name.
fn ends_servlet_session(text: &[u8], at: usize) -> bool {
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let is_node = after.strip_prefix(b".").is_some_and(|after| after.starts_with(NODE.as_bytes()));
    let is_hex = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
    is_node && before.iter().rev().take_while(|b| is_hex(b)).count() == 2 * BARE
}

/// `7T:`, and behind it the base64 of a ticket, which carries a session.
fn ends_ticket_prefix(text: &[u8], at: usize) -> bool {
    let (before, after) = text.split_at_checked(at + 1).unwrap_or_default();
    let is_base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    before.ends_with(TICKET.as_bytes()) && run(after, 2 * BARE * 4 / 3, is_base64)
}

fn run(text: &[u8], length: usize, is_one: impl Fn(&u8) -> bool) -> bool {
    text.get(..length).is_some_and(|start| start.iter().all(is_one))
}

/// Without one layer of percent escapes, and of the backslashes that some readers of quoted cookies take off (`\145`);
/// None if there is none.
fn unescaped(text: &[u8]) -> Option<Vec<u8>> {
    if !text.iter().any(|b| matches!(b, b'%' | b'\\')) {
        return None;
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, tail)) = rest.split_first() {
        let (byte, tail) = match byte {
            b'%' => hex_pair(tail).unwrap_or((*byte, tail)),
            b'\\' => octal(tail).unwrap_or((*byte, tail)),
            _ => (*byte, tail),
        };
        plain.push(byte);
        rest = tail;
    }
    (plain != text).then_some(plain)
}

fn hex_pair(text: &[u8]) -> Option<(u8, &[u8])> {
    let (pair, rest) = text.split_at_checked(2)?;
    Some((*crate::digest::from_hex(pair)?.first()?, rest))
}

fn octal(text: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = text.split_at_checked(3)?;
    let is_octal = digits.iter().all(|b| (b'0'..=b'7').contains(b));
    let value = digits.iter().fold(0_u16, |value, b| value * 8 + u16::from(b & 7));
    is_octal.then_some(())?;
    Some((u8::try_from(value).ok()?, rest))
}

/// All but `Code` and `Client`; a ticket has a spelling of its own.
const KINDS: [Kind; 7] =
    [Kind::Token, Kind::Session, Kind::Nonce, Kind::SignOn, Kind::HttpSession, Kind::Refresh, Kind::BrokerState];

/// An address in an address in an address.
const ESCAPED_AT_MOST: usize = 3;

#[cfg(test)]
mod tests {
    use super::holds;

    const SESSION: &str = "egs_seal-1_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ";

    #[test]
    fn a_session_is_found_wherever_it_stands() {
        for text in [
            SESSION.to_owned(),
            format!("\"{SESSION}\""),
            format!("s:{SESSION}.c2ln"),
            format!("Bearer {SESSION}"),
            format!("{{\"sid\":\"{SESSION}\"}}"),
            format!("xx{SESSION}xx"),
            SESSION.replace("egs", "%65gs"),
            SESSION.replace('_', "%5f"),
            SESSION.replace('e', "%2565"),
            SESSION.replace("egs", "\\145gs"),
            format!("https%3A%2F%2Fh%2F%3Fa%3D{}", SESSION.replace('_', "%255F")),
            format!("{}.app1", "0f".repeat(46)),
            format!("x={}.app1;", "0f".repeat(46)),
            format!("7T:{}==", "+/".repeat(61)),
            format!("7T%3A{}", "%2B%2F".repeat(61)),
        ] {
            assert!(holds(&text), "{text}");
        }
    }

    #[test]
    fn what_is_none_stays() {
        for text in [
            "",
            "egs",
            "eg_sig=x",
            "legs_up_and_down",
            "a=egs_1_2",
            "%",
            "%zz\\",
            "\\400egs",
            "7T:AAAA",
            "00000000.app1",
            "egi_clients-1_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ",
            "egc_seal-1_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ",
        ] {
            assert!(!holds(text), "{text}");
        }
        assert!(!holds(&format!("{}.app1", "0f".repeat(47))));
    }
}
