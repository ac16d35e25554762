//! Signed redirects: hex(digest(query ‖ secret)), the format of `protocols.md` A1.
//!
//! `<query>&ts=<unix seconds>&signature=<hex>`. The digest covers the raw query up to, and by default
//! including, the literal `&signature=`; the secret follows without separator. It is no HMAC and covers
//! neither host nor path, which is why a route must ask for it by name and the policy must say until when.
//! Nothing may follow the signature.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::digest::{from_hex, hex, md5, sha1};
use crate::http::query;
use crate::policy::{Boundary, Digest, SignedRedirect};
use crate::refusal::Reason;
use crate::secret::Secret;
use crate::secrets::Usable;
use crate::signed::link::{read_seconds, subject};

/// A signed query, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Every byte before `&signature=`.
    pub covered: &'a str,
    /// `ts`
    pub timestamp: u64,
    /// Which digest the signature's length says.
    pub digest: Digest,
    /// The signature, decoded.
    pub signature: Vec<u8>,
}

/// A signature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Key that authenticated it.
    pub key_id: String,
    /// The digest as computed here.
    pub digest: Vec<u8>,
    /// Unix seconds after which it is refused.
    pub until: u64,
    /// Value of the policy's subject parameter.
    pub subject: Option<String>,
}

/// Verifies the signature in a query. `Ok(None)`: there is none.
///
/// # Errors
/// The reason, authenticity first.
///
/// # Example
/// ```
/// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
/// # let policy = Policy::read(EXAMPLE).unwrap();
/// # let secrets = Secrets::new(&policy, "", secret);
/// use edgegate_core::refusal::Reason;
/// use edgegate_core::signed::redirect::{sign, verify};
///
/// let profile = &policy.signed_redirects[0];
/// let secret = secrets.usable(false).secret(&profile.keys[0].secret).unwrap();
/// let query = sign(profile, secret, "user=jo", 1_800_000_000).unwrap();
/// let changed = query.replace("jo", "sam");
/// assert_eq!(verify(profile, secrets.usable(false), &changed, 1_800_000_000), Err(Reason::RedirectSignatureMismatch));
/// ```
pub fn verify(
    profile: &SignedRedirect,
    secrets: Usable<'_>,
    query: &str,
    now: u64,
) -> Result<Option<Verified>, Reason> {
    let Some((verified, parts)) = authenticate(profile, secrets, query)? else { return Ok(None) };
    check_time(profile, &parts, now)?;
    Ok(Some(verified))
}

/// The first half of [`verify`]: whether one of the profile's secrets made the signature.
///
/// # Errors
/// `RedirectSignatureMismatch`, `RedirectMalformed`, `SecretMissing`, and those of [`parse`].
pub fn authenticate<'a>(
    profile: &SignedRedirect,
    secrets: Usable<'_>,
    query: &'a str,
) -> Result<Option<(Verified, Parts<'a>)>, Reason> {
    let Some(parts) = parse(profile, query)? else { return Ok(None) };
    if !profile.digests.contains(&parts.digest) {
        return Err(Reason::RedirectMalformed);
    }
    let mut holds = None;
    let mut otherwise = Reason::RedirectSignatureMismatch;
    for key in &profile.keys {
        // A key without a value refuses only what no other key answers for.
        let Ok(secret) = secrets.secret(&key.secret) else {
            otherwise = Reason::SecretMissing;
            continue;
        };
        for boundary in &profile.boundaries {
            let digest = compute(parts.digest, &hashed_text(profile, *boundary, parts.covered), secret);
            if bool::from(digest.as_slice().ct_eq(&parts.signature)) {
                holds = Some((Arc::clone(key), digest));
            }
        }
    }
    let (key, digest) = holds.ok_or(otherwise)?;
    let verified = Verified {
        key_id: key.id.clone(),
        digest,
        until: parts.timestamp.saturating_add(profile.window).saturating_add(1),
        subject: who(profile.subject.as_deref(), parts.covered)?,
    };
    Ok(Some((verified, parts)))
}

/// The second half of [`verify`]: whether `ts` is within the window.
///
/// # Errors
/// `RedirectExpired`, `RedirectNotYetValid`.
pub fn check_time(profile: &SignedRedirect, parts: &Parts<'_>, now: u64) -> Result<(), Reason> {
    if now > parts.timestamp.saturating_add(profile.window) {
        return Err(Reason::RedirectExpired);
    }
    if parts.timestamp > now.saturating_add(profile.window) {
        return Err(Reason::RedirectNotYetValid);
    }
    Ok(())
}

