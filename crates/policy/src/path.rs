//! Paths and path patterns.

use std::fmt;

/// `/a/b` for exactly that path, or `/a/*` for `/a` and everything under `/a/` (not `/ab`). `/*` is every path.
///
/// # Example
/// ```
/// use edgegate_policy::PathPattern;
///
/// let pattern = PathPattern::parse("/downloads/*").unwrap();
/// assert!(pattern.matches("/downloads/a/b"));
/// assert!(pattern.matches("/downloads"));
/// assert!(!pattern.matches("/downloads-2"));
/// assert!(PathPattern::parse("/a*").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    /// The exact path, or the prefix without its `/*`.
    base: String,
    prefix: bool,
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (base, prefix) = match text.strip_suffix("/*") {
            Some(base) => (base, true),
            None => (text, false),
        };
        if base.contains('*') {
            return Err(format!("`{text}`: a `*` is only possible as a whole last part, as in `/a/*`"));
        }
        if !(prefix && base.is_empty()) {
            check(base)?;
        }
        if prefix && base.ends_with('/') {
            return Err(format!("`{text}` has an empty part (`//`)"));
        }
        Ok(Self { base: base.to_owned(), prefix })
    }

    /// Whether it covers a path.
    pub fn matches(&self, path: &str) -> bool {
        self.rest(path).is_some()
    }

    /// Whether it would cover a path if ASCII case did not matter.
    pub fn matches_ignoring_case(&self, path: &str) -> bool {
        let split = path.split_at_checked(self.base.len());
        split.is_some_and(|(base, rest)| base.eq_ignore_ascii_case(&self.base) && self.ends_well(path, rest))
    }

    /// What follows the pattern's base, with its leading slash: of `/a/*` and `/a/b/c` it is `/b/c`, of `/a` it is empty.
    pub fn rest<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(self.base.as_str())?;
        self.ends_well(path, rest).then_some(rest)
    }

    /// The path with this pattern's base replaced by that of another pattern of the same kind. A path parameter (RFC 3986
    /// section 3.3) at the end of the base stays at its end. None if another stands within, or `to` has no part to carry it.
    pub fn rewrite(&self, path: &str, to: &PathPattern) -> Option<String> {
        let (parameters, rest) = match self.rest(path) {
            Some(rest) => ("", rest),
            None => self.rest_behind_parameters(path).filter(|_| !to.base.is_empty())?,
        };
        let mut rewritten = String::with_capacity(to.base.len() + parameters.len() + rest.len());
        rewritten.push_str(&to.base);
        rewritten.push_str(parameters);
        rewritten.push_str(rest);
        if rewritten.is_empty() {
            rewritten.push('/'); // `/a` under `/a/*` -> `/*`
        }
        Some(rewritten)
    }

    /// Of `/a/*` and `/a;x=1/b` it is `;x=1` and `/b`.
    fn rest_behind_parameters<'a>(&self, path: &'a str) -> Option<(&'a str, &'a str)> {
        let behind = path.strip_prefix(self.base.as_str()).filter(|behind| behind.starts_with(';'))?;
        let (parameters, rest) = behind.split_at_checked(behind.find('/').unwrap_or(behind.len()))?;
        (self.prefix || rest.is_empty()).then_some((parameters, rest))
    }

    /// Whether it ends with `/*`.
    pub fn is_prefix(&self) -> bool {
        self.prefix
    }

    /// The exact path, or the prefix without its `/*`: empty for `/*`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether every path that `other` covers is covered.
    pub fn covers(&self, other: &PathPattern) -> bool {
        if !self.prefix {
            return self == other;
        }
        self.base.is_empty() || self.matches(&other.base)
    }

    fn ends_well(&self, path: &str, rest: &str) -> bool {
        match self.prefix {
            true => path.starts_with('/') && (rest.is_empty() || rest.starts_with('/')),
            false => rest.is_empty(),
        }
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.prefix { "/*" } else { "" };
        write!(f, "{}{star}", self.base)
    }
}

/// Whether a path is `base` (no slash at its end) or lies below it, in whatever ASCII case.
pub fn is_within(path: &str, base: &str) -> bool {
    let split = path.split_at_checked(base.len());
    split.is_some_and(|(start, rest)| start.eq_ignore_ascii_case(base) && (rest.is_empty() || rest.starts_with('/')))
}

