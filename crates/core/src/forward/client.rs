//! What the origin is told of the client: host and scheme that were asked for, and the address that the platform vouches for.
//!
//! The client's own fields of these names are cut, so they are one set in which nothing contradicts.

use core::net::IpAddr;

use crate::exchange::Exchange;
use crate::forward::headers::is_covered;
use crate::policy::{Dialect, Route};

/// Adds the fields. The policy has the last word: what the route sets or removes is left out.
pub(super) fn tell<P>(x: &Exchange<'_, P>, route: &Route, set: &mut Vec<(&'static str, String)>) {
    let forward = &route.forward;
    let mut tell = |name: &'static str, value: String| {
        let is_set = forward.set.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        if !is_set && !is_covered(name, &forward.remove) {
            set.push((name, value));
        }
    };
    let told = &x.state.policy.gateway.client_address;
    let (host, scheme) = (&*x.target.host, x.target.scheme());
    tell("x-forwarded-host", host.to_owned());
    tell("x-forwarded-proto", scheme.to_owned());
    let address = x.request.client_address.map(|address| address.to_canonical());
    if told.forwarded {
        let node = address.map(|address| ["for=", &node(address), ";"].concat()).unwrap_or_default();
        tell("forwarded", [&node, "host=\"", host, "\";proto=", scheme].concat());
    }
    let Some(address) = address else { return };
    // Checkfront's clients say there for whom they ask (`protocols.md` B1).
    if told.x_forwarded_for && route.dialect != Dialect::Checkfront {
        tell("x-forwarded-for", address.to_string());
    }
    if told.x_real_ip {
        tell("x-real-ip", address.to_string());
    }
}

/// A node of RFC 7239 section 6: an IPv6 address stands in brackets, and so in quotes.
fn node(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => ["\"[", &v6.to_string(), "]\""].concat(),
    }
}
