//! What a call of an operator says, and what is wrong with it.

use serde_json::{Map, Value};

use crate::refusal::Reason;

/// What a call may say; each endpoint takes the members it names.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) subject: String,
    pub(super) client: String,
    pub(super) scope: String,
    pub(super) route: String,
    pub(super) path: String,
    pub(super) lifetime: Option<u64>,
    pub(super) token: String,
    pub(super) session: String,
}

/// A body as an object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Wrong> {
    let value = serde_json::from_slice(body)
        .map_err(|error| Wrong::said(format!("The body is not the JSON object that this call takes: {error}.")))?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(Wrong::said("The body is not the JSON object that this call takes.")),
    }
}

/// What a call says.
pub(super) fn read(members: Map<String, Value>) -> Result<Request, Wrong> {
    let mut request = Request::default();
    for (name, value) in members {
        if name == "lifetime" {
            let seconds = value.as_u64().ok_or_else(|| Wrong::said("`lifetime` must be a number of seconds."))?;
            request.lifetime = Some(seconds);
            continue;
        }
        let member = match name.as_str() {
            "subject" => &mut request.subject,
            "client" => &mut request.client,
            "scope" => &mut request.scope,
            "route" => &mut request.route,
            "path" => &mut request.path,
            "token" => &mut request.token,
            "session" => &mut request.session,
            _ => return Err(Wrong::said(format!("`{name}` is no member that this call takes."))),
        };
        let Value::String(text) = value else { return Err(Wrong::said(format!("`{name}` must be a string."))) };
        *member = text;
    }
    Ok(request)
}

/// Refuses members that a call does not take.
pub(super) fn only(request: &Map<String, Value>, known: &[&str]) -> Result<(), Wrong> {
    match request.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            Err(Wrong::said(format!("This call takes no `{}`; it takes {}.", name.escape_debug(), known.join(", "))))
        }
    }
}

/// The text of a member, empty if it is not there.
pub(super) fn text<'r>(request: &'r Map<String, Value>, name: &str) -> Result<&'r str, Wrong> {
    match request.get(name) {
        None => Ok(""),
        Some(value) => value.as_str().ok_or_else(|| Wrong::said(format!("`{name}` must be a string."))),
    }
}

/// Why a call was refused, in words: a caller who gets here has shown the admin key.
pub(super) struct Wrong {
    pub(super) reason: Reason,
    pub(super) detail: Option<String>,
}

impl Wrong {
    pub(super) fn said(detail: impl Into<String>) -> Self {
        Self { reason: Reason::AdminRequest, detail: Some(detail.into()) }
    }
}

impl From<Reason> for Wrong {
    fn from(reason: Reason) -> Self {
        let detail = match reason {
            Reason::TokenForged => return Self::said("The token was not issued by this gateway: form, key id or MAC."),
            Reason::TicketForged => return Self::said("The ticket was not issued by this gateway: form or MAC."),
            Reason::SessionForged => {
                return Self::said("The session was not issued by this gateway: form, key id or MAC.");
            }
            _ => None,
        };
        Self { reason, detail }
    }
}
