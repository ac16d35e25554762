//! Parameters of an OAuth request (RFC 6749 section 3.1 and 3.2): decoded, and none that is known twice.

use crate::http::query;
use crate::refusal::Reason;

/// What of a request is known to its endpoint. A parameter without a value counts as left out.
#[derive(Debug, Default)]
pub struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Reads the parameters of those names; whatever else is there has no meaning.
    ///
    /// # Errors
    /// `ParameterDuplicate`, `ParameterShadowed`; `OAuthParameter` for what is no text, or holds control characters.
    pub fn read(forms: &[&str], known: &[&'static str]) -> Result<Self, Reason> {
        let mut found: Vec<(&'static str, String)> = Vec::new();
        let is_shadow = |name: &str| known.iter().any(|known| *known != name && query::folds_onto(name, known));
        if forms.iter().flat_map(|form| query::names(form)).any(is_shadow) {
            return Err(Reason::ParameterShadowed);
        }
        for param in forms.iter().flat_map(|form| query::params(form)) {
            let Some(name) = known.iter().find(|known| **known == param.name) else { continue };
            let value = String::from_utf8(query::decode(param.value)).map_err(|_| Reason::OAuthParameter)?;
            if value.chars().any(char::is_control) {
                return Err(Reason::OAuthParameter);
            }
            // RFC 8707 section 2: of these there may be several.
            if *name != "resource" && found.iter().any(|(earlier, _)| earlier == name) {
                return Err(Reason::ParameterDuplicate);
            }
            found.push((name, value));
        }
        found.retain(|(_, value)| !value.is_empty());
        Ok(Self(found))
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The same of one that has to be there.
    ///
    /// # Errors
    /// `OAuthParameter`
    pub fn need(&self, name: &str) -> Result<&str, Reason> {
        self.get(name).ok_or(Reason::OAuthParameter)
    }

    /// Every value of a parameter that may stand there several times.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whether nothing that is known was sent.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_read_once() {
        let read = |form: &str| Parameters::read(&[form], &["state", "resource"]);
        assert_eq!(read("state=a+b%21&x=1&x=2").unwrap().get("state"), Some("a b!"));
        assert_eq!(read("state=").unwrap().get("state"), None);
        assert_eq!(read("resource=a&resource=b").unwrap().all("resource").count(), 2);
        assert_eq!(read("state=1&state=1").unwrap_err(), Reason::ParameterDuplicate);
        assert_eq!(read("state=1&%73tate=2").unwrap_err(), Reason::ParameterShadowed);
        assert_eq!(read("State=1").unwrap_err(), Reason::ParameterShadowed);
        assert_eq!(read("state=%ff").unwrap_err(), Reason::OAuthParameter);
        assert_eq!(read("state=%0a").unwrap_err(), Reason::OAuthParameter);
    }
}
