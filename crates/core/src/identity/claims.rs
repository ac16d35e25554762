//! What was said of a caller: claims by their paths, each with its values.
//!
//! It does not matter here who said it, or in which form it came: a claim was read once, strictly, and is compared and told
//! as it was read. What cannot be read is not there.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::policy::{EMAIL, claim_names, email};

/// The claims that a policy asks for, as far as they are there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims(Option<Arc<[Claim]>>);

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Claim {
    path: String,
    /// Never empty, and none of them is.
    values: Vec<String>,
}

impl Claims {
    /// Reads those of these paths in what an issuer said.
    ///
    /// # Example
    /// ```
    /// use edgegate_core::identity::claims::Claims;
    ///
    /// let said = serde_json::json!({"groups": ["staff", "north"], "email": "jo@example.org", "email_verified": false});
    /// let paths = ["groups".to_owned(), "email".to_owned()];
    /// let claims = Claims::read(&paths, said.as_object().unwrap());
    /// assert_eq!(claims.values("groups"), ["staff", "north"]);
    /// assert!(claims.values("email").is_empty()); // not verified
    /// ```
    pub fn read(paths: &[String], said: &Map<String, Value>) -> Self {
        let read = |path: &String| Claim { path: path.clone(), values: values(path, said) };
        let claims: Vec<Claim> = paths.iter().map(read).filter(|claim| !claim.values.is_empty()).collect();
        Self((!claims.is_empty()).then(|| claims.into()))
    }

    /// As a session's record keeps them.
    pub fn to_json(&self) -> Value {
        let claims = self.0.iter().flat_map(|claims| claims.iter());
        claims.map(|claim| (claim.path.clone(), Value::from(claim.values.clone()))).collect::<Map<_, _>>().into()
    }

    /// From the record of a session; None for anything that [`Claims::to_json`] did not write.
    pub fn from_json(json: Value) -> Option<Self> {
        let Value::Object(members) = json else { return None };
        let mut claims = Vec::with_capacity(members.len());
        for (path, values) in members {
            let Value::Array(values) = values else { return None };
            let texts = values.into_iter().map(|value| if let Value::String(text) = value { Some(text) } else { None });
            claims.push(Claim { path, values: texts.collect::<Option<_>>()? });
        }
        Some(Self((!claims.is_empty()).then(|| claims.into())))
    }

    /// Bytes of all of them.
    pub fn size(&self) -> usize {
        let claims = self.0.iter().flat_map(|claims| claims.iter());
        claims.map(|claim| claim.path.len() + claim.values.iter().map(|value| value.len() + 3).sum::<usize>()).sum()
    }

    /// The values of one; none: it is not there.
    pub fn values(&self, path: &str) -> &[String] {
        let claim = self.0.iter().flat_map(|claims| claims.iter()).find(|claim| claim.path == path);
        claim.map_or(&[], |claim| claim.values.as_slice())
    }
}

/// The subject, which an issuer says in the claim of that name. One in `email` is an address, and there only where that claim
/// would be: rules and origins take either for the same proof.
///
/// # Example
/// ```
/// use edgegate_core::identity::claims::subject;
///
/// let said = serde_json::json!({"sub": "1001", "email": "jo@Example.org", "email_verified": true});
/// let said = said.as_object().unwrap();
/// assert_eq!(subject("sub", said).as_deref(), Some("1001"));
/// assert_eq!(subject("email", said).as_deref(), Some("jo@example.org"));
/// ```
pub fn subject(name: &str, said: &Map<String, Value>) -> Option<String> {
    let text = said.get(name)?.as_str()?;
    match name == EMAIL {
        true => email(text).filter(|_| is_verified(said)),
        false => Some(text.to_owned()),
    }
}

/// The claim at a path.
pub fn at<'a>(said: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut names = claim_names(path).into_iter();
    let first = said.get(&names.next()?)?;
    names.try_fold(first, |value, name| value.get(name))
}

