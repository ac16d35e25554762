//! Patterns of a policy cover what they say: a pattern that covers another covers every text that the other covers, and
//! networks, times and stars are read as a slow reader reads them.

use std::net::IpAddr;

use arbitrary::Arbitrary;
use crate::support::address::parsed;
use edgegate_core::policy::{authority, duration, is_within, show_duration, BaseUrl, FieldPattern, HostPattern, Network, OriginPattern, PathPattern};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    one: &'a str,
    other: &'a str,
    text: &'a str,
    address: [u8; 16],
    is_v4: bool,
}

target!(|input: Input<'_>| {
    let Input { one, other, text, .. } = input;
    if let (Ok(one), Ok(other)) = (HostPattern::parse(one), HostPattern::parse(other)) {
        assert!(!(one.covers(&other) && other.matches(text)) || one.matches(text), "{one} {other} {text}");
    }
    if let (Ok(one), Ok(other)) = (PathPattern::parse(one), PathPattern::parse(other)) {
        assert!(!(one.covers(&other) && other.matches(text)) || one.matches(text), "{one} {other} {text}");
        assert!(!one.matches(text) || one.matches_ignoring_case(text));
        assert_eq!(one.matches_ignoring_case(text), one.matches(text) || one.matches_ignoring_case(&text.to_ascii_uppercase()));
        if let Some(rewritten) = one.rewrite(text, &other).filter(|_| one.is_prefix() == other.is_prefix()) {
            // A parameter at the end of the base stays there, and routes are matched without parameters.
            let bare: Vec<&str> = rewritten.split('/').map(|part| part.split(';').next().unwrap_or_default()).collect();
            assert!(other.matches(&bare.join("/")), "{text} by {one} to {other}: {rewritten}");
        }
        assert_eq!(is_within(text, one.base()), text.to_ascii_lowercase() == one.base().to_ascii_lowercase()
            || text.to_ascii_lowercase().starts_with(&format!("{}/", one.base().to_ascii_lowercase())));
    }
    if let Ok(pattern) = FieldPattern::parse(one) {
        let slow = glob(one.as_bytes(), text.as_bytes());
        assert_eq!(pattern.covers(text.as_bytes()), slow, "{one} {text}");
    }
    if let Ok(pattern) = OriginPattern::parse(one)
        && pattern.matches(text)
        && let Some(parsed) = parsed(text)
    {
        assert_eq!(parsed.origin().ascii_serialization(), text.strip_suffix(":443").unwrap_or(text));
    }
    if let Ok(network) = Network::parse(one) {
        let address = match input.is_v4 {
            true => IpAddr::from(<[u8; 4]>::try_from(&input.address[..4]).expect("four")),
            false => IpAddr::from(input.address),
        };
        let (base, prefix) = one.split_once('/').expect("a length");
        let (base, prefix): (IpAddr, usize) = (base.parse().expect("an address"), prefix.parse().expect("a number"));
        assert_eq!(network.contains(address), same_bits(base, address.to_canonical(), prefix), "{network} {address}");
        assert_eq!(network.to_string(), one);
    }
    if let Ok(seconds) = duration(one) {
        assert_eq!(duration(&show_duration(seconds)), Ok(seconds));
    }
    if let Ok((host, port)) = authority(one)
        && let Some(parsed) = parsed(&format!("http://{one}/"))
    {
        assert_eq!(parsed.host_str(), Some(host), "{one}");
        assert_eq!(parsed.port().or(port.filter(|port| *port == 80)), port, "{one}");
    }
    if let Ok(base) = BaseUrl::parse(one)
        && let Some(parsed) = parsed(base.as_str())
    {
        assert_eq!(parsed.host_str(), Some(base.host()), "{one}");
        assert_eq!(parsed.scheme() == "https", base.is_https());
    }
});

fn same_bits(one: IpAddr, other: IpAddr, prefix: usize) -> bool {
    let bits = |address: IpAddr| -> Vec<bool> {
        let bytes = match address {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
    };
    let (one, other) = (bits(one), bits(other));
    one.len() == other.len() && one.iter().zip(&other).take(prefix).all(|(one, other)| one == other)
}

/// A star stands for anything: by dynamic programming.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let mut fits = vec![false; text.len() + 1];
    fits[0] = true;
    for sign in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match sign {
                b'*' => fits[at] || at > 0 && next[at - 1],
                _ => at > 0 && fits[at - 1] && text[at - 1] == *sign,
            };
        }
        fits = next;
    }
    fits[text.len()]
}
