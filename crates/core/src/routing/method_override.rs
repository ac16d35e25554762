//! Parameters by which an origin would act on another method than the one that was checked.
//!
//! Headers that do the same are cut. Parameters are checked instead: in the query, and in a form while it arrives, of which
//! only the beginning is held. Where `method_override = true`, none of this is checked.

use std::cell::RefCell;
use std::rc::Rc;

use crate::exchange::Exchange;
use crate::exchange::body::{Guard, NewBody, Rest};
use crate::http::{halves, pieces, query};
use crate::policy::{CredentialKind, Route};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::routing::method_scan::{Scan, is_override};

/// Checks the query of a request.
///
/// # Errors
/// `MethodOverridden`.
pub fn check_query(route: &Route, method: &str, query: &str) -> Result<(), Reason> {
    if route.method_override || query.is_empty() {
        return Ok(());
    }
    let pieces = pieces(query, b'&').flat_map(|piece| pieces(piece, b';'));
    let named = pieces.map(|piece| halves(piece, b'=').unwrap_or((piece, "")));
    let mut overriding = named.filter(|(name, _)| is_override(name)).peekable();
    if overriding.peek().is_none() {
        return Ok(());
    }
    let methods = Methods::of(route, method);
    overriding.try_for_each(|(_, value)| methods.check(&query::decode(value)))
}

/// Looks into the form of a POST before anything is decided, as far as it is there: its first piece, and of one that names
/// a method as much as says which. A short one in front of a route that takes credentials is read whole, so that nothing
/// is spent for one that is refused. What was taken can be read again, and is returned with what looks at the rest; None:
/// there is no form.
///
/// # Errors
/// `MethodOverridden`, `FormMalformed`.
pub async fn look<P: Ports>(x: &Exchange<'_, P>, route: &Route) -> Result<Option<NewBody>, Reason> {
    let Exchange { state, request, ports, .. } = *x;
    let length = request.headers.get("content-length");
    if request.method != "POST" || route.method_override || length.is_some_and(|l| l.bytes().all(|b| b == b'0')) {
        return Ok(None);
    }
    let content_type = request.headers.get("content-type").unwrap_or_default();
    // No server reads a body as a form that says neither that it is one nor that it is plain text.
    if content_type.is_empty() && request.check_body_encoding().is_err() {
        return Ok(None);
    }
    let Some(mut watch) = Watch::of(route, request.method, content_type)? else { return Ok(None) };
    request.check_body_encoding()?;
    let limit = state.policy.limits.form;
    let length = length.and_then(|length| length.parse::<usize>().ok());
    let wanted = length.filter(|length| *length <= limit && route.takes_credentials()).unwrap_or(1);
    let mut head = Vec::new();
    let mut is_whole = false;
    while !is_whole && (head.len() < wanted || (watch.is_pending() && head.len() <= limit)) {
        let piece = ports.next().await?;
        is_whole = piece.is_none();
        let piece = piece.unwrap_or_default();
        watch.push(&piece)?;
        head.extend(piece);
        is_whole |= length == Some(head.len());
    }
    ports.put_back(head.clone());
    if is_whole {
        watch.finish()?;
        return Ok(Some(NewBody::Whole(head)));
    }
    Ok(Some(NewBody::Head(head, Rc::new(RefCell::new(watch)))))
}

/// The body that goes on: as it was looked into, or else as the route made it, which is looked at anew. `content_type` is
/// that of what goes on.
///
/// # Errors
/// As [`look`].
pub fn joined(
    route: &Route,
    content_type: &str,
    made: Option<NewBody>,
    looked_at: Option<NewBody>,
) -> Result<Option<NewBody>, Reason> {
    let (Some(made), Some(_)) = (&made, &looked_at) else { return Ok(made.or(looked_at)) };
    let Some(mut watch) = Watch::of(route, "POST", content_type)? else { return Ok(Some(made.clone())) };
    Ok(Some(match made {
        NewBody::Whole(bytes) => {
            watch.push(bytes)?;
            watch.finish()?;
            NewBody::Whole(bytes.clone())
        }
        NewBody::Head(head, tail) => {
            watch.push(head)?;
            NewBody::Head(head.clone(), Rc::new(RefCell::new(Both(Rc::clone(tail), Rc::new(RefCell::new(watch))))))
        }
    }))
}

/// Two that look at the same rest.
#[derive(Debug)]
struct Both(Rest, Rest);

impl Guard for Both {
    fn push(&mut self, piece: &[u8]) -> Result<(), Reason> {
        self.0.borrow_mut().push(piece)?;
        self.1.borrow_mut().push(piece)
    }

    fn finish(&mut self) -> Result<(), Reason> {
        self.0.borrow_mut().finish()?;
        self.1.borrow_mut().finish()
    }

    fn held(&self) -> usize {
        self.0.borrow().held().max(self.1.borrow().held())
    }
}

/// Whether a charset is one in which the bytes of ASCII are what they are in ASCII: in another the names would be others.
fn keeps_ascii(content_type: &str) -> bool {
    content_type.split([';', ',']).filter_map(|part| part.trim().strip_prefix("charset")).all(|rest| {
        let name = rest.trim().trim_start_matches('=').trim().trim_matches('"');
        CHARSETS.iter().any(|kept| name.starts_with(kept))
    })
}

/// Those that a request may name: its own, and those of the route that it could as well have been sent with. A GET may
/// not turn into a change, since it was not checked as one, and a link is signed for one method.
#[derive(Debug)]
struct Methods(Vec<String>);

