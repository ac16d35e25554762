//! Web origins that scripts come from.

use std::fmt;

use super::base_url::{HTTP, HTTPS, checked, scheme};
use super::host;

/// A web origin that may call: `https://app.example.org`, or `https://*.example.org` for any depth of subdomains.
///
/// # Example
/// ```
/// use edgegate_policy::OriginPattern;
///
/// let apps = OriginPattern::parse("https://*.example.org").unwrap();
/// assert!(apps.matches("https://app.example.org"));
/// assert!(!apps.matches("http://app.example.org"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginPattern {
    is_https: bool,
    wildcard: bool,
    /// What follows the scheme, and the `*` of a wildcard.
    rest: String,
}

impl OriginPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" || text == "null" {
            return Err(format!(
                "`{text}` would admit every page on the web; name the origins, for example `https://app.example.org`"
            ));
        }
        let (scheme, rest) = scheme(text)?;
        if rest.contains(['/', '?', '#', '@']) {
            return Err(format!("`{text}` is more than an origin; write scheme, host and port only"));
        }
        let Some(domain) = rest.strip_prefix("*.") else {
            let (host, _) = checked(scheme, rest)?;
            if scheme == HTTP && !host::is_loopback(&host) {
                return Err(format!("`{text}` can be forged on the way by anybody; only https, except on loopback"));
            }
            return Ok(Self { is_https: scheme == HTTPS, wildcard: false, rest: rest.to_owned() });
        };
        let (domain, _) = checked(scheme, domain)?;
        if scheme == HTTP {
            return Err(format!("`{text}`: a wildcard needs https"));
        }
        if !domain.contains('.') || domain.parse::<std::net::Ipv4Addr>().is_ok() {
            return Err(format!("`{text}` covers a whole top-level domain or an address; name a domain of your own"));
        }
        let rest = rest.trim_start_matches('*').to_owned();
        Ok(Self { is_https: scheme == HTTPS, wildcard: true, rest })
    }

    /// Whether the value of an `Origin` header is covered. Browsers send it in lower case.
    pub fn matches(&self, origin: &str) -> bool {
        let Some(host) = origin.strip_prefix(self.scheme()) else { return false };
        if !self.wildcard {
            return host == self.rest;
        }
        host.strip_suffix(self.rest.as_str()).is_some_and(|labels| host::check(labels).is_ok())
    }

    fn scheme(&self) -> &'static str {
        if self.is_https { HTTPS } else { HTTP }
    }

    /// Whether it covers every subdomain of a domain.
    pub fn is_wildcard(&self) -> bool {
        self.wildcard
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.wildcard { "*" } else { "" };
        write!(f, "{}{star}{}", self.scheme(), self.rest)
    }
}

coded!(struct OriginPattern { is_https, wildcard, rest });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_patterns() {
        let exact = OriginPattern::parse("https://app.example.org").expect("valid");
        assert!(exact.matches("https://app.example.org"));
        for origin in [
            "http://app.example.org",
            "https://app.example.org:8443",
            "https://app.example.org.evil.example",
            "null",
            "",
        ] {
            assert!(!exact.matches(origin), "{origin}");
        }
        let below = OriginPattern::parse("https://*.example.org").expect("valid");
        assert_eq!(below.to_string(), "https://*.example.org");
        assert!(below.matches("https://a.example.org") && below.matches("https://a.b.example.org"));
        for origin in [
            "https://example.org",
            "https://.example.org",
            "https://badexample.org",
            "https://evil.example/.example.org",
            "https://evil.example?.example.org",
            "https://u@evil.example:1.example.org",
            "http://a.example.org",
            "https://a.example.org:8443",
        ] {
            assert!(!below.matches(origin), "{origin}");
        }
        for text in [
            "*",
            "null",
            "https://*",
            "https://*.org",
            "https://*.127.0.0.1",
            "http://*.example.org",
            "http://a.example",
            "https://a.example/",
            "https://a*.example.org",
        ] {
            assert!(OriginPattern::parse(text).is_err(), "{text}");
        }
        assert!(OriginPattern::parse("http://127.0.0.1:8788").is_ok());
    }
}
