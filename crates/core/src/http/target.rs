//! The request target: scheme, host, path and query, or the reason why it cannot be trusted.
//!
//! The rule for the path: it is accepted only if every origin that decodes and normalises it by its own
//! lights still lands where the route matched. So dot segments, empty segments, backslashes, escaped
//! separators, escapes of characters that need none (RFC 3986 section 2.3), double escapes, controls and
//! bytes that are no UTF-8 are refused; `%3F` and `%23` too, which some origins decode before they look for a query.
//! The rule for the query: the runtime's `fetch` escapes some characters
//! (WHATWG URL, special-query percent-encode set). Those that clients send as they are, `'` and what lies beyond ASCII,
//! are accepted and forwarded escaped ([`query::escaped`]): every reader decodes both to the same. The others are refused.

use std::borrow::Cow;

use crate::http::{halves, pieces, query};
use crate::policy::{self, Paths};
use crate::refusal::Reason;

/// Where the gate runs, as its deployment says. `Host` says nothing of it: a client writes that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Deployment {
    /// For others: no request is on loopback.
    #[default]
    Public,
    /// On one machine and for it alone: a request to a name or address of loopback is on loopback.
    Local,
}

impl Deployment {
    /// Name of the text binding by which a deployment says that it is local. `.dev.vars` holds it, which no deployment reads.
    pub const BINDING: &str = "EDGEGATE_LOOPBACK";

    /// What the binding's value says: `true` alone makes it local.
    pub fn said(value: Option<&str>) -> Self {
        if value == Some("true") { Self::Local } else { Self::Public }
    }
}

/// A URL in which every part can be read in one way only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target<'a> {
    /// Whether the scheme is `https`.
    pub secure: bool,
    /// Host in lower case, with the port where one is written.
    pub host: Cow<'a, str>,
    /// Path from its first `/`, as received.
    pub path: &'a str,
    /// Query without `?`, as received; `Some("")` for a bare `?`.
    pub query: Option<&'a str>,
    /// What its path has that origins read in several ways.
    pub several: Paths,
    deployment: Deployment,
}

impl<'a> Target<'a> {
    /// Checks an absolute URL of at most `limit` bytes, as received and as forwarded. Every origin reads it alike.
    ///
    /// # Errors
    /// `UrlTooLong`, `UrlMalformed`, `PathAmbiguous` or `QueryAmbiguous`.
    ///
    /// # Example
    /// ```
    /// use edgegate_core::http::Target;
    /// use edgegate_core::refusal::Reason;
    ///
    /// let target = Target::read("https://gate.example.org/a%20b?c=d", 8_192).unwrap();
    /// assert_eq!((&*target.host, target.path, target.query), ("gate.example.org", "/a%20b", Some("c=d")));
    ///
    /// // Origins disagree about where this leads.
    /// assert_eq!(Target::read("https://gate.example.org/a/../b", 8_192), Err(Reason::PathAmbiguous));
    /// ```
    pub fn read(url: &'a str, limit: usize) -> Result<Self, Reason> {
        let target = Self::received(url, limit)?;
        if target.several.is_any() { Err(Reason::PathAmbiguous) } else { Ok(target) }
    }

    /// The same, with a path that a route may allow although origins read it in several ways: [`several`](Self::several) says
    /// in which. Only [`routing::find`](crate::routing::find) says whether it goes through.
    ///
    /// # Errors
    /// Those of [`Target::read`].
    pub fn received(url: &'a str, limit: usize) -> Result<Self, Reason> {
        if url.len() > limit {
            return Err(Reason::UrlTooLong);
        }
        let (secure, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(Reason::UrlMalformed),
        };
        let slash = rest.find('/').ok_or(Reason::UrlMalformed)?;
        let (host, rest) = rest.split_at_checked(slash).ok_or(Reason::UrlMalformed)?;
        let host = read_host(host, secure)?;
        let (path, query) = match halves(rest, b'?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        let several = check_path(path)?;
        let escapes = check_query(query.unwrap_or_default())?;
        if url.len() + 2 * escapes > limit {
            return Err(Reason::UrlTooLong);
        }
        Ok(Self { secure, host, path, query, several, deployment: Deployment::Public })
    }

    /// The same at a gate that is deployed so.
    pub fn at(self, deployment: Deployment) -> Self {
        Self { deployment, ..self }
    }

    /// The same with another reading of its path.
    pub(crate) fn with_path<'b>(&self, path: &'b str) -> Target<'b>
    where
        'a: 'b,
    {
        Target { path, ..self.clone() }
    }

