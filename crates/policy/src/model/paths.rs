//! Paths that origins read in several ways, as far as a route takes them.

/// `paths = { … }` of a route: what it allows in a path. Of a path: what it has of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paths {
    /// `%2F`, which some origins take for a slash.
    pub encoded_slash: bool,
    /// An empty segment, which some origins leave out.
    pub double_slash: bool,
    /// An escape of a character that needs none (RFC 3986 section 2.3), which some origins decode before they look.
    pub needless_escapes: bool,
}

impl Paths {
    /// Whether it is anything at all.
    pub fn is_any(self) -> bool {
        self != Self::default()
    }

    /// Whether a route that allows this takes a path that has those.
    pub fn allows(self, found: Self) -> bool {
        (self.encoded_slash || !found.encoded_slash)
            && (self.double_slash || !found.double_slash)
            && (self.needless_escapes || !found.needless_escapes)
    }

    /// The two together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            encoded_slash: self.encoded_slash || other.encoded_slash,
            double_slash: self.double_slash || other.double_slash,
            needless_escapes: self.needless_escapes || other.needless_escapes,
        }
    }
}

coded!(struct Paths { encoded_slash, double_slash, needless_escapes });
