//! As whom a request goes through.

pub mod claims;
pub mod person;

use std::sync::Arc;

use crate::identity::claims::Claims;
use crate::identity::person::Person;
use crate::policy::{Rule, SUBJECT};

/// As whom a request goes through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Which kind of credential opened the route, as the log names it.
    pub kind: &'static str,
    /// Who.
    pub subject: Option<String>,
    /// The client (RFC 6749 section 1.1) that the credential was issued to.
    pub client: Option<String>,
    /// Granted scopes.
    pub scope: Vec<String>,
    /// Who issued the credential, if it was not this gateway: a subject is unique only there.
    pub issuer: Option<String>,
    /// Id of the key that authenticated it, or name of the issuer.
    pub key_id: Option<String>,
    /// What its issuer says of it beside that, as far as the policy asks.
    pub claims: Claims,
    /// Who a provider says it is, where one signed somebody in.
    pub person: Option<Arc<Person>>,
    /// The code of the reason why that provider did not say whether it still holds, where it was asked for this request.
    pub unanswered: Option<&'static str>,
    /// It may act for other accounts.
    pub acts_for_others: bool,
}

impl Identity {
    /// What an authentic credential says before its record is read.
    pub fn by_key(kind: &'static str, key_id: &str) -> Self {
        Self { kind, key_id: Some(key_id.to_owned()), ..Self::default() }
    }

    /// The values of a claim, or the subject.
    pub fn said(&self, claim: &str) -> impl Iterator<Item = &str> {
        let (subject, values) = match claim {
            SUBJECT => (self.subject.as_deref(), &[][..]),
            claim => (None, self.claims.values(claim)),
        };
        subject.into_iter().chain(values.iter().map(String::as_str))
    }

    /// The first of these rules that does not hold.
    pub fn unmet<'r>(&self, rules: &'r [Rule]) -> Option<&'r Rule> {
        rules.iter().find(|rule| !rule.holds(self.said(&rule.claim)))
    }

    /// That of a request that needed no credential.
    pub fn none() -> Self {
        Self { kind: "none", ..Self::default() }
    }
}
