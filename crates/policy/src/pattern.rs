//! Patterns for host names and for names of headers and parameters.

use std::fmt;

use super::host;

/// `gate.example.org`, optionally with a port, or `*.example.org` for one or more labels below it.
///
/// # Example
/// ```
/// use edgegate_policy::HostPattern;
///
/// let below = HostPattern::parse("*.example.org").unwrap();
/// assert!(below.matches("www.example.org:8443"));
/// assert!(!below.matches("example.org"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    /// The exact host and port, or what follows the `*`.
    text: String,
    wildcard: bool,
    has_port: bool,
}

impl HostPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (authority, wildcard) = match text.strip_prefix("*.") {
            Some(domain) => (domain, true),
            None => (text, false),
        };
        let (_, port) = host::authority(authority)?;
        if let Some(port @ (80 | 443)) = port {
            return Err(format!(
                "`{text}`: clients leave port {port} out, so it would never match; write the host alone"
            ));
        }
        let text = if wildcard { text.trim_start_matches('*') } else { text };
        Ok(Self { text: text.to_owned(), wildcard, has_port: port.is_some() })
    }

    /// Whether it covers a host as a `Host` header gives it. A pattern without a port covers the host on every
    /// port: a guarded host must not be open on another one.
    pub fn matches(&self, host: &str) -> bool {
        let host = match host::authority(host) {
            Ok((name, _)) if !self.has_port => name,
            _ => host,
        };
        if !self.wildcard {
            return host.eq_ignore_ascii_case(&self.text);
        }
        let labels = host.len().checked_sub(self.text.len()).and_then(|at| host.split_at_checked(at));
        labels.is_some_and(|(labels, domain)| {
            domain.eq_ignore_ascii_case(&self.text) && host::check(&labels.to_ascii_lowercase()).is_ok()
        })
    }

    /// Whether it is for more than one name.
    pub fn is_wildcard(&self) -> bool {
        self.wildcard
    }

    /// The same as a host-source of a Content Security Policy; there a host without a port is one on the usual port.
    pub fn as_source(&self) -> String {
        if self.has_port { self.to_string() } else { format!("{self}:*") }
    }

    /// Whether every host that `other` covers is covered.
    pub fn covers(&self, other: &HostPattern) -> bool {
        match (self.wildcard, other.wildcard) {
            (true, true) => other.text.ends_with(&self.text),
            (true, false) => self.matches(&other.text),
            (false, _) => !other.wildcard && self.matches(&other.text),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.wildcard { "*" } else { "" };
        write!(f, "{star}{}", self.text)
    }
}

/// The name of a header or parameter, or the beginning of one: `utm_*`.
///
/// # Example
/// ```
/// use edgegate_policy::NamePattern;
///
/// let campaign = NamePattern::parse("utm_*").unwrap();
/// assert!(campaign.matches("utm_source"));
/// assert!(NamePattern::parse("*").is_err(), "it would cover every name");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    base: String,
    prefix: bool,
}

impl NamePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (base, prefix) = match text.strip_suffix('*') {
            Some(base) => (base, true),
            None => (text, false),
        };
        if prefix && base.is_empty() {
            return Err(String::from("`*` alone would cover every name; write at least how the names begin"));
        }
        if !is_name(base) {
            return Err(format!(
                "`{text}` is not a name; it consists of letters, digits, `-`, `.`, `_`, and may end with `*`"
            ));
        }
        Ok(Self { base: base.to_owned(), prefix })
    }

    /// The same as the most forgiving origin reads names: `_` and `.` are `-`.
    #[must_use]
    pub fn folded(self) -> Self {
        Self { base: self.base.replace(['_', '.'], "-"), prefix: self.prefix }
    }

    /// Whether it covers a name.
    pub fn matches(&self, name: &str) -> bool {
        match self.prefix {
            true => name.starts_with(&self.base),
            false => name == self.base,
        }
    }

    /// The same without regard to ASCII case, as header names are compared.
    pub fn matches_ignoring_case(&self, name: &str) -> bool {
        let split = name.split_at_checked(self.base.len());
        split.is_some_and(|(base, rest)| base.eq_ignore_ascii_case(&self.base) && (self.prefix || rest.is_empty()))
    }

    /// Whether it covers any name that begins so, whatever the case.
    pub fn touches(&self, beginning: &str) -> bool {
        let split = self.base.split_at_checked(beginning.len());
        split.is_some_and(|(base, _)| base.eq_ignore_ascii_case(beginning))
            || (self.prefix && NamePattern::matches_ignoring_case(self, beginning))
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.prefix { "*" } else { "" };
        write!(f, "{}{star}", self.base)
    }
}

/// Whether it can name a header or a parameter in every system on the way.
pub(super) fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !text.is_empty() && text.len() <= 128 && text.bytes().all(allowed)
}

coded!(struct HostPattern { text, wildcard, has_port });
coded!(struct NamePattern { base, prefix });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let exact = HostPattern::parse("127.0.0.1:8787").expect("valid");
        assert!(exact.matches("127.0.0.1:8787") && !exact.matches("127.0.0.1"));
        let below = HostPattern::parse("*.example.org").expect("valid");
        assert_eq!(below.to_string(), "*.example.org");
        assert!(below.matches("a.example.org") && below.matches("A.B.Example.org"));
        assert!(below.matches("a.example.org:8443"), "a guarded host is guarded on every port");
        for host in ["example.org", ".example.org", "badexample.org", "a.example.org.", "a/b.example.org"] {
            assert!(!below.matches(host), "{host}");
        }
        for text in ["", "*", "*.", "A.example", "a.*.example", "a.example:443", "https://a.example", "a.example/"] {
            assert!(HostPattern::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn host_covering() {
        let host = |text| HostPattern::parse(text).expect(text);
        assert!(host("*.example.org").covers(&host("a.example.org")));
        assert!(host("*.example.org").covers(&host("*.a.example.org")));
        assert!(!host("*.a.example.org").covers(&host("*.example.org")));
        assert!(!host("a.example.org").covers(&host("*.example.org")));
    }

    #[test]
    fn names() {
        let utm = NamePattern::parse("utm_*").expect("valid");
        assert!(utm.matches("utm_source") && utm.matches("utm_") && !utm.matches("UTM_source") && !utm.matches("utm"));
        assert!(utm.matches_ignoring_case("UTM_source") && !utm.matches_ignoring_case("ut"));
        let exact = NamePattern::parse("X-Staff").expect("valid");
        assert!(exact.matches_ignoring_case("x-staff") && !exact.matches("x-staff") && !exact.matches("X-Staffs"));
        for text in ["", "*", "a*b", "a b", "a=b", "ü", "a%"] {
            assert!(NamePattern::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn touching() {
        let touches = |text: &str| NamePattern::parse(text).expect(text).touches("eg_");
        for text in ["eg_*", "eg_sig", "EG_x", "e*", "eg_s*", "eg*"] {
            assert!(touches(text), "{text}");
        }
        for text in ["utm_*", "e", "eg", "egg_*"] {
            assert!(!touches(text), "{text}");
        }
    }
}