/// The signed query; `query` is the target's own, without `?`.
///
/// # Errors
/// `ParameterDuplicate` if the query already has `ts`, `signature` or `sig`, which would shadow the pair
/// that is appended; `RedirectQuery` if it [may not be signed](may_be_signed).
///
/// # Example
/// ```
/// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
/// # let policy = Policy::read(EXAMPLE).unwrap();
/// # let secrets = Secrets::new(&policy, "", secret);
/// use edgegate_core::signed::redirect::{sign, verify};
///
/// let profile = &policy.signed_redirects[0];
/// let secret = secrets.usable(false).secret(&profile.keys[0].secret).unwrap();
/// let query = sign(profile, secret, "user=jo", 1_800_000_000).unwrap();
/// assert!(query.starts_with("user=jo&ts=1800000000&signature="));
///
/// let verified = verify(profile, secrets.usable(false), &query, 1_800_000_005).unwrap().unwrap();
/// assert_eq!(verified.subject.as_deref(), Some("jo"));
/// ```
pub fn sign(profile: &SignedRedirect, secret: &Secret, query: &str, timestamp: u64) -> Result<String, Reason> {
    let planted = |name: &&str| query::names(query).any(|raw| query::folds_onto(raw, name));
    if NAMES.iter().any(planted) {
        return Err(Reason::ParameterDuplicate);
    }
    if !may_be_signed(query) {
        return Err(Reason::RedirectQuery);
    }
    let joint = if query.is_empty() { "" } else { "&" };
    let covered = format!("{query}{joint}ts={timestamp}");
    let digest = profile.digests.first().copied().unwrap_or(Digest::Sha1);
    let boundary = profile.boundaries.first().copied().unwrap_or(Boundary::Inclusive);
    let signature = hex(&compute(digest, &hashed_text(profile, boundary, &covered), secret));
    Ok(format!("{covered}&{}={signature}", profile.signature))
}

/// Whether a query begins as the name of a parameter does, with a letter or `_`, or is empty. The secret signs answers of
/// `login` too, as `cons_id ‖ timestamp ‖ secret`: a text that begins with a number, or with what readers skip before one,
/// could be taken for one of these.
pub fn may_be_signed(query: &str) -> bool {
    query.bytes().next().is_none_or(|first| first.is_ascii_alphabetic() || first == b'_')
}

/// Takes a query apart. `Ok(None)`: no signature is there.
///
/// # Errors
/// `ParameterDuplicate`, `ParameterShadowed`, `RedirectMalformed`, `RedirectParameterAfterSignature`.
pub fn parse<'a>(profile: &SignedRedirect, query: &'a str) -> Result<Option<Parts<'a>>, Reason> {
    let name = profile.signature.as_str();
    for other in NAMES.iter().filter(|other| **other != name && **other != "ts") {
        if query::sole(query, other)?.is_some() {
            return Err(Reason::ParameterShadowed);
        }
    }
    let Some(signature) = query::sole(query, name)? else { return Ok(None) };
    let timestamp = query::sole(query, "ts")?.and_then(read_seconds).ok_or(Reason::RedirectMalformed)?;
    let mark = format!("&{name}=");
    let (covered, rest) = query.split_once(mark.as_str()).ok_or(Reason::RedirectMalformed)?;
    if rest != signature || query::params(covered).all(|param| param.name != "ts") {
        return Err(Reason::RedirectParameterAfterSignature);
    }
    let digest = match signature.len() {
        32 => Digest::Md5,
        40 => Digest::Sha1,
        _ => return Err(Reason::RedirectMalformed),
    };
    let signature = from_hex(signature.as_bytes()).ok_or(Reason::RedirectMalformed)?;
    Ok(Some(Parts { covered, timestamp, digest, signature }))
}

/// The text under the digest, without the secret that follows it.
pub fn hashed_text(profile: &SignedRedirect, boundary: Boundary, covered: &str) -> String {
    match boundary {
        Boundary::Inclusive => format!("{covered}&{}=", profile.signature),
        Boundary::Exclusive => covered.to_owned(),
    }
}

/// The digest that a secret gives to the text of [`hashed_text`].
pub fn compute(digest: Digest, text: &str, secret: &Secret) -> Vec<u8> {
    self::digest(digest, &[text.as_bytes(), secret.expose()])
}

/// The digest of the parts, one after the other.
pub fn digest(digest: Digest, parts: &[&[u8]]) -> Vec<u8> {
    match digest {
        Digest::Md5 => md5(parts).to_vec(),
        Digest::Sha1 => sha1(parts).to_vec(),
    }
}

/// Whether a parameter belongs to this format and is cut from what is forwarded.
pub fn is_own(profile: &SignedRedirect, param: &query::Param<'_>) -> bool {
    param.name == "ts" || param.name == profile.signature
}

/// The subject. An empty one, and `0`, is no person: signers write it for a visitor who is not signed in
/// (`protocols.md` A2, R1).
fn who(name: Option<&str>, covered: &str) -> Result<Option<String>, Reason> {
    match name.map(|name| query::sole(covered, name)).transpose().map_err(|_| Reason::RedirectMalformed)? {
        Some(Some("" | "0")) => Ok(None),
        _ => subject(name, covered).map_err(|_| Reason::RedirectMalformed),
    }
}

/// Every name that the format has had.
pub const NAMES: [&str; 3] = ["ts", "signature", "sig"];
