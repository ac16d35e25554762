//! Values of claims as a policy writes them, and e-mail addresses in the one form in which they are compared.

use std::fmt;

/// The claim whose values are e-mail addresses, and count only where `email_verified` is true.
pub const EMAIL: &str = "email";

/// A value, or all that begin or end as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimPattern {
    text: String,
    star: Star,
}

/// Where the `*` stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Star {
    Nowhere,
    InFront,
    AtEnd,
}

impl ClaimPattern {
    /// Reads a value of that claim.
    ///
    /// # Errors
    /// The reason.
    ///
    /// # Example
    /// ```
    /// use edgegate_policy::ClaimPattern;
    ///
    /// let staff = ClaimPattern::parse("groups", "staff-*").unwrap();
    /// assert!(staff.matches("staff-north") && !staff.matches("Staff-north"));
    /// let people = ClaimPattern::parse("email", "*@Example.org").unwrap();
    /// assert!(people.matches("Jo@example.org"));
    /// assert!(ClaimPattern::parse("email", "*example.org").is_err(), "it would hold for jo@evilexample.org");
    /// ```
    pub fn parse(claim: &str, text: &str) -> Result<Self, String> {
        let shown = text.escape_debug();
        if !(1..=256).contains(&text.len()) {
            return Err(String::from("must be 1 to 256 bytes of text"));
        }
        let (text, star) = match (text.strip_prefix('*'), text.strip_suffix('*')) {
            (Some(""), _) => return Err(String::from("`*` alone is any value; write `[]` for that")),
            (Some(rest), _) => (rest, Star::InFront),
            (_, Some(rest)) => (rest, Star::AtEnd),
            (None, None) => (text, Star::Nowhere),
        };
        if text.contains('*') {
            return Err(format!("`{shown}`: a `*` may stand once, at the beginning or at the end"));
        }
        if claim != EMAIL {
            return Ok(Self { text: text.to_owned(), star });
        }
        let text = match (star, text.split_once('@')) {
            (Star::InFront, Some(("", domain))) => {
                email(&format!("a@{domain}")).and_then(|a| a.get(1..).map(str::to_owned))
            }
            (Star::Nowhere, _) => email(text),
            _ => None,
        };
        let reason = || {
            format!("`{shown}` is no e-mail address, and a `*` stands for all that is before the `@`: `*@example.org`")
        };
        Ok(Self { text: text.ok_or_else(reason)?, star })
    }

    /// Whether a value is this one, or one of these. Of an address both have to be read by [`email`].
    pub fn matches(&self, value: &str) -> bool {
        match self.star {
            Star::Nowhere => value == self.text,
            Star::InFront => value.ends_with(&self.text),
            Star::AtEnd => value.starts_with(&self.text),
        }
    }

    /// Whether every value of another is also one of these.
    pub(crate) fn covers(&self, other: &ClaimPattern) -> bool {
        (other.star == Star::Nowhere || other.star == self.star) && self.matches(&other.text)
    }
}

impl fmt::Display for ClaimPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.star {
            Star::Nowhere => f.write_str(&self.text),
            Star::InFront => write!(f, "*{}", self.text),
            Star::AtEnd => write!(f, "{}*", self.text),
        }
    }
}

/// An e-mail address in the one form in which it is compared and told: the domain in lower case, what is before the `@` as
/// it is, since only the domain's own server knows whether case means something there (RFC 5321 section 2.4). None unless
/// there is one `@` with something on both sides: what could be read in two ways is no address.
pub fn email(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let is_odd = |c: char| c.is_control() || c.is_whitespace();
    if local.is_empty() || domain.is_empty() || domain.contains('@') || text.contains(is_odd) {
        return None;
    }
    Some([local, "@", &domain.to_ascii_lowercase()].concat())
}

coded!(struct ClaimPattern { text, star });
coded!(enum Star { 0 Nowhere, 1 InFront, 2 AtEnd });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let is = |claim: &str, pattern: &str, value: &str| ClaimPattern::parse(claim, pattern).unwrap().matches(value);
        assert!(is("groups", "staff", "staff") && !is("groups", "staff", "staffs") && !is("groups", "staff", "Staff"));
        assert!(is("groups", "a*", "a") && is("groups", "a*", "a/b: c") && !is("groups", "a*", "ba"));
        assert!(is("groups", "*a", "a") && is("groups", "*a", "b/ca") && !is("groups", "*a", "ab"));
        assert!(is("email", "*@Example.ORG", "Jo@example.org") && !is("email", "*@example.org", "jo@a.example.org"));
        assert!(is("email", "Jo@Example.org", "Jo@example.org") && !is("email", "Jo@example.org", "jo@example.org"));
        for (claim, text) in [
            ("groups", ""),
            ("groups", "*"),
            ("groups", "**"),
            ("groups", "a*b"),
            ("groups", "*a*"),
            ("email", "*example.org"),
            ("email", "*.example.org"),
            ("email", "jo@*"),
            ("email", "jo*@example.org"),
            ("email", "*@"),
            ("email", "*@a@b"),
            ("email", "@example.org"),
            ("email", "example.org"),
            ("email", "a b@example.org"),
        ] {
            assert!(ClaimPattern::parse(claim, text).is_err(), "{claim} {text}");
        }
    }

    #[test]
    fn addresses() {
        assert_eq!(email("Jo@EXAMPLE.org").as_deref(), Some("Jo@example.org"));
        for text in ["", "jo", "@example.org", "jo@", "jo@evil.example@example.org", "jo @example.org", "jo@a\r\nb"] {
            assert_eq!(email(text), None, "{text:?}");
        }
    }
}
