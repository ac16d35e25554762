//! What the command-line tool, which has the reader, tries beyond the gateway's own page. In the Worker each is empty, for its size.

use crate::digest::{hmac_md5, hmac_sha1};
use crate::policy::{Digest, Key, KeyUse, Policy, SignedRedirect};
use crate::secret::Secret;
use crate::signed::redirect;

/// A way to make a signature, and what it betrays of a signer that uses it.
pub type Making = (fn(Digest, &str, &Secret) -> Vec<u8>, &'static str);

/// Texts that are no spelling of the query: its parameters in other orders, and more than it.
pub fn texts(url: &str, covered: &str) -> Vec<(String, String)> {
    if cfg!(not(feature = "reader")) {
        return Vec::new();
    }
    let mut texts = orders(covered);
    let before = url.split('?').next().unwrap_or_default();
    let path = before.splitn(4, '/').last().unwrap_or_default();
    for text in [format!("{before}?{covered}"), format!("/{path}?{covered}")] {
        let cause = "The signer hashed more than the query: the whole address, or path and query.";
        texts.push((text, cause.to_owned()));
    }
    texts
}

/// The policy's keys that the profile does not list.
pub fn keys<'p>(policy: &'p Policy, profile: &SignedRedirect) -> Vec<(&'p Key, String)> {
    if cfg!(not(feature = "reader")) {
        return Vec::new();
    }
    let is_other = |key: &&Key| key.usage != KeyUse::Identity && profile.keys.iter().all(|own| own.id != key.id);
    let others = policy.keys.iter().map(AsRef::as_ref).filter(is_other);
    let cause = |id: &str| format!("The signer used the secret of the key {id}, which the profile does not list.");
    others.map(|key| (key, cause(&key.id))).collect()
}

/// Ways to make a signature of a text and a secret.
pub fn makings() -> &'static [Making] {
    if cfg!(not(feature = "reader")) { &[] } else { MAKINGS }
}

/// Every order, if there are few parameters; as they came and sorted too, which who tries them has tried by then.
fn orders(covered: &str) -> Vec<(String, String)> {
    let pieces: Vec<&str> = covered.split('&').collect();
    let orders = if pieces.len() <= FEW { permutations(&pieces) } else { usual(&pieces) };
    let texts = orders.into_iter().map(|order| order.join("&"));
    texts.map(|text| (text.clone(), format!("The signer hashed another order: {text}"))).collect()
}

fn permutations<'t>(pieces: &[&'t str]) -> Vec<Vec<&'t str>> {
    if pieces.is_empty() {
        return vec![Vec::new()];
    }
    let mut orders = Vec::new();
    for (at, first) in pieces.iter().enumerate() {
        let others = pieces.iter().enumerate().filter(|(other, _)| *other != at);
        let others: Vec<&str> = others.map(|(_, piece)| *piece).collect();
        orders.extend(permutations(&others).into_iter().map(|rest| [vec![*first], rest].concat()));
    }
    orders
}

/// Backwards, and with `ts` in front.
fn usual<'t>(pieces: &[&'t str]) -> Vec<Vec<&'t str>> {
    let (time, others): (Vec<&str>, Vec<&str>) = pieces.iter().partition(|piece| piece.starts_with("ts="));
    vec![pieces.iter().rev().copied().collect(), [time, others].concat()]
}

const MAKINGS: &[Making] = &[
    (
        |digest, text, secret| redirect::digest(digest, &[text.as_bytes(), secret.expose(), b"\n"]),
        "The signer hashed a line feed at the end (printf, not echo).",
    ),
    (
        |digest, text, secret| redirect::digest(digest, &[text.as_bytes(), b"\n", secret.expose()]),
        "The signer hashed a line feed between text and secret.",
    ),
    (
        |digest, text, secret| redirect::digest(digest, &[secret.expose(), text.as_bytes()]),
        "The signer put the secret in front of the text; it comes behind.",
    ),
    (
        |digest, text, secret| match digest {
            Digest::Md5 => hmac_md5(secret, &[text.as_bytes()]).to_vec(),
            Digest::Sha1 => hmac_sha1(secret, &[text.as_bytes()]).to_vec(),
        },
        "The signer used HMAC; this format is the plain digest of text and secret.",
    ),
];

/// 720 orders.
const FEW: usize = 6;
