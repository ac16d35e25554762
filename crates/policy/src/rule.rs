//! What a route asks of its caller (`require`), and what it tells the origin of one (`headers`): claims, by their names.
//!
//! A claim is what an issuer says of a person or a program, or the subject of a credential. Where it came from makes no
//! difference here.

use std::fmt;

use crate::{NamePattern, Route};

/// The subject of the credential, of whichever kind. No claim of a token has this name here.
pub const SUBJECT: &str = "subject";
/// The claim whose values are e-mail addresses, and count only where `email_verified` is true.
pub const EMAIL: &str = "email";

/// A claim that has to be there, with one of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// [`SUBJECT`], or the path of a claim.
    pub claim: String,
    /// Empty: any value.
    pub values: Vec<ClaimPattern>,
}

impl Rule {
    /// Whether one of the values that are there is one of those that are asked for.
    pub fn holds<'a>(&self, mut said: impl Iterator<Item = &'a str>) -> bool {
        said.any(|value| self.values.is_empty() || self.values.iter().any(|pattern| pattern.matches(value)))
    }

    /// Whether it holds wherever another rule does.
    pub fn follows_from(&self, other: &Rule) -> bool {
        let is_covered = |value: &ClaimPattern| self.values.iter().any(|pattern| pattern.covers(value));
        self.claim == other.claim
            && (self.values.is_empty() || (!other.values.is_empty() && other.values.iter().all(is_covered)))
    }
}

/// As a sentence has it: `groups` is one of `staff`, `admin-*`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> = self.values.iter().map(|value| format!("`{value}`")).collect();
        match values.as_slice() {
            [] => write!(f, "`{}` is there", self.claim),
            [value] => write!(f, "`{}` is {value}", self.claim),
            values => write!(f, "`{}` is one of {}", self.claim, values.join(", ")),
        }
    }
}

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
    fn covers(&self, other: &ClaimPattern) -> bool {
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

/// The names along the path of a claim, each a member of the one before. A dot parts them, unless a backslash stands in
/// front of it. Names of a vendor's own are addresses (RFC 7519 section 4.2), whose dots lead nowhere.
///
/// # Example
/// ```
/// use edgegate_policy::claim_names;
///
/// assert_eq!(claim_names("realm_access.roles"), ["realm_access", "roles"]);
/// assert_eq!(claim_names(r"resource_access.my\.app.roles"), ["resource_access", "my.app", "roles"]);
/// assert_eq!(claim_names("https://example.org/roles"), ["https://example.org/roles"]);
/// ```
pub fn claim_names(path: &str) -> Vec<String> {
    if path.contains("://") {
        return vec![path.to_owned()];
    }
    let mut names: Vec<String> = Vec::new();
    let mut goes_on = false;
    for piece in path.split('.') {
        let (text, is_open) = piece.strip_suffix('\\').map_or((piece, false), |text| (text, true));
        match names.last_mut().filter(|_| goes_on) {
            Some(name) => name.extend([".", text]),
            None => names.push(text.to_owned()),
        }
        goes_on = is_open;
    }
    names
}

/// A header field in which an origin is told a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimField {
    /// Its name.
    pub name: String,
    /// [`SUBJECT`], or the path of a claim.
    pub claim: String,
}

/// What the routes of a policy ask for and tell, together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedClaims {
    /// Paths of claims, in order. Of what an issuer says the rest is forgotten.
    pub paths: Vec<String>,
    /// Fields that no client may write, on any route.
    pub fields: Vec<NamePattern>,
}

impl WantedClaims {
    /// Those of all routes.
    pub(crate) fn of<'r>(routes: impl Iterator<Item = &'r Route> + Clone) -> Self {
        let required = routes.clone().flat_map(|route| route.require.iter().map(|rule| &rule.claim));
        let told = routes.clone().flat_map(|route| route.headers.iter().map(|field| &field.claim));
        let mut paths: Vec<String> = required.chain(told).filter(|claim| *claim != SUBJECT).cloned().collect();
        paths.sort_unstable();
        paths.dedup();
        let names = routes.flat_map(|route| route.headers.iter().map(|field| field.name.to_ascii_lowercase()));
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names.dedup();
        let fields = names.iter().filter_map(|name| NamePattern::parse(name).ok()).map(NamePattern::folded).collect();
        Self { paths, fields }
    }
}

coded!(struct Rule { claim, values });
coded!(struct ClaimPattern { text, star });
coded!(enum Star { 0 Nowhere, 1 InFront, 2 AtEnd });
coded!(struct ClaimField { name, claim });
coded!(struct WantedClaims { paths, fields });

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(claim: &str, values: &[&str]) -> Rule {
        let values = values.iter().map(|value| ClaimPattern::parse(claim, value).unwrap()).collect();
        Rule { claim: claim.to_owned(), values }
    }

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

    proptest! {
        /// Over few letters, so that values meet.
        #[test]
        fn what_follows_holds_wherever_the_other_holds(
            one in prop::collection::vec("[ab]{1,2}|\\*[ab]{1,2}|[ab]{1,2}\\*", 0..4),
            other in prop::collection::vec("[ab]{1,2}|\\*[ab]{1,2}|[ab]{1,2}\\*", 0..4),
            said in prop::collection::vec("[ab]{0,3}", 0..3),
        ) {
            let texts = |list: &[String]| rule("groups", &list.iter().map(String::as_str).collect::<Vec<_>>());
            let (one, other) = (texts(&one), texts(&other));
            prop_assert!(one.follows_from(&one));
            let holds = |rule: &Rule| rule.holds(said.iter().map(String::as_str));
            prop_assert!(!one.follows_from(&other) || !holds(&other) || holds(&one));
            prop_assert!(!rule("roles", &[]).follows_from(&other));
        }
    }
}
