//! The client's address where proxies of one's own stand in front of the gateway.
//!
//! The platform vouches for the address that connected to it. If that is such a proxy, `X-Forwarded-For` is read from its
//! end, where the nearest proxy wrote: each address is believed as long as the one that told it is a proxy. The first that
//! is none is the client. What stands before it, the client may have written itself, and it is never looked at.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::http::Incoming;
use crate::policy::Network;

/// The request with its client's address, if it came through such proxies. If one of them wrote what is no address, the
/// client is unknown: the proxy's own address would open what is allowed to its network alone.
pub fn behind<'a>(request: &Incoming<'a>, proxies: &[Network]) -> Option<Incoming<'a>> {
    let is_proxy = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let nearest = request.client_address.filter(|address| is_proxy(*address))?;
    let list = request.headers.get("x-forwarded-for")?;
    let mut client_address = Some(nearest);
    for element in list.rsplit(',') {
        client_address = address(element.trim());
        if !client_address.is_some_and(is_proxy) {
            break;
        }
    }
    Some(Incoming { client_address, ..request.clone() })
}

/// An address, with or without a port; IPv6 in brackets if it has one.
fn address(text: &str) -> Option<IpAddr> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, behind) = bracketed.split_once(']')?;
        return address.parse::<Ipv6Addr>().ok().filter(|_| is_port(behind)).map(|v6| IpAddr::V6(v6).to_canonical());
    }
    match text.split_once(':').filter(|(_, behind)| !behind.contains(':')) {
        Some((address, port)) => {
            let v4 = address.parse::<Ipv4Addr>().ok()?;
            port.parse::<u16>().ok().map(|_| IpAddr::V4(v4))
        }
        None => text.parse::<IpAddr>().ok().map(|address| address.to_canonical()),
    }
}

/// Nothing, or a colon and a port.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}