/// Checks a path that the file names: one spelling only, nothing that a server could read in two ways.
///
/// # Errors
/// The reason.
pub(super) fn check(path: &str) -> Result<(), String> {
    if !path.starts_with('/') {
        return Err(format!("`{path}` does not begin with `/`"));
    }
    if path.contains("//") {
        return Err(format!("`{path}` has an empty part (`//`)"));
    }
    if path.split('/').any(|part| part == "." || part == "..") {
        return Err(format!("`{path}` has a part `.` or `..`"));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()+,=:@".contains(&byte);
    match path.chars().find(|c| !u8::try_from(*c).is_ok_and(allowed)) {
        Some('%') => Err(format!("`{path}` has a `%`; escapes are never decoded, so none can be written")),
        Some(';') => Err(format!("`{path}` has a `;`; path parameters are no part of it")),
        Some(other) => Err(format!("`{path}` contains {other:?}, which no path is written with")),
        None => Ok(()),
    }
}

coded!(struct PathPattern { base, prefix });

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> PathPattern {
        let pattern = PathPattern::parse(text).expect(text);
        assert_eq!(pattern.to_string(), text);
        pattern
    }

    #[test]
    fn exact() {
        let exact = pattern("/a/b");
        assert!(exact.matches("/a/b"));
        for path in ["/a/b/", "/a", "/a/bc", "/A/b", ""] {
            assert!(!exact.matches(path), "{path}");
        }
        assert!(exact.matches_ignoring_case("/A/B") && !exact.matches_ignoring_case("/A/B/"));
        assert!(pattern("/").matches("/") && !pattern("/").matches("/a"));
    }

    #[test]
    fn prefix() {
        let prefix = pattern("/a/*");
        assert_eq!(prefix.rest("/a"), Some(""));
        assert_eq!(prefix.rest("/a/"), Some("/"));
        assert_eq!(prefix.rest("/a/b/c"), Some("/b/c"));
        for path in ["/ab", "/", "", "/A/b", "x/a/b"] {
            assert_eq!(prefix.rest(path), None, "{path}");
        }
        assert!(prefix.matches_ignoring_case("/A/x") && !prefix.matches_ignoring_case("/AB"));
        assert!(pattern("/*").matches("/") && pattern("/*").matches("/a/b"));
        assert!(!pattern("/*").matches("") && !pattern("/*").matches("*"));
        assert!(!pattern("/a/*").matches_ignoring_case("é"));
    }

    #[test]
    fn rewriting() {
        let from = pattern("/SuperOffice/api/*");
        assert_eq!(from.rewrite("/SuperOffice/api/v1/x", &pattern("/api/*")).as_deref(), Some("/api/v1/x"));
        assert_eq!(from.rewrite("/SuperOffice/api", &pattern("/*")).as_deref(), Some("/"));
        assert_eq!(from.rewrite("/SuperOffice/api/", &pattern("/*")).as_deref(), Some("/"));
        assert_eq!(from.rewrite("/other", &pattern("/*")), None);
        assert_eq!(pattern("/a").rewrite("/a", &pattern("/b")).as_deref(), Some("/b"));
    }

    #[test]
    fn a_parameter_stays_on_its_part_or_ends_the_rewriting() {
        let from = pattern("/a/b/*");
        assert_eq!(from.rewrite("/a/b;x=1/c", &pattern("/d/*")).as_deref(), Some("/d;x=1/c"));
        assert_eq!(from.rewrite("/a/b;x=1", &pattern("/d/*")).as_deref(), Some("/d;x=1"));
        assert_eq!(from.rewrite("/a/b/c;x=1", &pattern("/*")).as_deref(), Some("/c;x=1"));
        assert_eq!(from.rewrite("/a;x=1/b/c", &pattern("/d/*")), None, "no part of the new path is that one");
        assert_eq!(from.rewrite("/a/b;x=1/c", &pattern("/*")), None, "no part of the new path is that one");
        assert_eq!(pattern("/a").rewrite("/a;x", &pattern("/b")).as_deref(), Some("/b;x"));
        assert_eq!(pattern("/a").rewrite("/a;x/c", &pattern("/b")), None);
        assert_eq!(pattern("/").rewrite("/;x", &pattern("/b")).as_deref(), Some("/b;x"));
    }

    #[test]
    fn covering() {
        assert!(pattern("/*").covers(&pattern("/")) && pattern("/*").covers(&pattern("/a/*")));
        assert!(pattern("/a/*").covers(&pattern("/a")) && pattern("/a/*").covers(&pattern("/a/b/*")));
        assert!(!pattern("/a/*").covers(&pattern("/ab/*")) && !pattern("/a/*").covers(&pattern("/*")));
        assert!(!pattern("/a").covers(&pattern("/a/*")));
    }

    #[test]
    fn within() {
        for path in ["/a/b", "/a/b/", "/A/b/c", "/a/B"] {
            assert!(is_within(path, "/a/b"), "{path}");
        }
        for path in ["/a", "/a/bc", "/x/a/b", "", "/aé"] {
            assert!(!is_within(path, "/a/b"), "{path}");
        }
    }

    #[test]
    fn refused() {
        for text in [
            "", "a", "*", "/a*", "/*/b", "/a/**", "//", "//*", "/a//b", "/a/./b", "/a/..", "/../*", "/%61", "/a\\b",
            "/a?b", "/a#b", "/a b", "/a\u{7f}", "/ü", "/a;b", "/a\n",
        ] {
            assert!(PathPattern::parse(text).is_err(), "{text}");
        }
    }
}
