//! The generic signed link: a URL that carries its own permission.
//!
//! `<path>?<query>&eg_kid=<key id>&eg_exp=<unix seconds>[&eg_nbf=<unix seconds>][&eg_ip=<network>]&eg_sig=<base64url>`
//!
//! MAC = HMAC(key, method `\n` host `\n` path `?` every byte of the query before `&eg_sig=`). `GET` covers
//! `HEAD`. Only parameters on the ignore list may follow the signature. Names that begin with `eg_`, in any
//! spelling, belong to this format.
//!
//! The link of a folder begins its query with `eg_path=<folder>`, and its MAC covers the folder in the place of the path.

pub mod confirmation;
mod folder;
mod parts;
mod text;

pub use parts::{FOLDER, Parts, parse, read_network, read_seconds, subject};
pub use text::{Signed, compute, string_to_sign};

use core::net::IpAddr;
use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::http::query;
use crate::policy::{Key, Link, LinkScope, Network};
use crate::refusal::Reason;
use crate::secrets::{SigningKey, Usable};

/// From where and when a link is used.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// The client's address, where it is known.
    pub client: Option<IpAddr>,
    /// Unix seconds.
    pub now: u64,
}

/// A link that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Key that authenticated it.
    pub key_id: String,
    /// The MAC as computed here.
    pub mac: Vec<u8>,
    /// Unix seconds after which it is refused, skew included.
    pub until: u64,
    /// Value of the policy's subject parameter.
    pub subject: Option<String>,
}

/// What a new link shall say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms<'a> {
    /// The folder that it opens, where the profile's links open folders; without one it is the path up to its last `/`.
    pub folder: Option<&'a str>,
    /// Unix seconds.
    pub expires: u64,
    /// Unix seconds.
    pub not_before: Option<u64>,
    /// Only clients of this network.
    pub network: Option<Network>,
}

/// Verifies the link in a query. `Ok(None)`: there is none.
///
/// # Errors
/// The reason, authenticity first: nothing is said about the terms of a link that is not authentic.
///
/// # Example
/// ```
/// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
/// # let policy = Policy::read(EXAMPLE).unwrap();
/// # let secrets = Secrets::new(&policy, "", secret);
/// use edgegate_core::refusal::Reason;
/// use edgegate_core::signed::link::{Arrival, Signed, verify};
///
/// let query = "eg_kid=link-1&eg_exp=1800000600&eg_sig=AAAA";
/// let signed = Signed { method: "GET", host: "gate.example.org", path: "/downloads/a.pdf", query };
/// let arrival = Arrival { client: None, now: 1_800_000_000 };
/// let verdict = verify(&policy.links[0], secrets.usable(false), signed, arrival);
/// assert_eq!(verdict, Err(Reason::LinkSignatureMismatch));
/// ```
pub fn verify(
    profile: &Link,
    secrets: Usable<'_>,
    signed: Signed<'_>,
    arrival: Arrival,
) -> Result<Option<Verified>, Reason> {
    let Some((verified, parts)) = authenticate(profile, secrets, signed)? else { return Ok(None) };
    check_terms(profile, &parts, arrival)?;
    Ok(Some(verified))
}

/// The first half of [`verify`]: whether the link was signed by one of the profile's keys.
///
/// # Errors
/// `LinkKeyUnknown`, `LinkSignatureMismatch`, `LinkPathMismatch`, `SecretMissing`, and those of [`parse`].
pub fn authenticate<'a>(
    profile: &Link,
    secrets: Usable<'_>,
    signed: Signed<'a>,
) -> Result<Option<(Verified, Parts<'a>)>, Reason> {
    let Some(parts) = parse(profile, signed.query)? else { return Ok(None) };
    let key = find_key(profile, parts.key_id).ok_or(Reason::LinkKeyUnknown)?;
    let mac = compute(profile, secrets.key(key)?, parts.covering(signed));
    if !bool::from(mac.as_slice().ct_eq(&parts.mac)) {
        return Err(Reason::LinkSignatureMismatch);
    }
    if parts.folder.is_some_and(|folder| !folder::holds(folder, signed.path)) {
        return Err(Reason::LinkPathMismatch);
    }
    let verified = Verified {
        key_id: key.id.clone(),
        mac,
        until: parts.expires.saturating_add(profile.skew),
        subject: subject(profile.subject.as_deref(), parts.covered)?,
    };
    Ok(Some((verified, parts)))
}

