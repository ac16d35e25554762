//! What a link's MAC covers.

use crate::digest::{hmac_sha1, hmac_sha256};
use crate::policy::{KeyUse, Link, MacAlgorithm};
use crate::secrets::SigningKey;

/// What of a request a link's MAC may cover.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Request method.
    pub method: &'a str,
    /// Host in lower case, with port.
    pub host: &'a str,
    /// Path as received.
    pub path: &'a str,
    /// Query as received, without `?`. Of a link that is to be signed, what it has of its own.
    pub query: &'a str,
}

/// The exact text under the MAC, where `signed.query` is every byte before `&eg_sig=`.
pub fn string_to_sign(profile: &Link, signed: Signed<'_>) -> String {
    let mut text = String::with_capacity(signed.host.len() + signed.path.len() + signed.query.len() + 8);
    if profile.cover_method {
        text.push_str(if signed.method == "HEAD" { "GET" } else { signed.method });
        text.push('\n');
    }
    if profile.cover_host {
        text.push_str(signed.host);
        text.push('\n');
    }
    text.push_str(signed.path);
    text.push('?');
    text.push_str(signed.query);
    text
}

/// The MAC that the key gives to the text of [`string_to_sign`].
pub fn compute(profile: &Link, key: SigningKey<'_>, signed: Signed<'_>) -> Vec<u8> {
    let text = string_to_sign(profile, signed);
    match key.key.usage {
        KeyUse::Link(MacAlgorithm::HmacSha1) => hmac_sha1(key.secret, &[text.as_bytes()]).to_vec(),
        _ => hmac_sha256(key.secret, &[text.as_bytes()]).to_vec(),
    }
}
