//! A link's query, taken apart.

use crate::digest::{base64url, from_base64url};
use crate::http::query;
use crate::policy::carrier::CONFIRM;
use crate::policy::{Link, LinkScope, Network};
use crate::refusal::Reason;
use crate::sealed::record::is_name;
use crate::signed::link::folder;
use crate::signed::link::text::Signed;

/// A link's query, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Every byte before `&eg_sig=`; of the link of a folder from `eg_path=` on.
    pub covered: &'a str,
    /// `eg_path`
    pub folder: Option<&'a str>,
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

impl<'a> Parts<'a> {
    /// The query of the link alone.
    pub fn query(&self) -> String {
        with_mac(self.covered, &self.mac)
    }

    /// Whether a query may stand beside the link as it is, unsigned.
    ///
    /// # Errors
    /// `LinkParameterAfterSignature`, `ParameterDuplicate`.
    pub fn check_unsigned(&self, profile: &Link, query: &str) -> Result<(), Reason> {
        if query.is_empty() { Ok(()) } else { check_ignored(profile, self.covered, query) }
    }

    /// What the MAC covers of a request that shows the link: of a folder's, the folder in the place of the path.
    pub fn covering(&self, request: Signed<'a>) -> Signed<'a> {
        Signed { query: self.covered, path: self.folder.unwrap_or(request.path), ..request }
    }
}

/// Takes a query apart. `Ok(None)`: no name of this format occurs.
///
/// # Errors
/// `ParameterDuplicate`, `ParameterShadowed`, `LinkMalformed`, `LinkParameterAfterSignature`.
pub fn parse<'a>(profile: &Link, query: &'a str) -> Result<Option<Parts<'a>>, Reason> {
    let (mut own, mut is_confirmed) = (false, false);
    for name in query::names(query) {
        if name == CONFIRM {
            is_confirmed = true; // of a nonce, if there is no link
        } else if query::folds_onto_prefix(name, PREFIX) {
            let is_known = NAMES.contains(&name) || (name == FOLDER && profile.scope == LinkScope::Prefix);
            if !is_known {
                return Err(Reason::ParameterShadowed);
            }
            own = true;
        }
    }
    if !own {
        return Ok(None);
    }
    if is_confirmed {
        return Err(Reason::ParameterShadowed);
    }
    let mac = query::sole(query, "eg_sig")?.ok_or(Reason::LinkMalformed)?;
    let (covered, rest) = query.split_once("&eg_sig=").ok_or(Reason::LinkMalformed)?;
    let (before, covered) = match profile.scope {
        LinkScope::Path => (None, covered),
        LinkScope::Prefix => from_folder(covered).ok_or(Reason::LinkMalformed)?,
    };
    let after = rest.split_once('&').map(|(_, after)| after);
    for unsigned in [before, after].into_iter().flatten() {
        check_ignored(profile, covered, unsigned)?;
    }
    let seconds = |text: &str| read_seconds(text).ok_or(Reason::LinkMalformed);
    let network = |text: &str| read_network(text).ok_or(Reason::LinkMalformed);
    Ok(Some(Parts {
        covered,
        folder: query::sole(covered, FOLDER)?.map(folder::read).transpose()?,
        key_id: query::sole(covered, "eg_kid")?.ok_or(Reason::LinkMalformed)?,
        expires: query::sole(covered, "eg_exp")?.ok_or(Reason::LinkMalformed).and_then(seconds)?,
        not_before: query::sole(covered, "eg_nbf")?.map(seconds).transpose()?,
        network: query::sole(covered, "eg_ip")?.map(network).transpose()?,
        mac: from_base64url(mac.as_bytes()).ok_or(Reason::LinkMalformed)?,
    }))
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

/// What is signed, and its MAC.
pub(super) fn with_mac(covered: &str, mac: &[u8]) -> String {
    format!("{covered}&eg_sig={}", base64url(mac))
}

/// What precedes the folder, and the query from it on.
fn from_folder(query: &str) -> Option<(Option<&str>, &str)> {
    let begins = |text: &str| text.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('='));
    if begins(query) {
        return Some((None, query));
    }
    let at = query.match_indices('&').map(|(at, _)| at).find(|at| query.get(at + 1..).is_some_and(begins))?;
    let (before, rest) = query.split_at_checked(at)?;
    Some((Some(before), rest.strip_prefix('&')?))
}

/// Every parameter that is not signed is on the list, and none is a second reading of a signed one.
fn check_ignored(profile: &Link, covered: &str, unsigned: &str) -> Result<(), Reason> {
    let readings = |raw| {
        let (folded, unclosed) = query::readings(raw);
        unclosed.into_iter().chain([folded])
    };
    let signed: Vec<Vec<u8>> = query::names(covered).flat_map(readings).collect();
    for (count, param) in query::params(unsigned).enumerate() {
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

/// Name of the parameter with the folder.
pub const FOLDER: &str = "eg_path";
/// How the names of the format begin.
pub(super) const PREFIX: &[u8] = crate::policy::carrier::LINK.as_bytes();
const NAMES: [&str; 5] = ["eg_kid", "eg_exp", "eg_nbf", "eg_ip", "eg_sig"];
/// More than any tracker appends; bounds the comparison of names.
const MAX_IGNORED: usize = 32;
