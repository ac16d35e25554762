//! Addresses of origins that requests go to.

use std::fmt;

use super::host;
use super::path;

/// An http or https address without query, fragment, user or trailing slash, kept as it is written.
///
/// # Example
/// ```
/// use edgegate_policy::BaseUrl;
///
/// let url = BaseUrl::parse("https://gate.example.org").unwrap();
/// assert_eq!((url.host(), url.port()), ("gate.example.org", None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    /// Length of `scheme://`.
    scheme_length: usize,
    /// Length of `scheme://host:port`.
    origin_length: usize,
    host: String,
    port: Option<u16>,
}

impl BaseUrl {
    /// Reads an address in the one spelling that every URL parser agrees on.
    ///
    /// # Errors
    /// The reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = scheme(text)?;
        if rest.contains('@') {
            // not shown: it may be a password
            return Err(String::from("has a user name before an `@`; no credential stands in an address"));
        }
        if rest.contains(['?', '#']) {
            return Err(format!("`{text}` has a query or fragment; leave it out"));
        }
        let (authority, base) = match rest.find('/').and_then(|slash| rest.split_at_checked(slash)) {
            Some(parts) => parts,
            None => (rest, ""),
        };
        if base.ends_with('/') {
            return Err(format!("`{text}` ends with a slash; leave it out"));
        }
        if !base.is_empty() {
            path::check(base)?;
        }
        let (host, port) = checked(scheme, authority)?;
        Ok(Self {
            text: text.to_owned(),
            scheme_length: scheme.len(),
            origin_length: scheme.len() + authority.len(),
            host,
            port,
        })
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it begins with `https://`.
    pub fn is_https(&self) -> bool {
        self.scheme_length == HTTPS.len()
    }

    /// Whether the host is this machine: `127.0.0.0/8`, `[::1]` or `localhost`.
    pub fn is_loopback(&self) -> bool {
        host::is_loopback(&self.host)
    }

    /// The host without port; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, if it is not the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// `host` or `host:port`: what a `Host` header says.
    pub fn authority(&self) -> &str {
        self.text.get(self.scheme_length..self.origin_length).unwrap_or_default()
    }

    /// `scheme://host:port`: what an `Origin` header says.
    pub fn origin(&self) -> &str {
        self.text.get(..self.origin_length).unwrap_or_default()
    }

    /// The base path; empty or beginning with a slash, never ending with one.
    pub fn path(&self) -> &str {
        self.text.get(self.origin_length..).unwrap_or_default()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The scheme with its `://`, and what follows.
pub(super) fn scheme(text: &str) -> Result<(&'static str, &str), String> {
    for scheme in [HTTPS, HTTP] {
        if let Some(rest) = text.strip_prefix(scheme) {
            return Ok((scheme, rest));
        }
    }
    Err(String::from("must begin with `https://` or `http://`, in lower case"))
}

/// Host and port of an authority; a port that the scheme implies is refused, since clients leave it out.
pub(super) fn checked(scheme: &str, authority: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = host::authority(authority)?;
    let implied = if scheme == HTTPS { 443 } else { 80 };
    if port == Some(implied) {
        return Err(format!("port {implied} is what `{scheme}` means anyway; leave it out"));
    }
    Ok((host.to_owned(), port))
}

pub(super) const HTTPS: &str = "https://";
pub(super) const HTTP: &str = "http://";

coded!(struct BaseUrl { text, scheme_length, origin_length, host, port });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls() {
        let url = BaseUrl::parse("https://origin.example.org:8443/base/a").expect("valid");
        assert_eq!(url.origin(), "https://origin.example.org:8443");
        assert_eq!(url.authority(), "origin.example.org:8443");
        assert_eq!((url.host(), url.port(), url.path()), ("origin.example.org", Some(8443), "/base/a"));
        assert!(url.is_https() && !url.is_loopback());
        let url = BaseUrl::parse("http://[::1]:8787").expect("valid");
        assert_eq!((url.host(), url.path(), url.authority()), ("[::1]", "", "[::1]:8787"));
        assert!(!url.is_https() && url.is_loopback());
        for text in [
            "",
            "origin.example.org",
            "ftp://a.example",
            "HTTPS://a.example",
            "https:/a.example",
            "https://",
            "https:///a",
            "https://a.example/",
            "https://a.example/b/",
            "https://a.example/b/../c",
            "https://a.example//b",
            "https://a.example/%61",
            "https://a.example?q",
            "https://a.example#f",
            "https://u@a.example",
            "https://u:p@a.example",
            "https://a.example:443",
            "http://a.example:80",
            "https://a.example\\b",
            "https://a.example/b c",
            "https://a.example\n",
            "https://*.example.org",
        ] {
            assert!(BaseUrl::parse(text).is_err(), "{text}");
        }
    }
}
