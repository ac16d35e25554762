//! `Set-Cookie` of an origin, as the gateway's (RFC 6265 section 4.1).

use crate::forward::returned::Mapping;

impl Mapping<'_> {
    /// A cookie as it has to be at the gateway; None if it stays. A `Domain` that names the origin's host is dropped: a
    /// browser would refuse it. Any other is the origin's own matter, and so is all else, byte for byte.
    pub fn cookie(&self, text: &str) -> Option<String> {
        let (pair, attributes) = text.split_once(';')?;
        // A browser takes it for no other path and domain than the ones that it has.
        let prefix = pair.trim_start().split_at_checked(7);
        let is_of_host = prefix.is_some_and(|(start, _)| start.eq_ignore_ascii_case("__Host-"));
        let count = |name: &str| attributes.split(';').filter(|piece| value_of(piece, name).is_some()).count();
        if is_of_host || count("path") > 1 || count("domain") > 1 {
            return None;
        }
        let mut mapped = pair.to_owned();
        for piece in attributes.split(';') {
            if value_of(piece, "domain").is_some_and(|domain| self.is_own_host(domain)) {
                continue;
            }
            mapped.push(';');
            match (value_of(piece, "path").and_then(|path| self.cookie_path(path)), piece.split_once('=')) {
                (Some(path), Some((name, _))) => mapped.extend([name, "=", &path]),
                _ => mapped.push_str(piece),
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
        self.leads(&mapped, |_| true).then_some(mapped)
    }
}

/// The value of an attribute, if it is the one with that name.
fn value_of<'t>(piece: &'t str, name: &str) -> Option<&'t str> {
    let (known, value) = piece.split_once('=')?;
    known.trim().eq_ignore_ascii_case(name).then_some(value.trim())
}

/// What a path has behind the base that it is, or lies below.
fn below<'t>(path: &'t str, base: &str) -> Option<&'t str> {
    path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}
