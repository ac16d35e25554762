//! What KV keeps of a credential that Edgegate issued. `docs/storage.md` shows each.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::identity::Identity;
use crate::identity::person::Person;
use crate::refusal::Reason;

/// The record of a token, a session or a nonce, under a digest of the credential.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Subject.
    pub sub: String,
    /// Client (RFC 6749 section 1.1).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client: String,
    /// Scopes, separated by a space.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Resources (RFC 8707) of a grant, separated by a space.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resources: String,
    /// How often a grant was refreshed: tokens of earlier generations are dead.
    #[serde(skip_serializing_if = "is_zero")]
    pub generation: u64,
    /// Unix seconds after which a grant is refreshed no more.
    #[serde(skip_serializing_if = "is_zero")]
    pub ends: u64,
    /// At which issuer the subject is one, if not at this gateway; empty for its own.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub issuer: String,
    /// Who a provider says it is, of a session that one opened.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "person")]
    pub person: Option<Arc<Person>>,
    /// Unix seconds; checked here, not left to KV's own expiry.
    pub exp: u64,
    /// What is left of a credential that was revoked.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub revoked: bool,
}

impl Record {
    /// What stands in the place of a record that was revoked, until `ends` (Unix seconds).
    pub fn tombstone(ends: u64) -> Self {
        Self { exp: ends, revoked: true, ..Self::default() }
    }

    /// As whom a credential with this record goes through.
    pub fn identity(self, kind: &'static str, key_id: &str) -> Identity {
        let scope = self.scopes();
        let client = Some(self.client).filter(|client| !client.is_empty());
        let issuer = Some(self.issuer).filter(|issuer| !issuer.is_empty());
        let known = Identity { subject: Some(self.sub), client, scope, issuer, ..Identity::by_key(kind, key_id) };
        match self.person {
            None => known,
            Some(person) => Identity {
                issuer: Some(person.issuer.clone()).filter(|issuer| !issuer.is_empty()),
                claims: person.claims.clone(),
                person: Some(person),
                ..known
            },
        }
    }

    /// As stored.
    ///
    /// # Errors
    /// `Internal`; a struct of strings and numbers always has a JSON form.
    pub fn to_json(&self) -> Result<String, Reason> {
        serde_json::to_string(self).map_err(|_| Reason::Internal)
    }

    /// From a store that was asked for it. What is there and cannot be read must not count as missing: then a session would
    /// end, and a revocation would have nothing to revoke.
    ///
    /// # Errors
    /// `VaultUnavailable`.
    pub fn found(text: Option<&str>) -> Result<Option<Self>, Reason> {
        text.map(|text| Self::from_json(text).ok_or(Reason::VaultUnavailable)).transpose()
    }

    /// From storage; None for anything that this gateway did not write.
    pub fn from_json(text: &str) -> Option<Self> {
        let Value::Object(members) = serde_json::from_slice(text.as_bytes()).ok()? else { return None };
        // Member by member: derived readers and their messages are a twentieth of the wasm.
        let mut record = Self::default();
        let mut required = 0;
        for (name, value) in members {
            match (name.as_str(), value) {
                ("sub", Value::String(text)) => (record.sub, required) = (text, required + 1),
                ("exp", Value::Number(number)) => (record.exp, required) = (number.as_u64()?, required + 1),
                ("client", Value::String(text)) => record.client = text,
                ("issuer", Value::String(text)) => record.issuer = text,
                ("scope", Value::String(text)) => record.scope = text,
                ("resources", Value::String(text)) => record.resources = text,
                ("generation", Value::Number(number)) => record.generation = number.as_u64()?,
                ("ends", Value::Number(number)) => record.ends = number.as_u64()?,
                ("revoked", Value::Bool(flag)) => record.revoked = flag,
                ("person", json) => record.person = Some(Arc::new(Person::from_json(json)?)),
                _ => return None,
            }
        }
        (required == 2).then_some(record)
    }

    /// The scopes as a list.
    pub fn scopes(&self) -> Vec<String> {
        self.scope.split_ascii_whitespace().map(str::to_owned).collect()
    }
}

fn person<S: Serializer>(person: &Option<Arc<Person>>, to: S) -> Result<S::Ok, S::Error> {
    person.as_ref().map(|person| person.to_json()).serialize(to)
}

/// Asked by reference, as serde does.
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Whether a text can be a subject or a client id: it becomes a header, so printable ASCII, 1 to 255.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 255 && text.bytes().all(|b| b.is_ascii_graphic())
}

/// Whether a text is a list of scope tokens (RFC 6749 section 3.3).
pub fn is_scope(text: &str) -> bool {
    let token = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    text.len() <= 1024 && text.split(' ').all(|scope| !scope.is_empty() && scope.bytes().all(token)) || text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::Record;
    use crate::refusal::Reason;

    #[test]
    fn what_cannot_be_read_is_not_missing() {
        assert_eq!(Record::found(None), Ok(None));
        for text in
            ["", "{}", "null", "e2e: no record", r#"{"sub":"1001002"}"#, r#"{"sub":"1001002","exp":1,"more":2}"#]
        {
            assert_eq!(Record::found(Some(text)), Err(Reason::VaultUnavailable), "{text}");
        }
        let record = Record { sub: "1001002".to_owned(), exp: 1, ..Record::default() };
        assert_eq!(Record::found(record.to_json().as_deref().ok()), Ok(Some(record)));
    }
}