    /// `scheme://host`, the serialised origin (RFC 6454 section 6.2).
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme(), self.host)
    }

    /// The address without its query: `htu` of RFC 9449, and what a resource of RFC 8707 covers.
    pub fn address(&self) -> String {
        format!("{}{}", self.origin(), self.path)
    }

    /// `https` or `http`.
    pub fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// Whether the request stays on one machine: the deployment is local, and the name or address is of loopback
    /// (127.0.0.0/8, ::1, `localhost` and below it, RFC 6761 section 6.3).
    pub fn is_loopback(&self) -> bool {
        self.deployment == Deployment::Local && self.is_named_loopback()
    }

    /// Whether the address leads to the client's own machine. Any client can write it into `Host`.
    pub fn is_named_loopback(&self) -> bool {
        policy::is_loopback(policy::without_port(&self.host).unwrap_or(&self.host))
    }
}

/// A host is accepted in the one spelling that `fetch` keeps: a name or address that no parser rewrites, and
/// a port only where it is not the scheme's own. Otherwise the origin would be asked for another host than the
/// one that picked the route.
fn read_host(host: &str, secure: bool) -> Result<Cow<'_, str>, Reason> {
    let host = match host.bytes().any(|b| b.is_ascii_uppercase()) {
        true => Cow::Owned(host.to_ascii_lowercase()),
        false => Cow::Borrowed(host),
    };
    let (_, port) = policy::authority(&host).map_err(|_| Reason::UrlMalformed)?;
    let is_default = port == Some(if secure { 443 } else { 80 });
    if is_default { Err(Reason::UrlMalformed) } else { Ok(host) }
}

/// What a path has that origins read in several ways. Nothing allows the rest: dot segments, a `//` at its beginning, which
/// names a host where an address is expected, and, beside what is read in several ways, path parameters.
///
/// # Errors
/// `PathAmbiguous`
pub(crate) fn check_path(path: &str) -> Result<Paths, Reason> {
    let mut found = Paths::default();
    let mut segments = pieces(path, b'/').peekable();
    segments.next(); // what precedes the first slash: nothing
    let mut is_first = true;
    while let Some(segment) = segments.next() {
        // Some origins cut a path parameter (`;x`) before they resolve dots.
        let name = halves(segment, b';').map_or(segment, |(name, _)| name);
        let is_empty = name.is_empty() && segments.peek().is_some();
        if matches!(name, "." | "..") || (is_empty && (is_first || !segment.is_empty())) {
            return Err(Reason::PathAmbiguous);
        }
        found.double_slash |= is_empty;
        check_segment(segment.as_bytes(), &mut found)?;
        is_first = false;
    }
    if found.is_any() && path.contains(';') { Err(Reason::PathAmbiguous) } else { Ok(found) }
}

fn check_segment(segment: &[u8], found: &mut Paths) -> Result<(), Reason> {
    if segment.iter().all(|b| is_path_byte(*b)) {
        return Ok(());
    }
    let mut decoded = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if *byte != b'%' {
            if !is_path_byte(*byte) {
                return Err(Reason::PathAmbiguous);
            }
            decoded.push(*byte);
            continue;
        }
        let (pair, tail) = tail.split_at_checked(2).ok_or(Reason::PathAmbiguous)?;
        rest = tail;
        let value = crate::digest::from_hex(pair).and_then(|v| v.first().copied()).ok_or(Reason::PathAmbiguous)?;
        let double =
            value == b'%' && tail.split_at_checked(2).is_some_and(|(p, _)| crate::digest::from_hex(p).is_some());
        if matches!(value, b'\\' | b';' | b'?' | b'#') || value.is_ascii_control() || double {
            return Err(Reason::PathAmbiguous);
        }
        found.encoded_slash |= value == b'/';
        found.needless_escapes |= is_unreserved(value);
        decoded.push(value);
    }
    core::str::from_utf8(&decoded).map(|_| ()).map_err(|_| Reason::PathAmbiguous)
}

/// How many bytes of the query go on escaped.
fn check_query(query: &str) -> Result<usize, Reason> {
    let mut escapes = 0;
    for byte in query.bytes() {
        match byte {
            _ if query::is_escaped_when_forwarded(byte) => escapes += 1,
            b'"' | b'#' | b'<' | b'>' => return Err(Reason::QueryAmbiguous),
            _ if byte.is_ascii_graphic() => {}
            _ => return Err(Reason::QueryAmbiguous),
        }
    }
    Ok(escapes)
}

