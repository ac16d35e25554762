//! `Set-Cookie` of an origin, as the gateway's (RFC 6265 section 4.1).

use crate::forward::returned::Mapping;

impl Mapping<'_> {
    /// A cookie as it has to be at the gateway; None if it stays. A `Domain` that names the origin's host is dropped: a
    /// browser would refuse it. Any other is the origin's own matter, and so is all else, byte for byte.
    pub fn cookie(&self, text: &str) -> Option<String> {
        let (pair, attributes) = text.split_once(';')?;
        let attributes: Vec<Attribute<'_>> = attributes.split(';').map(Attribute::read).collect();
        let count = |is_meant: fn(&Attribute<'_>) -> bool| attributes.iter().filter(|one| is_meant(one)).count();
        let is_repeated = count(|one| matches!(one, Attribute::Path(..))) > 1
            || count(|one| matches!(one, Attribute::Domain(..))) > 1;
        // A browser takes it for no other path and domain than the ones that it has.
        let prefix = pair.trim_start().split_at_checked(7);
        if is_repeated || prefix.is_some_and(|(start, _)| start.eq_ignore_ascii_case("__Host-")) {
            return None;
        }
        let mut mapped = pair.to_owned();
        for attribute in attributes {
            match attribute {
                Attribute::Domain(_, domain) if self.is_own_host(domain.trim()) => {}
                Attribute::Path(name, value) => {
                    let path = self.cookie_path(value.trim());
                    mapped.extend([";", name, "=", path.as_deref().unwrap_or(value)]);
                }
                Attribute::Domain(piece, _) | Attribute::Other(piece) => mapped.extend([";", piece]),
            }
        }
        (mapped != text).then_some(mapped)
    }

    /// Whether the domain is the origin's host and not the gateway's as well.
    fn is_own_host(&self, domain: &str) -> bool {
        let is_own = domain.strip_prefix('.').unwrap_or(domain).eq_ignore_ascii_case(self.base.host());
        is_own && !self.front.origin.ends_with(&["://", self.base.authority()].concat())
    }

    /// The path from which on a cookie is sent. Unlike an address it may end before a slash, and covers what is below.
    fn cookie_path(&self, path: &str) -> Option<String> {
        let below = below(path, self.base.path())?;
        let below = if below == "/" { "" } else { below };
        let mapped = match &self.route.forward.path {
            Some(to) => {
                let rest = self::below(below, to.base()).filter(|rest| rest.is_empty() || to.is_prefix())?;
                [self.route.path.base(), rest].concat()
            }
            None => below.to_owned(),
        };
        let mapped = if mapped.is_empty() { "/".to_owned() } else { mapped };
        self.takes(&mapped).then_some(mapped)
    }
}

/// What stands between two semicolons, as written.
enum Attribute<'t> {
    /// The name and the value.
    Path(&'t str, &'t str),
    /// The whole and the value.
    Domain(&'t str, &'t str),
    Other(&'t str),
}

impl<'t> Attribute<'t> {
    fn read(piece: &'t str) -> Self {
        match piece.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("path") => Self::Path(name, value),
            Some((name, value)) if name.trim().eq_ignore_ascii_case("domain") => Self::Domain(piece, value),
            _ => Self::Other(piece),
        }
    }
}

/// What a path has behind the base that it is, or lies below.
fn below<'t>(path: &'t str, base: &str) -> Option<&'t str> {
    path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}
