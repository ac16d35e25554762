//! That a person wants to use a link which works once: the button of a page posts the link, and is answered with its address
//! and a proof, `&eg_confirm=<Unix seconds>.<base64url>`, which is good for a minute. Nothing is stored, and no cookie is needed.

use subtle::ConstantTimeEq;

use crate::digest::{base64url, from_base64url, hmac_sha256};
use crate::policy::carrier::CONFIRM;
use crate::secret::Secret;
use crate::signed::link::parts::read_seconds;

/// What a request asks for, beside the link that it shows.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The method: the page's button posts, for a GET.
    pub method: &'a str,
    /// The query without what a confirmation adds.
    pub query: &'a str,
    /// What the confirmation says.
    pub confirmation: Option<&'a str>,
    /// Whether the button was pressed.
    pub is_pressed: bool,
    /// Whether a confirmation is asked for.
    pub is_confirmed: bool,
}

impl<'a> Asked<'a> {
    /// Of a request for what is used up after a confirmation, or is not.
    pub fn read(is_confirmed: bool, method: &'a str, whole: &'a str) -> Self {
        let (query, confirmation) = split(whole).filter(|_| is_confirmed).unzip();
        let is_pressed = method == "POST" && confirmation == Some(PRESSED);
        let method = if is_pressed { "GET" } else { method };
        Self { method, query: query.unwrap_or(whole), confirmation, is_pressed, is_confirmed }
    }
}

/// A query with a confirmation at its end.
pub fn with(query: &str, value: &str) -> String {
    format!("{query}&{CONFIRM}={value}")
}

/// The proof for the link with that MAC, good until then (Unix seconds).
pub fn prove(secret: &Secret, link: &[u8], until: u64) -> String {
    format!("{until}.{}", base64url(&mac(secret, link, until)))
}

/// Whether a value is the proof for the link with that MAC, and not too old.
pub fn holds(secret: &Secret, link: &[u8], value: &str, now: u64) -> bool {
    let read = || {
        let (until, mac) = value.split_once('.')?;
        Some((read_seconds(until)?, from_base64url(mac.as_bytes())?))
    };
    read().is_some_and(|(until, shown)| now < until && bool::from(mac(secret, link, until).ct_eq(&shown)))
}

/// Seconds for which a proof is good, and the profile's grace beside.
pub const LIFETIME: u64 = 60;

/// What the button posts.
pub const PRESSED: &str = "1";

/// A query without the confirmation at its end, and that.
fn split(query: &str) -> Option<(&str, &str)> {
    let (before, last) = query.rsplit_once('&')?;
    let value = last.strip_prefix(CONFIRM)?.strip_prefix('=')?;
    Some((before, value))
}

fn mac(secret: &Secret, link: &[u8], until: u64) -> [u8; 32] {
    hmac_sha256(secret, &[b"edgegate confirm v1\0", link, &until.to_be_bytes()])
}
