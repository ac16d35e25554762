//! Where a browser may be sent: the gateway's own host and what the policy lists.

use crate::http::Target;
use crate::policy::{self, HostPattern};
use crate::refusal::Reason;

/// Judges the address of a redirect: a path on the gateway's own host, or http(s) with a listed host, in the one
/// spelling that every URL parser reads alike.
///
/// # Errors
/// `RedirectTarget`.
pub fn judge(address: &str, own: &Target<'_>, hosts: &[HostPattern]) -> Result<(), Reason> {
    is_allowed(address, &own.host, hosts).then_some(()).ok_or(Reason::RedirectTarget)
}

/// The same question, where the answer is all that is wanted.
pub fn is_allowed(address: &str, own_host: &str, hosts: &[HostPattern]) -> bool {
    // WHATWG URL parsers drop tabs and line feeds, and read `\` as `/`.
    let is_plain = address.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>'));
    if !is_plain || address.len() > LONGEST {
        return false;
    }
    if let Some(rest) = address.strip_prefix('/') {
        return !rest.starts_with('/');
    }
    let Some(rest) = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")) else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    is_listed(authority, own_host, hosts)
}

/// Whether a host, with its port where it has one, is the gateway's own or listed.
pub fn is_listed(authority: &str, own_host: &str, hosts: &[HostPattern]) -> bool {
    policy::authority(authority).is_ok() && (authority == own_host || hosts.iter().any(|host| host.matches(authority)))
}

/// Bytes.
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(address: &str) -> bool {
        let hosts = [HostPattern::parse("p.example").unwrap(), HostPattern::parse("*.q.example").unwrap()];
        is_allowed(address, "gate.example:8787", &hosts)
    }

    #[test]
    fn own_and_listed_hosts() {
        for address in [
            "/",
            "/a?b=c#d",
            "http://gate.example:8787/x",
            "https://p.example",
            "https://p.example?x",
            "https://p.example:8443/x#/y",
            "http://a.b.q.example/",
        ] {
            assert!(allows(address), "{address}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for address in [
            "",
            "a",
            "//p.example/",
            "/\\p.example/",
            "\\\\p.example",
            "/\t/p.example",
            "https://evil.example/",
            "https://p.example.evil/",
            "https://p.example@evil.example/",
            "https://evil.example\\@p.example/",
            "https://p.example:80@evil.example/",
            "https:/p.example/",
            "https:p.example",
            "HTTPS://p.example/",
            "https://P.example/",
            "https://q.example/",
            "https://p.example./",
            "https://p%2eexample/",
            "https://gate.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://p.example/",
            " https://p.example/",
            "https://p.example/ x",
            "https://p.example/\r\nSet-Cookie: a=b",
            "https://p\u{430}.example/",
            "https://",
            "https:///p.example/",
        ] {
            assert!(!allows(address), "{address}");
        }
        assert!(!allows(&format!("/{}", "a".repeat(5000))));
    }
}