/// The values of a claim: a text, a whole number, `true` or `false`, or each of a list of these. A text is one value as it
/// stands; only that of a claim which is a list of words by its standard is split at its spaces.
fn values(path: &str, said: &Map<String, Value>) -> Vec<String> {
    let mut values: Vec<String> = match at(said, path) {
        Some(Value::Array(items)) => items.iter().filter_map(text).collect(),
        Some(Value::String(words)) if SPACED.contains(&path) => words.split(' ').map(str::to_owned).collect(),
        Some(value) => text(value).into_iter().collect(),
        None => Vec::new(),
    };
    if path == EMAIL {
        let is_verified = is_verified(said);
        values = values.iter().filter(|_| is_verified).filter_map(|value| email(value)).collect();
    }
    values.retain(|value| !value.is_empty());
    values
}

/// Whether the issuer says that the address is its holder's.
fn is_verified(said: &Map<String, Value>) -> bool {
    said.get(VERIFIED).is_some_and(|said| *said == Value::Bool(true) || said == "true")
}

/// Numbers with a fraction or an exponent have many spellings, so they are none.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

/// `scope` of RFC 8693 section 4.2 and RFC 9068 section 2.2.3; Microsoft Entra's `scp` is the same under another name.
const SPACED: [&str; 2] = ["scope", "scp"];
/// OpenID Connect Core section 5.1. Amazon Cognito and others say it as a text.
const VERIFIED: &str = "email_verified";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(path: &str, said: Value) -> Vec<String> {
        Claims::read(&[path.to_owned()], said.as_object().unwrap()).values(path).to_vec()
    }

    #[test]
    fn each_form_of_a_claim() {
        assert_eq!(of("groups", json!({"groups": "staff"})), ["staff"]);
        assert_eq!(
            of("groups", json!({"groups": ["staff", "", "not admin", ["admin"], {"a": "admin"}, null]})),
            ["staff", "not admin"]
        );
        assert_eq!(of("groups", json!({"groups": "staff admin"})), ["staff admin"], "a text is one value");
        assert_eq!(of("scope", json!({"scope": "read  write"})), ["read", "write"]);
        assert_eq!(of("scp", json!({"scp": ["read", "write all"]})), ["read", "write all"]);
        assert_eq!(of("a.scope", json!({"a": {"scope": "read write"}})), ["read write"]);
        assert_eq!(
            of("n", json!({"n": [7, -7, true, 1.0, 1e3, u64::MAX]})),
            ["7", "-7", "true", "18446744073709551615"]
        );
        for nothing in [
            json!({}),
            json!({"groups": null}),
            json!({"groups": ""}),
            json!({"groups": []}),
            json!({"groups": {"a": "b"}}),
        ] {
            assert!(of("groups", nothing).is_empty());
        }
    }

    #[test]
    fn paths() {
        let said = json!({"realm_access": {"roles": ["read"]}, "https://example.org/roles": ["write"], "cognito:groups": ["staff"],
            "a.b": "dotted", "a": {"b": "nested", "c.d": {"e": "deep"}}, "list": [{"a": "b"}]});
        for (path, value) in [
            ("realm_access.roles", Some("read")),
            ("https://example.org/roles", Some("write")),
            ("cognito:groups", Some("staff")),
            ("a.b", Some("nested")),
            (r"a\.b", Some("dotted")),
            (r"a.c\.d.e", Some("deep")),
            ("a.c.d.e", None),
            ("realm_access.roles.read", None),
            ("list.a", None),
            ("list.0.a", None),
            ("realm_access", None),
        ] {
            assert_eq!(of(path, said.clone()).first().map(String::as_str), value, "{path}");
        }
    }

    #[test]
    fn an_address_counts_where_its_issuer_says_that_it_is_verified() {
        let with = |verified: Value| of("email", json!({"email": "Jo@Example.org", "email_verified": verified}));
        assert_eq!(with(json!(true)), ["Jo@example.org"]);
        assert_eq!(with(json!("true")), ["Jo@example.org"]);
        for not in [json!(false), json!("false"), json!("True"), json!(1), json!("1"), json!(null), json!([true])] {
            assert!(with(not.clone()).is_empty(), "{not}");
        }
        assert!(of("email", json!({"email": "jo@example.org"})).is_empty());
        assert!(of("email", json!({"email": "jo@example.org", "xms_edov": true})).is_empty());
        assert!(of("email", json!({"email": "x@evil.example@example.org", "email_verified": true})).is_empty());
        assert_eq!(of("a.email", json!({"a": {"email": "jo"}})), ["jo"], "only the standard's claim is an address");
    }
}
