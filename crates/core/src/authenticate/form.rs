//! Forms that are read for what they show: their fields, and the body without those that are kept back.

use std::cell::RefCell;
use std::rc::Rc;

use crate::credential::bearer;
use crate::exchange::Exchange;
use crate::exchange::body::NewBody;
use crate::http::multipart;
use crate::http::query::{self, encode_component};
use crate::ports::Ports;
use crate::refusal::Reason;

/// A form as far as it was read.
#[derive(Debug)]
pub struct Form {
    /// Its fields, as a urlencoded form; of a multipart one those before the first file.
    pub fields: String,
    /// What goes on.
    pub body: NewBody,
}

/// Reads a form. `kept_back`: names of the fields that do not go on, in whatever spelling some origin would take for them.
/// `deciding`: names of those that decide on the request too. None: the body is no form, and was not read.
///
/// # Errors
/// `FormMalformed`, `BodyTooLarge`.
pub async fn read<P: Ports>(
    x: &Exchange<'_, P>,
    kept_back: fn(&str) -> bool,
    deciding: fn(&str) -> bool,
) -> Result<Option<Form>, Reason> {
    let Exchange { state, request, ports, .. } = *x;
    let limit = state.policy.limits.form;
    if request.has_form()? {
        return read_urlencoded(x, kept_back).await.map(Some);
    }
    let Some(boundary) = multipart::boundary(request.headers.get("content-type").unwrap_or_default()) else {
        return Ok(None);
    };
    request.check_body_encoding()?;
    let form = multipart::Form::new(boundary.map_err(|_| Reason::FormMalformed)?, kept_back).deciding(deciding);
    parts(ports, form, limit).await.map(Some)
}

/// Reads a body as a urlencoded form, whatever its type says.
///
/// # Errors
/// `FormMalformed`, `BodyTooLarge`.
pub async fn read_urlencoded<P: Ports>(x: &Exchange<'_, P>, kept_back: fn(&str) -> bool) -> Result<Form, Reason> {
    let fields = bearer::read_form(x.ports, x.state.policy.limits.form).await?;
    let body = NewBody::Whole(query::cut(&fields, |param| kept_back(param.name)).into_bytes());
    Ok(Form { fields, body })
}

/// The fields before the first file. Files are not held: from the first one on the body streams, and a field that is kept
/// back, or decides on the request, ends it if it stands behind a file.
async fn parts(ports: &impl Ports, mut parts: multipart::Form<fn(&str) -> bool>, limit: usize) -> Result<Form, Reason> {
    let mut taken = 0;
    while !parts.is_settled() {
        let Some(piece) = ports.next().await? else {
            parts.finish().map_err(|_| Reason::FormMalformed)?;
            break;
        };
        parts.push(&piece).map_err(|_| Reason::FormMalformed)?;
        taken += piece.len();
        if taken > limit && !parts.is_settled() {
            return Err(Reason::BodyTooLarge);
        }
    }
    let field = |(name, value): &(String, Vec<u8>)| format!("{}={}", encode_component(name), encode_component(value));
    let fields = parts.fields().iter().map(field).collect::<Vec<_>>().join("&");
    let head = parts.take_forwarded();
    let body = match parts.into_tail() {
        Some(tail) => NewBody::Head(head, Rc::new(RefCell::new(tail))),
        None => NewBody::Whole(head),
    };
    Ok(Form { fields, body })
}
