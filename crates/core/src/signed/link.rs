//! The generic signed link: a URL that carries its own permission.
//!
//! `<path>?<query>&eg_kid=<key id>&eg_exp=<unix seconds>[&eg_nbf=<unix seconds>][&eg_ip=<network>]&eg_sig=<base64url>`
//!
//! MAC = HMAC(key, method `\n` host `\n` path `?` every byte of the query before `&eg_sig=`). `GET` covers
//! `HEAD`. Only parameters on the ignore list may follow the signature. Names that begin with `eg_`, in any
//! spelling, belong to this format.

use core::net::IpAddr;
use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::digest::{base64url, from_base64url, hmac_sha1, hmac_sha256};
use crate::http::query;
use crate::policy::{Key, KeyUse, Link, MacAlgorithm, Network};
use crate::refusal::Reason;
use crate::sealed::record::is_name;
use crate::secrets::{SigningKey, Usable};

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

/// From where and when a link is used.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// The client's address, where it is known.
    pub client: Option<IpAddr>,
    /// Unix seconds.
    pub now: u64,
}

/// A link's query, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Every byte before `&eg_sig=`.
    pub covered: &'a str,
    /// `eg_kid`
    pub key_id: &'a str,
    /// `eg_exp`
    pub expires: u64,
    /// `eg_nbf`
    pub not_before: Option<u64>,
    /// `eg_ip`
    pub network: Option<Network>,
    /// `eg_sig`, decoded.
    pub mac: Vec<u8>,
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
pub struct Terms {
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
/// `LinkKeyUnknown`, `LinkSignatureMismatch`, `SecretMissing`, and those of [`parse`].
pub fn authenticate<'a>(
    profile: &Link,
    secrets: Usable<'_>,
    signed: Signed<'a>,
) -> Result<Option<(Verified, Parts<'a>)>, Reason> {
    let Some(parts) = parse(profile, signed.query)? else { return Ok(None) };
    let key = find_key(profile, parts.key_id).ok_or(Reason::LinkKeyUnknown)?;
    let mac = compute(profile, secrets.key(key)?, Signed { query: parts.covered, ..signed });
    if !bool::from(mac.as_slice().ct_eq(&parts.mac)) {
        return Err(Reason::LinkSignatureMismatch);
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
/// `ParameterDuplicate` if the query already has a name of this format.
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
pub fn sign(profile: &Link, key: SigningKey<'_>, signed: Signed<'_>, terms: Terms) -> Result<String, Reason> {
    if query::names(signed.query).any(|name| query::folds_onto_prefix(name, PREFIX)) {
        return Err(Reason::ParameterDuplicate);
    }
    let mut covered = signed.query.to_owned();
    if !covered.is_empty() {
        covered.push('&');
    }
    covered.push_str(&format!("eg_kid={}&eg_exp={}", key.key.id, terms.expires));
    if let Some(not_before) = terms.not_before {
        covered.push_str(&format!("&eg_nbf={not_before}"));
    }
    if let Some(network) = terms.network {
        covered.push_str(&format!("&eg_ip={network}"));
    }
    let mac = compute(profile, key, Signed { query: &covered, ..signed });
    Ok(format!("{covered}&eg_sig={}", base64url(&mac)))
}

/// Takes a query apart. `Ok(None)`: no name of this format occurs.
///
/// # Errors
/// `ParameterDuplicate`, `ParameterShadowed`, `LinkMalformed`, `LinkParameterAfterSignature`.
pub fn parse<'a>(profile: &Link, query: &'a str) -> Result<Option<Parts<'a>>, Reason> {
    let mut own = false;
    for name in query::names(query) {
        if query::folds_onto_prefix(name, PREFIX) {
            if !NAMES.contains(&name) {
                return Err(Reason::ParameterShadowed);
            }
            own = true;
        }
    }
    if !own {
        return Ok(None);
    }
    let mac = query::sole(query, "eg_sig")?.ok_or(Reason::LinkMalformed)?;
    let (covered, rest) = query.split_once("&eg_sig=").ok_or(Reason::LinkMalformed)?;
    if let Some((_, after)) = rest.split_once('&') {
        check_ignored(profile, covered, after)?;
    }
    let seconds = |text: &str| read_seconds(text).ok_or(Reason::LinkMalformed);
    let network = |text: &str| read_network(text).ok_or(Reason::LinkMalformed);
    Ok(Some(Parts {
        covered,
        key_id: query::sole(covered, "eg_kid")?.ok_or(Reason::LinkMalformed)?,
        expires: query::sole(covered, "eg_exp")?.ok_or(Reason::LinkMalformed).and_then(seconds)?,
        not_before: query::sole(covered, "eg_nbf")?.map(seconds).transpose()?,
        network: query::sole(covered, "eg_ip")?.map(network).transpose()?,
        mac: from_base64url(mac.as_bytes()).ok_or(Reason::LinkMalformed)?,
    }))
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

/// The profile's key of that id.
pub fn find_key<'a>(profile: &'a Link, key_id: &str) -> Option<&'a Arc<Key>> {
    profile.keys.iter().find(|key| key.id == key_id)
}

/// A network in CIDR form, or a single address.
pub fn read_network(text: &str) -> Option<Network> {
    let length = if text.contains(':') { 128 } else { 32 };
    match text.contains('/') {
        true => Network::parse(text).ok(),
        false => Network::parse(&format!("{text}/{length}")).ok(),
    }
}

/// Digits without sign or leading zero, as Unix seconds.
pub fn read_seconds(text: &str) -> Option<u64> {
    let canonical =
        text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    canonical.then(|| text.parse().ok()).flatten()
}

/// The decoded value of the subject parameter, which must be printable: it becomes a header.
pub fn subject(name: Option<&str>, covered: &str) -> Result<Option<String>, Reason> {
    let Some(raw) = name.map(|name| query::sole(covered, name)).transpose()?.flatten() else { return Ok(None) };
    let value = String::from_utf8(query::decode(raw)).map_err(|_| Reason::LinkMalformed)?;
    if is_name(&value) { Ok(Some(value)) } else { Err(Reason::LinkMalformed) }
}

/// Every parameter after the signature is on the list, and none is a second reading of a signed one.
fn check_ignored(profile: &Link, covered: &str, after: &str) -> Result<(), Reason> {
    let readings = |raw| {
        let (folded, unclosed) = query::readings(raw);
        unclosed.into_iter().chain([folded])
    };
    let signed: Vec<Vec<u8>> = query::names(covered).flat_map(readings).collect();
    for (count, param) in query::params(after).enumerate() {
        let listed = profile.ignore.iter().any(|pattern| pattern.matches(param.name));
        if !listed || param.raw.contains(';') || count >= MAX_IGNORED {
            return Err(Reason::LinkParameterAfterSignature);
        }
        if readings(param.name).any(|name| signed.contains(&name)) {
            return Err(Reason::ParameterDuplicate);
        }
    }
    Ok(())
}

const PREFIX: &[u8] = crate::policy::carrier::LINK.as_bytes();
const NAMES: [&str; 5] = ["eg_kid", "eg_exp", "eg_nbf", "eg_ip", "eg_sig"];
/// More than any tracker appends; bounds the comparison of names.
const MAX_IGNORED: usize = 32;