/// RFC 3986 section 2.3.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// `pchar` of RFC 3986 section 3.3 without `%`, and the brackets and bar that URL serialisers leave alone.
fn is_path_byte(byte: u8) -> bool {
    is_unreserved(byte)
        || matches!(
            byte,
            b'!' | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
                | b'['
                | b']'
                | b'|'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Target<'_>, Reason> {
        Target::read(url, 8192)
    }

    #[test]
    fn parts_are_the_bytes_received() {
        let target = read("http://Gate.Example:8787/a%20b/c;x=1/?q=%27&&e=").unwrap();
        assert_eq!(target.host, "gate.example:8787");
        assert_eq!(target.path, "/a%20b/c;x=1/");
        assert_eq!(target.query, Some("q=%27&&e="));
        assert_eq!(read("https://h/a?").unwrap().query, Some(""));
        assert_eq!(read("https://h/a").unwrap().query, None);
    }

    #[test]
    fn ambiguous_paths_are_refused() {
        for path in [
            "//a",
            "/a//b",
            "/.",
            "/..",
            "/a/../b",
            "/a/./b",
            "/..;x/b",
            "/;/a",
            "/a\\b",
            "/%2e%2e/b",
            "/%2E",
            "/a%2fb",
            "/a%5Cb",
            "/%61dmin",
            "/%7Ea",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%00",
            "/a%0a",
            "/a%7f",
            "/a%252fb",
            "/%c0%ae",
            "/..%3b/x",
            "/admin%3F",
            "/a%3fb=c",
            "/admin%23",
            "/site/SRConsAPI%3Fmethod=login",
            "/a%ff",
            "/é",
            "/a b",
            "/a\"",
            "/a<",
            "/{a}",
            "/a^b",
            "/a`b",
        ] {
            assert_eq!(read(&format!("https://h{path}")), Err(Reason::PathAmbiguous), "{path}");
        }
    }

    #[test]
    fn plain_paths_pass() {
        for path in [
            "/",
            "/a",
            "/a/",
            "/a.b/..c/...",
            "/%20",
            "/%c3%a9",
            "/a%25",
            "/a%25b",
            "/a;jsessionid=1",
            "/a'b",
            "/[1]|",
            "/a:b@c",
        ] {
            assert!(read(&format!("https://h{path}")).is_ok(), "{path}");
        }
    }

    #[test]
    fn queries_that_no_client_sends_are_refused() {
        for query in ["a=\"", "a=<", "a=>", "a= b", "a=#b", "a=\u{7f}", "a=\t"] {
            assert_eq!(read(&format!("https://h/?{query}")), Err(Reason::QueryAmbiguous), "{query}");
        }
        assert!(read("https://h/?a=%zz%&&[]={}|^`\\+").is_ok());
        assert_eq!(read("https://h/?a='é").unwrap().query, Some("a='é"));
    }

    #[test]
    fn the_limit_holds_for_what_is_forwarded_too() {
        assert!(Target::read("https://h/?a='", 16).is_ok());
        assert_eq!(Target::read("https://h/?a='", 15), Err(Reason::UrlTooLong));
        assert_eq!(Target::read("https://h/?a=é", 18), Err(Reason::UrlTooLong));
    }

    #[test]
    fn hosts_and_schemes() {
        for url in [
            "ftp://h/",
            "https:///",
            "https://u@h/",
            "https://h./",
            "https://h",
            "https://:80/",
            "//h/",
            "https://h%41/",
        ] {
            assert_eq!(read(url), Err(Reason::UrlMalformed), "{url}");
        }
        assert_eq!(Target::read("https://h/aaa", 10), Err(Reason::UrlTooLong));
        for (host, is) in [
            ("127.0.0.1:8787", true),
            ("[::1]:81", true),
            ("localhost", true),
            ("gate.localhost:8787", true),
            ("127.0.0.2", true),
            ("10.0.0.1", false),
            ("localhost.evil", false),
        ] {
            let url = format!("http://{host}/");
            let target = read(&url).unwrap();
            assert_eq!(target.is_named_loopback(), is, "{host}");
            assert!(!target.is_loopback(), "{host}: the host alone shows nothing");
            assert!(!target.clone().at(Deployment::Public).is_loopback(), "{host}");
            assert_eq!(target.at(Deployment::Local).is_loopback(), is, "{host}");
        }
    }
}
