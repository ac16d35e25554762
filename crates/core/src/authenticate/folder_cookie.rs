//! The cookie of a folder that a signed link opened. It holds that link's query, so it is bound to folder, key, time, network
//! and subject as the link is, and is verified as one. Several stand beside each other in a browser, each at its folder.

use crate::credential::session::write_cookie;
use crate::digest::{base64url, from_base64url};
use crate::exchange::Exchange;
use crate::http::{Headers, cookie};
use crate::policy::Link;
use crate::policy::carrier::LINK_COOKIE;
use crate::signed::link::{Parts, find_key, parse};

/// Sets it, if the browser does not have it yet.
pub(super) fn set<P>(x: &Exchange<'_, P>, parts: &Parts<'_>) {
    let Some(folder) = parts.folder else { return };
    let value = base64url(parts.query().as_bytes());
    let is_there = |header: &str| cookie::all(header, LINK_COOKIE).any(|known| known == value);
    if x.request.headers.get("cookie").is_some_and(is_there) {
        return;
    }
    let seconds = parts.expires.saturating_sub(x.now);
    x.jar.set(write_cookie(LINK_COOKIE, x.target, folder, &value, seconds));
}

/// The queries in the cookies of a request that a key of the profile could have made.
pub(super) fn shown<'a>(profile: &'a Link, headers: &Headers<'a>) -> impl Iterator<Item = String> + use<'a> {
    let header = headers.get("cookie").unwrap_or_default();
    let read = |value: &str| String::from_utf8(from_base64url(value.as_bytes())?).ok();
    let is_own = |query: &String| match parse(profile, query) {
        Ok(Some(parts)) => find_key(profile, parts.key_id).is_some(),
        _ => false,
    };
    cookie::all(header, LINK_COOKIE).filter_map(read).filter(is_own).take(MOST)
}

/// Folders that lie in each other, of which a browser sends the cookies of all. Each costs a MAC.
const MOST: usize = 8;
