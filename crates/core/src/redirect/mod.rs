//! Where a browser may be sent: the gateway's own host and what the policy lists.

pub mod document;
pub mod outcome;
pub mod template;

use crate::policy::{self, HostPattern};
use crate::refusal::Reason;

/// Checks the address of a redirect: a path on the gateway's own host, or http(s) with a listed host, in the one
/// spelling that every URL parser reads alike.
///
/// # Errors
/// `RedirectTooLong`, `RedirectCharacters`, `RedirectScheme`, `RedirectUserinfo`, `RedirectHost`, `RedirectTarget`.
///
/// # Example
/// ```
/// use edgegate_core::policy::HostPattern;
/// use edgegate_core::redirect;
/// use edgegate_core::refusal::Reason;
///
/// let hosts = [HostPattern::parse("shop.example.org").unwrap()];
/// let check = |address| redirect::check(address, "gate.example.org", &hosts);
/// assert_eq!(check("/welcome"), Ok(()));
/// assert_eq!(check("https://shop.example.org/cart"), Ok(()));
/// assert_eq!(check("//evil.example"), Err(Reason::RedirectHost));
/// assert_eq!(check("https://evil.example/"), Err(Reason::RedirectTarget));
/// ```
pub fn check(address: &str, own_host: &str, hosts: &[HostPattern]) -> Result<(), Reason> {
    if address.len() > LONGEST {
        return Err(Reason::RedirectTooLong);
    }
    // WHATWG URL parsers drop tabs and line feeds, and read `\` as `/`.
    if !address.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>')) {
        return Err(Reason::RedirectCharacters);
    }
    if let Some(rest) = address.strip_prefix('/') {
        return if rest.starts_with('/') { Err(Reason::RedirectHost) } else { Ok(()) };
    }
    let authority = authority_of(after_scheme(address).ok_or(Reason::RedirectScheme)?);
    if authority.contains('@') {
        return Err(Reason::RedirectUserinfo);
    }
    if policy::authority(authority).is_err() {
        return Err(Reason::RedirectHost);
    }
    is_listed(authority, own_host, hosts).then_some(()).ok_or(Reason::RedirectTarget)
}

/// The same question, where the answer is all that is wanted.
pub fn is_allowed(address: &str, own_host: &str, hosts: &[HostPattern]) -> bool {
    check(address, own_host, hosts).is_ok()
}

/// Whether a host, with its port where it has one, is the gateway's own or listed. An international name looks like
/// another one to people, so one below a wildcard has to be listed itself.
pub fn is_listed(authority: &str, own_host: &str, hosts: &[HostPattern]) -> bool {
    let coded = |text: &str| text.split('.').filter(|label| label.starts_with("xn--")).count();
    let lists = |host: &HostPattern| host.matches(authority) && coded(authority) == coded(&host.to_string());
    policy::authority(authority).is_ok() && (authority == own_host || hosts.iter().any(lists))
}

/// The host of an address that was checked, with its port where it has one; None for a path, whatever it holds.
pub fn host(address: &str) -> Option<&str> {
    after_scheme(address).map(authority_of)
}

fn after_scheme(address: &str) -> Option<&str> {
    address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))
}

fn authority_of(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Bytes.
pub const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(address: &str) -> Result<(), Reason> {
        let hosts = ["p.example", "*.q.example", "xn--bcher-kva.example", "*.xn--q-example"]
            .map(|host| HostPattern::parse(host).unwrap());
        check(address, "gate.example:8787", &hosts)
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
            "https://xn--bcher-kva.example/",
            "https://a.xn--q-example/",
        ] {
            assert_eq!(checked(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        for (reason, addresses) in [
            (
                Reason::RedirectScheme,
                &[
                    "",
                    "a",
                    "https:/p.example/",
                    "https:p.example",
                    "HTTPS://p.example/",
                    "javascript:alert(1)",
                    "data:text/html,x",
                    "ftp://p.example/",
                    "?a",
                    "#a",
                ][..],
            ),
            (
                Reason::RedirectCharacters,
                &[
                    "/\\p.example/",
                    "\\\\p.example",
                    "/\t/p.example",
                    "https://evil.example\\@p.example/",
                    " https://p.example/",
                    "https://p.example/ x",
                    "https://p.example/\r\nSet-Cookie: a=b",
                    "https://p\u{430}.example/",
                    "java\nscript:x",
                    "https://p.example/\"",
                    "https://p.example/<",
                ][..],
            ),
            (
                Reason::RedirectUserinfo,
                &[
                    "https://p.example@evil.example/",
                    "https://p.example:80@evil.example/",
                    "https://@p.example/",
                    "https://a:b@p.example",
                ][..],
            ),
            (
                Reason::RedirectHost,
                &[
                    "//p.example/",
                    "https://P.example/",
                    "https://p.example./",
                    "https://p%2eexample/",
                    "https://",
                    "https:///p.example/",
                    "https://2130706433/",
                    "https://0x7f.1/",
                    "https://p.example:/",
                    "https://p.example:080/",
                    "https://[::1",
                    "https://[0::1]/",
                ][..],
            ),
            (
                Reason::RedirectTarget,
                &[
                    "https://evil.example/",
                    "https://p.example.evil/",
                    "https://q.example/",
                    "https://gate.example/",
                    "https://xn--pple-43d.q.example/",
                    "https://a.xn--bcher-kva.example/",
                    "https://xn--a.xn--q-example/",
                    "https://127.0.0.1/",
                ][..],
            ),
        ] {
            for address in addresses {
                assert_eq!(checked(address), Err(reason), "{address}");
            }
        }
        assert_eq!(checked(&format!("/{}", "a".repeat(5000))), Err(Reason::RedirectTooLong));
    }
}
