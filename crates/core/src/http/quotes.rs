//! Quoted strings in the values of header fields (RFC 9110 section 5.6.4).

/// Follows a value from its beginning, and knows what stands in quotes.
#[derive(Debug, Default)]
pub struct Quotes {
    is_open: bool,
    is_escaped: bool,
}

impl Quotes {
    /// Goes past the next character. Whether it stands outside quoted strings; a quote that opens one does.
    pub fn pass(&mut self, next: char) -> bool {
        let is_outside = !self.is_open;
        self.is_open ^= next == '"' && !self.is_escaped;
        self.is_escaped = self.is_open && next == '\\' && !self.is_escaped;
        is_outside
    }

    /// Whether a quoted string was opened and not closed.
    pub fn is_open(&self) -> bool {
        self.is_open
    }
}

#[cfg(test)]
mod tests {
    use super::Quotes;

    #[test]
    fn what_stands_outside() {
        for (text, outside, is_open) in [
            ("a, b", "a, b", false),
            (r#"a="b, c", d"#, r#"a=", d"#, false),
            (r#"a="b\", c", d"#, r#"a=", d"#, false),
            (r#"a="b\\", d"#, r#"a=", d"#, false),
            (r#"a="b"#, r#"a=""#, true),
            (r"a\, b", r"a\, b", false),
        ] {
            let mut quotes = Quotes::default();
            let found: String = text.chars().filter(|c| quotes.pass(*c)).collect();
            assert_eq!((found.as_str(), quotes.is_open()), (outside, is_open), "{text}");
        }
    }
}
