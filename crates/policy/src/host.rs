//! Host names, in the one spelling that needs no interpretation.

use std::net::{Ipv4Addr, Ipv6Addr};

/// `host` or `host:port`, both taken apart and checked.
///
/// # Errors
/// The reason.
pub fn authority(text: &str) -> Result<(&str, Option<u16>), String> {
    if text.contains(['/', '@']) {
        return Err(format!("`{text}` is not a host; write the name, with `:port` where it has one"));
    }
    let colon = match text.rfind(']') {
        Some(bracket) => text.rfind(':').filter(|colon| *colon > bracket),
        None if text.starts_with('[') => None,
        None => text.rfind(':'),
    };
    let (host, port) = match colon.and_then(|colon| text.split_at_checked(colon)) {
        Some((host, port)) => (host, Some(self::port(port.trim_start_matches(':'))?)),
        None => (text, None),
    };
    check(host)?;
    Ok((host, port))
}

/// Checks a host name or address.
///
/// # Errors
/// The reason.
pub(super) fn check(host: &str) -> Result<(), String> {
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner.strip_suffix(']').and_then(|inner| inner.parse::<Ipv6Addr>().ok());
        return match address {
            Some(address) if format!("[{address}]") == host => Ok(()),
            Some(address) => Err(format!("`{host}` is not the canonical form; write `[{address}]`")),
            None => Err(format!("`{host}` is not an IPv6 address in brackets")),
        };
    }
    if host.is_empty() {
        return Err(String::from("the host name is missing"));
    }
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(format!("`{host}` has capitals; write `{}`", host.to_ascii_lowercase()));
    }
    if !host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)) {
        return Err(format!(
            "`{host}` is not a host name; it consists of a-z, 0-9, `.` and `-` (an international name in its `xn--` form)"
        ));
    }
    let label_is_sound =
        |label: &str| !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-');
    if host.len() > 253 || !host.split('.').all(label_is_sound) {
        return Err(format!(
            "`{host}` is not a host name: a part between dots is empty, too long or begins or ends with `-`"
        ));
    }
    // Browsers read a name whose last part is a number as an IPv4 address in whatever notation.
    let last = host.rsplit('.').next().unwrap_or(host);
    let digits = last.strip_prefix("0x").unwrap_or(last);
    let numeric = digits.bytes().all(|byte| byte.is_ascii_digit())
        || (last.starts_with("0x") && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if numeric && host.parse::<Ipv4Addr>().is_err() {
        return Err(format!("`{host}` is not an IPv4 address in its usual form (four decimal numbers)"));
    }
    Ok(())
}

/// The name of a checked host that has a port.
pub fn without_port(host: &str) -> Option<&str> {
    if host.ends_with(']') { None } else { host.rsplit_once(':').map(|(name, _)| name) }
}

/// Whether a checked host is this machine (RFC 6761 section 6.3 for names). Of a `Host` that a client wrote it says nothing
/// about where the client is.
pub fn is_loopback(host: &str) -> bool {
    let v4 = host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    v4 || host == "[::1]" || host == "localhost" || host.ends_with(".localhost")
}

/// Reads a port, in its one spelling.
///
/// # Errors
/// The reason.
pub(super) fn port(text: &str) -> Result<u16, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let number = text.parse::<u16>().ok().filter(|_| plain);
    number.ok_or_else(|| format!("`{text}` is not a port; it is a number from 1 to 65535"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        assert_eq!(authority("a.example:8443"), Ok(("a.example", Some(8443))));
        assert_eq!(authority("[::1]:8787"), Ok(("[::1]", Some(8787))));
        assert_eq!(authority("[::1]"), Ok(("[::1]", None)));
        for host in ["a.example", "a.example:8443", "[::1]", "[::1]:8787", "127.0.0.1:1"] {
            let name = authority(host).map(|(name, port)| port.map(|_| name));
            assert_eq!(Ok(without_port(host)), name, "{host}");
        }
        assert_eq!(authority("127.0.0.1"), Ok(("127.0.0.1", None)));
        for text in [
            "",
            ":80",
            "a.example:",
            "a.example:0",
            "a.example:080",
            "a.example:65536",
            "A.example",
            "a_b.example",
            "a..example",
            ".example",
            "example.",
            "-a.example",
            "127.1",
            "0x7f000001",
            "2130706433",
            "1.2.3.256",
            "a@b",
            "a b",
            "bücher.example",
            "[::1",
            "::1",
            "[0:0:0:0:0:0:0:1]",
            "[::1]x",
            "[::1]]:80",
            "a::80",
            "1.2.3.0x1",
        ] {
            assert!(authority(text).is_err(), "{text}");
        }
    }

    #[test]
    fn loopback() {
        for host in ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "gate.localhost"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["128.0.0.1", "localhost.example", "notlocalhost", "[::2]"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
