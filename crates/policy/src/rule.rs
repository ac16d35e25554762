//! What a route asks of its caller (`require`), and what it tells the origin of one (`headers`): claims, by their names.
//!
//! A claim is what an issuer says of a person or a program, or the subject of a credential. Where it came from makes no
//! difference here.

use std::fmt;

use crate::{ClaimPattern, NamePattern};

/// The subject of the credential, of whichever kind. No claim of a token has this name here.
pub const SUBJECT: &str = "subject";

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

coded!(struct Rule { claim, values });
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
