//! Networks in CIDR form.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network of client addresses, `192.0.2.0/24` or `2001:db8::/32`.
///
/// # Example
/// ```
/// use edgegate_policy::Network;
///
/// let office = Network::parse("192.0.2.0/24").unwrap();
/// assert!(office.contains("192.0.2.7".parse().unwrap()));
/// assert!(Network::parse("192.0.2.7/24").is_err(), "bits beyond the prefix are set");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads the canonical form only, so that nobody misreads how much a network covers.
    ///
    /// # Errors
    /// The reason, with the canonical form where there is one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((address, prefix)) = text.split_once('/') else {
            return Err(match text.parse::<IpAddr>() {
                Ok(IpAddr::V4(one)) => format!("`{text}` lacks its length; for one address write `{one}/32`"),
                Ok(IpAddr::V6(one)) => format!("`{text}` lacks its length; for one address write `{one}/128`"),
                Err(_) => format!("`{text}` is not a network; write for example `192.0.2.0/24`"),
            });
        };
        let Ok(address) = address.parse::<IpAddr>() else {
            return Err(format!("`{text}`: `{address}` is not an IP address"));
        };
        if let IpAddr::V6(v6) = address
            && v6.to_ipv4_mapped().is_some()
        {
            return Err(format!("`{text}` is an IPv4 network in IPv6 form; write it as IPv4"));
        }
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let Some(prefix) = prefix.parse::<u8>().ok().filter(|prefix| *prefix <= longest) else {
            return Err(format!("`{text}`: the length after `/` is a number from 0 to {longest}"));
        };
        let network = Self { address: masked(address, prefix), prefix };
        let canonical = network.to_string();
        if canonical != text {
            return Err(format!("`{text}` is not the canonical form; write `{canonical}`"));
        }
        Ok(network)
    }

    /// Whether an address lies within. An IPv4 address in IPv6 form (`::ffff:192.0.2.1`) counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && masked(address, self.prefix) == self.address
    }

    /// Whether some address lies within both.
    #[cfg(feature = "reader")]
    pub(crate) fn overlaps(&self, other: &Network) -> bool {
        self.contains(other.address) || other.contains(self.address)
    }

    /// Whether it is `0.0.0.0/0` or `::/0`.
    pub fn is_everybody(&self) -> bool {
        self.prefix == 0
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// The address with every bit after the prefix cleared.
fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    let host_bits = |width: u32| width.saturating_sub(u32::from(prefix));
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(host_bits(32)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(host_bits(128)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

coded!(struct Network { address, prefix });

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::parse(text).expect(text)
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    #[test]
    fn contains() {
        let loopback = network("127.0.0.0/8");
        assert!(loopback.contains(address("127.0.0.1")));
        assert!(loopback.contains(address("::ffff:127.255.0.1")));
        assert!(!loopback.contains(address("128.0.0.0")));
        assert!(!loopback.contains(address("::1")));
        assert!(network("::1/128").contains(address("::1")));
        assert!(!network("::1/128").contains(address("0.0.0.1")));
        assert!(network("2001:db8::/32").contains(address("2001:db8:ffff::1")));
        assert!(!network("::/0").contains(address("192.0.2.1")));
        assert!(network("192.0.2.7/32").contains(address("192.0.2.7")));
        assert!(network("0.0.0.0/0").contains(address("192.0.2.7")));
    }

    #[test]
    fn overlaps() {
        for (one, other, is) in [
            ("10.0.0.0/8", "10.1.0.0/16", true),
            ("10.0.0.0/8", "10.0.0.0/8", true),
            ("10.0.0.0/8", "11.0.0.0/8", false),
            ("10.0.0.0/8", "2001:db8::/32", false),
            ("2001:db8::/32", "2001:db8:5::/48", true),
        ] {
            assert_eq!(network(one).overlaps(&network(other)), is, "{one} {other}");
            assert_eq!(network(other).overlaps(&network(one)), is, "{other} {one}");
        }
    }

    #[test]
    fn only_the_canonical_form() {
        for text in [
            "10.0.0.1/8",
            "10.0.0.0",
            "::1",
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "2001:DB8::/32",
            "2001:0db8::/32",
            "::ffff:10.0.0.0/104",
            "x/8",
            "/",
            "",
            "10.0.0.0/8 ",
            "010.0.0.0/8",
        ] {
            assert!(Network::parse(text).is_err(), "{text}");
        }
        let reason = Network::parse("10.1.2.3/8").expect_err("host bits");
        assert!(reason.contains("`10.0.0.0/8`"), "{reason}");
    }
}
