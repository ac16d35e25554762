//! Lists of networks of clients: whom they may not hold.

use std::net::{IpAddr, Ipv6Addr};

use super::table::Table;
use crate::Network;
use crate::shape::Key;

/// Reads a list; `who` comes from these networks. One of everybody is a mistake, and so is one that holds the address that
/// all Workers have: anybody has a Worker.
pub(crate) fn read(table: &Table<'_>, key: &Key, who: &str) -> Vec<Network> {
    let mut networks = Vec::new();
    for text in table.texts(key) {
        let Some(network) = text.parsed(Network::parse) else { continue };
        if network.is_everybody() {
            text.wrong(&format!("`{network}` is everybody; name the networks that {who}"));
        } else if network.contains(IpAddr::V6(WORKERS)) {
            let reason = format!("`{network}` holds {WORKERS}, the address of everybody's Workers on this platform");
            text.wrong(&reason);
        }
        networks.push(network);
    }
    networks
}

/// Requests from other Workers carry this client address, whoever made them.
const WORKERS: Ipv6Addr = Ipv6Addr::new(0x2a06, 0x98c0, 0x3600, 0, 0, 0, 0, 0x103);