impl Methods {
    fn of(route: &Route, checked: &str) -> Self {
        let reads = |method: &str| matches!(method, "GET" | "HEAD" | "OPTIONS");
        let is_signed = route.accept.iter().any(|accept| matches!(accept, CredentialKind::Link(_)));
        let others = route.methods.iter().filter(|method| !is_signed && (reads(method) || !reads(checked)));
        Self(others.cloned().chain([checked.to_owned()]).collect())
    }

    fn check(&self, value: &[u8]) -> Result<(), Reason> {
        let is_named = self.0.iter().any(|method| method.as_bytes().eq_ignore_ascii_case(value.trim_ascii()));
        is_named.then_some(()).ok_or(Reason::MethodOverridden)
    }
}

/// A form as it arrives. What refused it refuses it ever after.
#[derive(Debug)]
struct Watch {
    fields: Option<Fields>,
    parts: Option<Scan>,
    methods: Methods,
    refused: Option<Reason>,
}

impl Watch {
    /// For a body of that type, if some origin would read it as a form: every multipart one (Rack), and one without a type.
    fn of(route: &Route, method: &str, content_type: &str) -> Result<Option<Self>, Reason> {
        let content_type = content_type.to_ascii_lowercase();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let has_fields = essence.is_empty() || content_type.contains("application/x-www-form-urlencoded");
        let has_parts = content_type.contains("multipart/");
        if !has_fields && !has_parts {
            return Ok(None);
        }
        if !keeps_ascii(&content_type) {
            return Err(Reason::FormMalformed);
        }
        Ok(Some(Self {
            fields: has_fields.then(Fields::default),
            parts: has_parts.then(Scan::default),
            methods: Methods::of(route, method),
            refused: None,
        }))
    }

    fn is_pending(&self) -> bool {
        let is_field = self.fields.as_ref().is_some_and(|fields| fields.value.is_some());
        is_field || self.parts.as_ref().is_some_and(Scan::is_pending)
    }

    fn look(&mut self, piece: Option<&[u8]>) -> Result<(), Reason> {
        let methods = &self.methods;
        let check = |value: &[u8]| methods.check(value);
        if let Some(fields) = &mut self.fields {
            match piece {
                Some(piece) => fields.push(piece, methods)?,
                None => fields.end(methods)?,
            }
        }
        if let Some(parts) = &mut self.parts {
            match piece {
                Some(piece) => parts.push(piece, &check)?,
                None => parts.finish(&check)?,
            }
        }
        Ok(())
    }

    fn look_unless_refused(&mut self, piece: Option<&[u8]>) -> Result<(), Reason> {
        if self.refused.is_none() {
            self.refused = self.look(piece).err();
        }
        self.refused.map_or(Ok(()), Err)
    }
}

impl Guard for Watch {
    fn push(&mut self, piece: &[u8]) -> Result<(), Reason> {
        self.look_unless_refused(Some(piece))
    }

    fn finish(&mut self) -> Result<(), Reason> {
        self.look_unless_refused(None)
    }

    fn keeps_every_byte(&self) -> bool {
        true
    }

    fn held(&self) -> usize {
        let held = self.fields.as_ref().map_or(0, Fields::held);
        held.max(self.parts.as_ref().map_or(0, Scan::held))
    }
}

/// The field of a urlencoded form that is being read. Of a name and a value no more is kept than decides.
#[derive(Debug, Default)]
struct Fields {
    name: Vec<u8>,
    value: Option<Vec<u8>>,
    is_behind_name: bool,
}

impl Fields {
    fn push(&mut self, piece: &[u8], methods: &Methods) -> Result<(), Reason> {
        for byte in piece {
            match byte {
                b'&' | b';' => self.end(methods)?,
                b'=' if !self.is_behind_name => self.end_name(),
                _ if self.is_behind_name => match &mut self.value {
                    Some(value) if value.len() >= LONGEST => return Err(Reason::MethodOverridden),
                    Some(value) => value.push(*byte),
                    None => {}
                },
                _ if self.name.len() < LONGEST => {
                    self.name.push(*byte);
                    // Spaces in front mean nothing to those who fold names.
                    if matches!(self.name.as_slice(), b"+" | b" " | b"%20") {
                        self.name.clear();
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The last byte of a name that would be one if it ended here, or a value with its `=`.
    fn held(&self) -> usize {
        match &self.value {
            Some(value) => value.len() + 1,
            None if !self.is_behind_name && is_override(&String::from_utf8_lossy(&self.name)) => 1,
            None => 0,
        }
    }

    fn end_name(&mut self) {
        self.is_behind_name = true;
        let name = String::from_utf8_lossy(&self.name);
        self.value = is_override(&name).then(Vec::new);
    }

    fn end(&mut self, methods: &Methods) -> Result<(), Reason> {
        if !self.is_behind_name {
            self.end_name();
        }
        let field = core::mem::take(self);
        field.value.map_or(Ok(()), |value| methods.check(&query::decode(&String::from_utf8_lossy(&value))))
    }
}

/// How charsets begin in which the bytes of ASCII are what they are in ASCII.
const CHARSETS: [&str; 10] =
    ["utf-8", "utf8", "us-ascii", "iso-8859-", "windows-125", "shift_jis", "euc-", "gb", "big5", "koi8-"];

/// Bytes of a name or a value, escaped. A method is shorter; what only begins like a name counts as it.
const LONGEST: usize = 256;
