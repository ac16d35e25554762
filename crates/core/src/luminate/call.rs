//! One call of the API: its parameters, from query and body, each read once.

use crate::authenticate::form;
use crate::credential::own::luminate::{CREDENTIALS, REDIRECTS, is_kept_back, is_password};
use crate::exchange::body::NewBody;
use crate::exchange::format::ResponseFormat;
use crate::http::{Fields, multipart, query};
use crate::luminate::visit::Visit;
use crate::ports::Ports;
use crate::refusal::Reason;

/// What a call holds, before it is taken apart.
#[derive(Debug, Default)]
pub struct Sent {
    /// The fields of the body, as a urlencoded form.
    pub form: String,
    /// The body without the fields that carry a credential; None if there was none.
    pub body: Option<NewBody>,
    /// The type under which the body goes on, where it is not what it said.
    pub content_type: Option<&'static str>,
}

impl Sent {
    /// Reads the body. luminateExtend says `multipart/form-data` and sends a text of parameters (`protocols.md` A3.4):
    /// without a boundary the body can be nothing else, and goes on under its real type, so that the origin reads what was
    /// read here.
    ///
    /// # Errors
    /// `FormMalformed` for a body that is no form, `BodyTooLarge`.
    pub async fn read<P: Ports>(v: &Visit<'_, P>) -> Result<Self, Reason> {
        if v.request.method != "POST" {
            return Ok(Self::default());
        }
        v.request.check_body_encoding()?;
        if multipart::lacks_boundary(v.request.headers.get("content-type").unwrap_or_default()) {
            let form = form::read_urlencoded(v, is_kept_back).await?;
            // No text of parameters holds a line end; a multipart body, whatever bounds its parts, begins with a line.
            if form.fields.contains(['\r', '\n']) || form.fields.starts_with("--") {
                return Err(Reason::FormMalformed);
            }
            return Ok(Self { form: form.fields, body: Some(form.body), content_type: Some(URLENCODED) });
        }
        if let Some(form) = form::read(v, is_kept_back, is_deciding).await? {
            return Ok(Self { form: form.fields, body: Some(form.body), content_type: None });
        }
        match v.ports.read(v.state.policy.limits.form).await?.is_empty() {
            true => Ok(Self::default()),
            false => Err(Reason::FormMalformed),
        }
    }
}

/// A call, taken apart once: dozens of names are asked for.
#[derive(Debug)]
pub struct Call<'a> {
    /// The parameters of the address.
    pub query: Fields<'a>,
    /// Those of the body.
    pub form: Fields<'a>,
    /// As [`Sent::body`].
    pub body: Option<&'a NewBody>,
    /// As [`Sent::content_type`].
    pub content_type: Option<&'static str>,
}

impl<'a> Call<'a> {
    /// Takes a call apart. `query`: undecoded.
    pub fn new(query: &'a str, sent: &'a Sent) -> Self {
        let (query, form) = (Fields::read(query), Fields::read(&sent.form));
        Self { query, form, body: sent.body.as_ref(), content_type: sent.content_type }
    }

    /// A parameter's decoded value, wherever it stands.
    ///
    /// # Errors
    /// `ParameterDuplicate`, `ParameterShadowed`, `FormMalformed`.
    pub fn value(&self, name: &str) -> Result<Option<String>, Reason> {
        match (self.query.sole(name)?, self.form.sole(name)?) {
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
        match self.query.sole(name)? {
            Some(_) => Err(Reason::CredentialMisplaced),
            None => self.filled(name),
        }
    }

    /// A credential that may stand in the address alone.
    ///
    /// # Errors
    /// `CredentialMisplaced`, and as [`Call::value`].
    pub fn in_address(&self, name: &str) -> Result<Option<String>, Reason> {
        match self.form.sole(name)? {
            Some(_) => Err(Reason::CredentialMisplaced),
            None => self.filled(name),
        }
    }

    /// Whether each credential is there at most once, and in no other spelling.
    ///
    /// # Errors
    /// As [`Call::value`].
    pub fn check_credentials(&self) -> Result<(), Reason> {
        CREDENTIALS.iter().try_for_each(|name| self.value(name).map(|_| ()))
    }

    /// How the caller wants to be answered.
    ///
    /// # Errors
    /// `CallFormat`, and as [`Call::value`].
    pub fn format(&self) -> Result<ResponseFormat, Reason> {
        let json = match self.value("response_format")?.as_deref() {
            None | Some("" | "xml") => false,
            Some("json") => true,
            Some(_) => return Err(Reason::CallFormat),
        };
        let suppress_response_codes = self.value("suppress_response_codes")?.as_deref() == Some("true");
        Ok(ResponseFormat { json, suppress_response_codes })
    }
}

/// How the caller seems to want to be answered, for calls that cannot be read properly.
pub fn format_at_least(query: &str, form: &str) -> ResponseFormat {
    let values = |name: &'static str| {
        let params = query::params(query).chain(query::params(form));
        params.filter(move |param| param.name == name).map(|param| param.value)
    };
    ResponseFormat {
        json: values("response_format").any(|value| value == "json"),
        suppress_response_codes: values("suppress_response_codes").eq(["true"]),
    }
}

/// Whether some origin would read the name as one that decided on the call.
fn is_deciding(name: &str) -> bool {
    is_password(name) || query::folds_onto_any(name, COMMON.iter().chain(&REDIRECTS))
}

fn decoded(raw: &str) -> Result<String, Reason> {
    String::from_utf8(query::decode(raw)).map_err(|_| Reason::FormMalformed)
}

const URLENCODED: &str = "application/x-www-form-urlencoded; charset=UTF-8";
/// What decides on every call (`protocols.md` A0).
const COMMON: [&str; 5] = ["method", "v", "api_key", "response_format", "suppress_response_codes"];
