//! Patterns for names of fields.

use std::fmt;

/// `cons_id`, or with `*` for any characters, none included: `*_cons_id`, `card_*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPattern {
    text: String,
}

impl FieldPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_*".contains(&byte);
        if text.is_empty() || text.len() > 64 || !text.bytes().all(allowed) {
            return Err(format!(
                "`{text}` is not the name of a field; write a-z, 0-9 and `_`, and `*` for any characters: every case is covered"
            ));
        }
        if text.bytes().all(|byte| byte == b'*') {
            return Err(format!("`{text}` covers every name; write a part of those that are meant"));
        }
        Ok(Self { text: text.to_owned() })
    }

    /// Covers that name alone.
    pub fn exact(name: &str) -> Self {
        Self { text: name.to_ascii_lowercase().replace(['-', '.'], "_") }
    }

    /// Whether it covers a name, folded as the most forgiving origin reads it: in lower case, with `_` for `.` and `-`.
    pub fn covers(&self, folded: &[u8]) -> bool {
        let mut rest = folded;
        let mut parts = self.text.split('*').peekable();
        let first = parts.next().unwrap_or_default();
        let Some(after) = rest.strip_prefix(first.as_bytes()) else { return false };
        if parts.peek().is_none() {
            return after.is_empty();
        }
        rest = after;
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return rest.ends_with(part.as_bytes());
            }
            // The leftmost fit leaves most for what follows.
            let fits = (0..=rest.len()).find_map(|at| rest.get(at..)?.strip_prefix(part.as_bytes()));
            let Some(after) = fits else { return false };
            rest = after;
        }
        true
    }
}

impl fmt::Display for FieldPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

coded!(struct FieldPattern { text });

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, name: &str) -> bool {
        FieldPattern::parse(pattern).unwrap().covers(name.as_bytes())
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name) in [
            ("cons_id", "cons_id"),
            ("*_cons_id", "current_cons_id"),
            ("card_*", "card_"),
            ("*pass*word*", "my_pass_the_word_2"),
            ("a*a", "aa"),
            ("*ab", "aab"),
            ("*a*b", "abab"),
        ] {
            assert!(covers(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("cons_id", "cons_id2"), ("*_cons_id", "cons_id"), ("a*a", "a"), ("card_*", "a_card_"), ("*a*b", "ba")]
        {
            assert!(!covers(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_no_pattern() {
        for text in ["", "*", "**", "Cons_id", "cons-id", "a b", "ü", "a%"] {
            assert!(FieldPattern::parse(text).is_err(), "{text}");
        }
    }
}