/// The second half of [`verify`]: whether an authentic link holds here and now.
///
/// # Errors
/// `LinkExpired`, `LinkNotYetValid`, `LinkLifetimeTooLong`, `LinkAddressMissing`, `LinkAddressMismatch`.
pub fn check_terms(profile: &Link, parts: &Parts<'_>, arrival: Arrival) -> Result<(), Reason> {
    let Arrival { client, now } = arrival;
    if now >= parts.expires.saturating_add(profile.skew) {
        return Err(Reason::LinkExpired);
    }
    if parts.not_before.is_some_and(|not_before| now.saturating_add(profile.skew) < not_before) {
        return Err(Reason::LinkNotYetValid);
    }
    if parts.expires > now.saturating_add(profile.max_lifetime).saturating_add(profile.skew) {
        return Err(Reason::LinkLifetimeTooLong);
    }
    match (parts.network, client) {
        (None, _) if profile.require_ip => Err(Reason::LinkAddressMissing),
        (Some(network), Some(client)) if network.contains(client) => Ok(()),
        (Some(_), _) => Err(Reason::LinkAddressMismatch),
        (None, _) => Ok(()),
    }
}

/// The query of a link on these terms.
///
/// # Errors
/// `ParameterDuplicate` if the query already has a name of this format, `LinkMalformed` if the folder is none.
///
/// # Example
/// ```
/// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
/// # let policy = Policy::read(EXAMPLE).unwrap();
/// # let secrets = Secrets::new(&policy, "", secret);
/// use edgegate_core::signed::link::{Arrival, Signed, Terms, sign, verify};
///
/// let secrets = secrets.usable(false);
/// let profile = &policy.links[0];
/// let signed = Signed { method: "GET", host: "gate.example.org", path: "/downloads/a.pdf", query: "page=1" };
/// let terms = Terms { expires: 1_800_000_600, ..Terms::default() };
/// let query = sign(profile, secrets.key(&profile.keys[0]).unwrap(), signed, terms).unwrap();
/// assert!(query.starts_with("page=1&eg_kid=link-1&eg_exp=1800000600&eg_sig="));
///
/// let received = Signed { query: &query, ..signed };
/// let arrival = Arrival { client: None, now: 1_800_000_000 };
/// let verified = verify(profile, secrets, received, arrival).unwrap().unwrap();
/// assert_eq!(verified.key_id, "link-1");
/// ```
pub fn sign(profile: &Link, key: SigningKey<'_>, signed: Signed<'_>, terms: Terms<'_>) -> Result<String, Reason> {
    if query::names(signed.query).any(|name| query::folds_onto_prefix(name, parts::PREFIX)) {
        return Err(Reason::ParameterDuplicate);
    }
    let folder = match profile.scope {
        LinkScope::Path => None,
        LinkScope::Prefix => Some(folder::read(terms.folder.unwrap_or_else(|| folder::of(signed.path)))?),
    };
    let mut covered = folder.map(|folder| format!("{}={folder}&", FOLDER)).unwrap_or_default();
    covered.push_str(signed.query);
    if !signed.query.is_empty() {
        covered.push('&');
    }
    covered.push_str(&format!("eg_kid={}&eg_exp={}", key.key.id, terms.expires));
    if let Some(not_before) = terms.not_before {
        covered.push_str(&format!("&eg_nbf={not_before}"));
    }
    if let Some(network) = terms.network {
        covered.push_str(&format!("&eg_ip={network}"));
    }
    let mac = compute(profile, key, Signed { query: &covered, path: folder.unwrap_or(signed.path), ..signed });
    Ok(parts::with_mac(&covered, &mac))
}

/// The profile's key of that id.
pub fn find_key<'a>(profile: &'a Link, key_id: &str) -> Option<&'a Arc<Key>> {
    profile.keys.iter().find(|key| key.id == key_id)
}
