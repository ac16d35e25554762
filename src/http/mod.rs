//! The request as it arrived: borrowed views over the bytes received, nothing normalised.
//!
//! What is judged here is what the origin will get. A URL that two parsers could read in two ways is
//! refused by [`target`], not repaired.

pub mod accept;
pub mod cookie;
pub mod fetch_metadata;
pub mod headers;
pub mod multipart;
pub mod query;
pub mod target;

use core::net::IpAddr;

pub use headers::Headers;
pub use target::Target;

/// A request before it is judged.
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    /// The method's own bytes, never mapped to a known one.
    pub method: &'a str,
    /// The absolute URL as the runtime received it.
    pub url: &'a str,
    /// The header fields.
    pub headers: Headers<'a>,
    /// A GET or HEAD with a body, which has no meaning (RFC 9110 section 9.3.1) and cannot be forwarded.
    pub odd_body: bool,
}

impl Incoming<'_> {
    /// The client address that the platform vouches for (`CF-Connecting-IP`). Off the platform, and under
    /// local emulation, whoever sends the header chooses it.
    pub fn client(&self) -> Option<IpAddr> {
        self.headers.get("cf-connecting-ip")?.parse().ok()
    }

    /// The network that counts as one guesser: an IPv4 address, an IPv6 /64.
    pub fn network(&self) -> String {
        match self.client() {
            Some(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Some(address) => address.to_canonical().to_string(),
            None => "unknown".to_owned(),
        }
    }

    /// Whether the body says that it is a urlencoded form.
    pub fn has_form(&self) -> bool {
        let is_form = |value: &str| {
            let essence = value.split(';').next().unwrap_or_default();
            essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        };
        self.headers.get("content-type").is_some_and(is_form)
    }
}
