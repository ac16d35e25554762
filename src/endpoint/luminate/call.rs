//! One call of the API: its parameters, from query and body, each read once.

use crate::dialect::luminate::{CREDENTIALS, Manner, REDIRECTS};
use crate::gate::credentials::Visit;
use crate::gate::form;
use crate::http::query;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::rewrite::NewBody;

/// A call as it came.
#[derive(Debug)]
pub struct Call<'a> {
    /// The query, undecoded.
    pub query: &'a str,
    /// The fields of the body, as a urlencoded form.
    pub form: String,
    /// The body without the fields that carry a credential; None if there was none.
    pub body: Option<NewBody>,
}

impl<'a> Call<'a> {
    /// Reads query and body.
    ///
    /// # Errors
    /// `FormMalformed` for a body that is no form, `BodyTooLarge`.
    pub async fn read<P: Ports>(visit: &Visit<'a, P>) -> Result<Self, Reason> {
        let query = visit.target.query.unwrap_or_default();
        let none = Self { query, form: String::new(), body: None };
        if visit.incoming.method != "POST" {
            return Ok(none);
        }
        visit.incoming.judge_body_encoding()?;
        if let Some(form) = form::read(visit, is_kept_back, is_judged).await? {
            return Ok(Self { query, form: form.fields, body: Some(form.body) });
        }
        match visit.ports.read(visit.gate.policy.limits.form).await?.is_empty() {
            true => Ok(none),
            false => Err(Reason::FormMalformed),
        }
    }

    /// A parameter's decoded value, wherever it stands.
    ///
    /// # Errors
    /// `ParameterDuplicate`, `ParameterShadowed`, `FormMalformed`.
    pub fn value(&self, name: &str) -> Result<Option<String>, Reason> {
        match (query::sole(self.query, name)?, query::sole(&self.form, name)?) {
            (Some(_), Some(_)) => Err(Reason::ParameterDuplicate),
            (Some(raw), None) | (None, Some(raw)) => decoded(raw).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The same, where an empty value is none.
    ///
    /// # Errors
    /// As [`Call::value`].
    pub fn filled(&self, name: &str) -> Result<Option<String>, Reason> {
        Ok(self.value(name)?.filter(|value| !value.is_empty()))
    }

    /// A credential that may stand in the body alone.
    ///
    /// # Errors
    /// `CredentialMisplaced`, and as [`Call::value`].
    pub fn in_body(&self, name: &str) -> Result<Option<String>, Reason> {
        match query::sole(self.query, name)? {
            Some(_) => Err(Reason::CredentialMisplaced),
            None => self.filled(name),
        }
    }

    /// A credential that may stand in the address alone.
    ///
    /// # Errors
    /// `CredentialMisplaced`, and as [`Call::value`].
    pub fn in_address(&self, name: &str) -> Result<Option<String>, Reason> {
        match query::sole(&self.form, name)? {
            Some(_) => Err(Reason::CredentialMisplaced),
            None => self.filled(name),
        }
    }

    /// Whether each credential is there at most once, and in no other spelling.
    ///
    /// # Errors
    /// As [`Call::value`].
    pub fn judge_credentials(&self) -> Result<(), Reason> {
        CREDENTIALS.iter().try_for_each(|name| self.value(name).map(|_| ()))
    }

    /// How the caller wants to be answered.
    ///
    /// # Errors
    /// `CallFormat`, and as [`Call::value`].
    pub fn manner(&self) -> Result<Manner, Reason> {
        let json = match self.value("response_format")?.as_deref() {
            None | Some("" | "xml") => false,
            Some("json") => true,
            Some(_) => return Err(Reason::CallFormat),
        };
        let suppress_response_codes = self.value("suppress_response_codes")?.as_deref() == Some("true");
        Ok(Manner { json, suppress_response_codes })
    }
}

/// How the caller seems to want to be answered, for calls that cannot be read properly.
pub fn manner_at_least(query: &str, form: &str) -> Manner {
    let values = |name: &'static str| {
        let params = query::params(query).chain(query::params(form));
        params.filter(move |param| param.name == name).map(|param| param.value)
    };
    Manner {
        json: values("response_format").any(|value| value == "json"),
        suppress_response_codes: values("suppress_response_codes").eq(["true"]),
    }
}

/// Whether some origin would read the name as that of a credential, or would itself redirect by it.
pub fn is_kept_back(name: &str) -> bool {
    CREDENTIALS.iter().chain(&REDIRECTS).any(|kept| query::folds_onto(name, kept))
}

/// Whether some origin would read the name as one that decided on the call.
fn is_judged(name: &str) -> bool {
    COMMON.iter().chain(&REDIRECTS).any(|common| query::folds_onto(name, common))
}

fn decoded(raw: &str) -> Result<String, Reason> {
    String::from_utf8(query::decode(raw)).map_err(|_| Reason::FormMalformed)
}

/// What decides on every call (`protocols.md` A0).
const COMMON: [&str; 5] = ["method", "v", "api_key", "response_format", "suppress_response_codes"];
