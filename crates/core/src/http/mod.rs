//! The request as it arrived: borrowed views over the bytes received, nothing normalised.
//!
//! What is checked here is what the origin will get. A URL that two parsers could read in two ways is
//! refused by [`target`], not repaired.

pub mod accept;
pub mod agent;
pub mod answer;
pub mod authorization;
pub mod basic;
pub mod client;
pub mod cookie;
pub mod cors;
pub mod day;
pub mod fetch_metadata;
pub mod fields;
pub mod headers;
pub mod language;
pub mod multipart;
mod pieces;
pub mod query;
pub mod quotes;
pub mod readings;
pub mod target;

use core::net::IpAddr;

use crate::refusal::Reason;

pub use crate::http::fields::Fields;
pub use crate::http::headers::Headers;
pub use crate::http::pieces::{halves, pieces};
pub use crate::http::target::{Deployment, Target};

/// A request before it is checked.
///
/// # Example
/// ```
/// use edgegate_core::http::{Headers, Incoming};
///
/// let request = Incoming {
///     method: "GET",
///     url: "https://gate.example.org/",
///     headers: Headers::new(Vec::new()),
///     odd_body: false,
///     client_address: "2001:db8::1".parse().ok(),
/// };
/// assert_eq!(request.network(), "2001:db8:0:0::/64");
/// ```
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    /// The method's own bytes, never mapped to a known one.
    pub method: &'a str,
    /// The absolute URL as the runtime received it.
    pub url: &'a str,
    /// The header fields.
    pub headers: Headers<'a>,
    /// A GET or HEAD for which the runtime has a body. It has no meaning (RFC 9110 section 9.3.1) and cannot be forwarded;
    /// where Content-Length says 0 it is empty.
    pub odd_body: bool,
    /// The client's address, as the platform reports it; None if it reports none that can be read. Where no platform sets
    /// it, as under local emulation, the client itself may have chosen it.
    pub client_address: Option<IpAddr>,
}

impl Incoming<'_> {
    /// The network that counts as one guesser: an IPv4 address, an IPv6 /64.
    pub fn network(&self) -> String {
        match self.client_address {
            Some(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Some(address) => address.to_canonical().to_string(),
            None => "unknown".to_owned(),
        }
    }

    /// Whether there is a body, and were it in chunks that hold nothing.
    pub fn has_body(&self) -> bool {
        let length = self.headers.get("content-length");
        // Some clients say of every GET that it has no body: an empty one is none, and none is forwarded. RFC 9110 section
        // 8.6: digits.
        let is_zero = |length: &str| !length.is_empty() && length.bytes().all(|b| b == b'0');
        length.map_or(self.odd_body, |length| !is_zero(length)) || self.headers.get("transfer-encoding").is_some()
    }

    /// Checks that the body is not packed: an origin that unpacks it would read another one than was checked.
    ///
    /// # Errors
    /// `FormMalformed` for a Content-Encoding (RFC 9110 section 8.4).
    pub fn check_body_encoding(&self) -> Result<(), Reason> {
        let encoding = self.headers.get("content-encoding").unwrap_or("identity");
        encoding.trim().eq_ignore_ascii_case("identity").then_some(()).ok_or(Reason::FormMalformed)
    }

    /// Whether the body says that it is a urlencoded form.
    ///
    /// # Errors
    /// `FormMalformed` for one that is packed, or in another charset than UTF-8: an origin that honours it would read other
    /// names.
    pub fn has_form(&self) -> Result<bool, Reason> {
        let mut parts = self.headers.get("content-type").unwrap_or_default().split(';').map(str::trim);
        if !parts.next().unwrap_or_default().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Ok(false);
        }
        self.check_body_encoding()?;
        let is_utf8 = |part: &str| match part.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => part.is_empty(),
        };
        let others: Vec<&str> = parts.collect();
        (others.len() <= 1 && others.iter().all(|part| is_utf8(part))).then_some(true).ok_or(Reason::FormMalformed)
    }
}
