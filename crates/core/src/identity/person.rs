//! Who somebody is by the word of the provider that signed them in: what a session keeps of it.

use serde_json::{Map, Value, json};

use crate::identity::claims::Claims;

/// Who somebody is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// The provider's name in the policy; empty of who came by a link that was sent by e-mail.
    pub provider: String,
    /// `iss`: a subject is unique only there.
    pub issuer: String,
    /// `sid`: the provider's own session (OpenID Connect Front-Channel Logout section 3); empty if it did not say.
    pub sid: String,
    /// `name`, for pages; empty if it did not say.
    pub name: String,
    /// `email`, if the provider says that it is verified; else empty.
    pub email: String,
    /// What the policy asks for.
    pub claims: Claims,
    /// When the provider said so (Unix seconds).
    pub checked: u64,
    /// Its refresh token, enciphered for this session alone ([`crate::sealed::hidden`]); empty if it gave none.
    pub refresh: String,
}

impl Person {
    /// What a page calls somebody: the name, the address, or nothing.
    pub fn title(&self) -> Option<&str> {
        [&self.name, &self.email].into_iter().map(String::as_str).find(|text| !text.is_empty())
    }

    /// As a record keeps it.
    pub fn to_json(&self) -> Value {
        let Self { provider, issuer, sid, name, email, claims, checked, refresh } = self;
        json!({
            "provider": provider, "issuer": issuer, "sid": sid, "name": name, "email": email,
            "claims": claims.to_json(), "checked": checked, "refresh": refresh,
        })
    }

    /// From a record; None for anything that [`Person::to_json`] did not write.
    pub fn from_json(json: Value) -> Option<Self> {
        let Value::Object(mut members) = json else { return None };
        let text = |members: &mut Map<String, Value>, name: &str| match members.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        Some(Self {
            provider: text(&mut members, "provider")?,
            issuer: text(&mut members, "issuer")?,
            sid: text(&mut members, "sid")?,
            name: text(&mut members, "name")?,
            email: text(&mut members, "email")?,
            claims: Claims::from_json(members.remove("claims")?)?,
            checked: members.remove("checked")?.as_u64()?,
            refresh: text(&mut members, "refresh")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_keeps_all_of_it() {
        let said = json!({"groups": ["staff", "north"], "n": 7});
        let paths = ["groups".to_owned(), "n".to_owned()];
        let person = Person {
            provider: "demo".to_owned(),
            issuer: "https://id.example.org".to_owned(),
            name: "Jo".to_owned(),
            claims: Claims::read(&paths, said.as_object().unwrap()),
            checked: 1_800_000_000,
            ..Person::default()
        };
        assert_eq!(Person::from_json(person.to_json()), Some(person.clone()));
        assert_eq!(person.claims.values("groups"), ["staff", "north"]);
        assert_eq!(person.title(), Some("Jo"));
        assert_eq!(Person::from_json(json!({"provider": "demo"})), None);
    }
}
