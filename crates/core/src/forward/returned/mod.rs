//! What an origin's answer says of its own addresses, as the gateway's: what nginx's `proxy_redirect default` and
//! `proxy_cookie_*` do.
//!
//! An origin by `url` knows itself by that address and by the paths that it gets. The client knows neither. So an address
//! below the origin's base is written as the one at the gateway that leads there, and the route's own mapping of paths is
//! the judge: what it would not bring back to the very same path stays as the origin wrote it. Nothing is repaired.

mod cookie;
mod list;

use crate::exchange::decision::{Forwarding, Front};
use crate::http::target;
use crate::policy::{BaseUrl, Route, Via};
use crate::routing;

/// How the addresses of one answer are mapped.
#[derive(Debug, Clone, Copy)]
pub struct Mapping<'a> {
    base: &'a BaseUrl,
    route: &'a Route,
    front: &'a Front,
}

impl<'a> Mapping<'a> {
    /// That of an answer to what was forwarded along the route, where its addresses are mapped at all.
    pub fn of(forwarding: &'a Forwarding, route: &'a Route) -> Option<Self> {
        match (&forwarding.origin.via, &forwarding.front) {
            (Via::Url(base), Some(front)) => Some(Self { base, route, front }),
            _ => None,
        }
    }

    /// A URI reference (RFC 3986 section 4.1) as it has to be at the gateway; None if it stays. One that begins with a
    /// scheme or `//` becomes whole, a path stays a path.
    pub fn reference(&self, text: &str) -> Option<String> {
        // Browsers drop tabs and take `\` for `/`; several fields of one name arrive joined with a space.
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return None;
        }
        let gateway = self.front.origin.as_str();
        let (scheme, start, rest) = match whole(text) {
            // It has the scheme of the page on which it stands.
            Some((scheme, whole)) => {
                let is_https = scheme.unwrap_or(gateway.starts_with("https://"));
                let (authority, rest) = whole.split_at_checked(whole.find(['/', '?', '#']).unwrap_or(whole.len()))?;
                if !self.is_own(authority, is_https) {
                    return None;
                }
                // Who is sent from http to https and gets http again would ask for ever.
                match gateway.strip_prefix("http://").filter(|_| self.front.has_https && scheme == Some(true)) {
                    Some(host) => ("https://", host, rest),
                    None => ("", gateway, rest),
                }
            }
            None if text.starts_with('/') => ("", "", text),
            None => return None,
        };
        let (path, tail) = rest.split_at_checked(rest.find(['?', '#']).unwrap_or(rest.len()))?;
        let path = self.path(if path.is_empty() { "/" } else { path })?;
        Some([scheme, start, &path, tail].concat()).filter(|mapped| mapped != text)
    }

    /// Whether host and port are the origin's. It may take itself for one of the other scheme, which is that of its clients.
    fn is_own(&self, authority: &str, is_https: bool) -> bool {
        let implied = if is_https { ":443" } else { ":80" };
        authority.strip_suffix(implied).unwrap_or(authority).eq_ignore_ascii_case(self.base.authority())
    }

    fn path(&self, path: &str) -> Option<String> {
        let below = path.strip_prefix(self.base.path()).filter(|below| below.starts_with('/'))?;
        let mapped = match &self.route.forward.path {
            Some(to) => [self.route.path.base(), to.rest(below)?].concat(),
            None => below.to_owned(),
        };
        let comes_back = routing::check_path(self.route, &mapped).is_ok()
            && routing::forwarded_path(self.route, &mapped).is_some_and(|path| path == below);
        (comes_back && self.takes(&mapped)).then_some(mapped)
    }

    /// Whether the route takes the path, as every origin reads it.
    fn takes(&self, path: &str) -> bool {
        target::check_path(path).is_ok_and(|several| self.route.paths.allows(several))
    }
}

/// Whether a reference's scheme is https, where it has one, and what follows it; None for a path.
fn whole(text: &str) -> Option<(Option<bool>, &str)> {
    let behind = |scheme: &str| {
        let split = text.split_at_checked(scheme.len())?;
        split.0.eq_ignore_ascii_case(scheme).then_some(split.1)
    };
    let by = |scheme: &str, is_https| behind(scheme).map(|rest| (is_https, rest));
    by("//", None).or_else(|| by("https://", Some(true))).or_else(|| by("http://", Some(false)))
}
