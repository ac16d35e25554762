//! Where a person goes after signing in or out: to an address of this site.

use crate::exchange::Exchange;
use crate::http::Target;
use crate::http::query;
use crate::routing;

/// Where to go afterwards: an address on this host that the gate itself would accept, as it would forward it, else `/`.
pub(crate) fn next<P>(x: &Exchange<'_, P>, form: &str) -> String {
    let wanted =
        query::sole(form, "next").ok().flatten().map(query::decode).and_then(|raw| String::from_utf8(raw).ok());
    own_address(x, wanted.as_deref().unwrap_or("/"))
}

/// An address on this host that the gate itself would accept, as it would forward it, else `/`.
pub(crate) fn own_address<P>(x: &Exchange<'_, P>, wanted: &str) -> String {
    let Exchange { state, target, .. } = *x;
    // What is read in several ways is an address of this site only where a route takes every reading.
    let leads = |target: Target<'_>| !target.several.is_any() || routing::find(&state.policy, "GET", &target).is_ok();
    let is_own = |address: &str| {
        address.starts_with('/')
            && Target::received(&format!("{}{address}", target.origin()), state.policy.limits.url).is_ok_and(leads)
    };
    let sent = |address: &str| match address.split_once('?') {
        Some((path, query)) => format!("{path}?{}", query::escaped(query)),
        None => address.to_owned(),
    };
    // A fragment is the browser's own (RFC 3986 section 3.5): it goes along, and one that is none is left out.
    let is_fragment = |fragment: &str| fragment.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>^`{|}#".contains(&b));
    let whole = match wanted.split_once('#') {
        None => is_own(wanted).then(|| sent(wanted)),
        Some((address, fragment)) if is_fragment(fragment) => {
            is_own(address).then(|| format!("{}#{fragment}", sent(address)))
        }
        Some((address, _)) => is_own(address).then(|| sent(address)),
    };
    whole.unwrap_or_else(|| "/".to_owned())
}
