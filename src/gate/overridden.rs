//! The method that an origin would take in place of the one that was judged, because a parameter says so.
//!
//! Headers that do the same are cut. A parameter is judged instead: in the query, and in a form as it arrives, so that
//! nothing is held beyond its beginning. Where `method_override = true`, nothing is looked at.

use std::cell::RefCell;
use std::rc::Rc;

use super::credentials::Visit;
use crate::http::{multipart, query};
use crate::policy::{Accept, Route};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::rewrite::{Guard, NewBody, Rest};

/// Judges the query of a request.
///
/// # Errors
/// `MethodOverridden`.
pub fn judge_query(route: &Route, method: &str, query: &str) -> Result<(), Reason> {
    if route.method_override || query.is_empty() {
        return Ok(());
    }
    let pieces = query.split('&').flat_map(|piece| piece.split(';'));
    let named = pieces.map(|piece| piece.split_once('=').unwrap_or((piece, "")));
    let mut overriding = named.filter(|(name, _)| is_override(name)).peekable();
    if overriding.peek().is_none() {
        return Ok(());
    }
    let methods = Methods::of(route, method);
    overriding.try_for_each(|(_, value)| methods.judge(&query::decode(value)))
}

/// Looks into the form of a POST before anything is decided. What was taken can be read again, and is returned with what
/// looks at the rest; None: there is no form.
///
/// # Errors
/// `MethodOverridden`, `FormMalformed`.
pub async fn look<P: Ports>(visit: &Visit<'_, P>) -> Result<Option<NewBody>, Reason> {
    let Visit { gate, route, incoming, ports, .. } = *visit;
    let is_empty = incoming.headers.get("content-length").is_some_and(|length| length.bytes().all(|b| b == b'0'));
    if incoming.method != "POST" || route.method_override || is_empty {
        return Ok(None);
    }
    let content_type = incoming.headers.get("content-type").unwrap_or_default();
    let form = match multipart::boundary(content_type) {
        Some(Ok(boundary)) => Form::Parts(Box::new(multipart::Watch::new(boundary, is_override))),
        // What reads the forms of that dialect knows what its clients send.
        Some(Err(_)) if route.luminate().is_some() => return Ok(None),
        Some(Err(_)) => return Err(Reason::FormMalformed),
        // What says neither that it is a form nor that it is plain is read as one by nobody.
        None if content_type.is_empty() && incoming.judge_body_encoding().is_err() => return Ok(None),
        None if is_form(content_type)? => Form::Fields(Fields::default()),
        None => return Ok(None),
    };
    incoming.judge_body_encoding()?;
    let mut watch = Watch::new(form, Methods::of(route, incoming.method));
    let mut head = Vec::new();
    while head.len() <= gate.policy.limits.form {
        let Some(piece) = ports.next().await? else {
            watch.finish()?;
            ports.put_back(head.clone());
            return Ok(Some(NewBody::Whole(head)));
        };
        watch.push(&piece)?;
        head.extend(piece);
    }
    ports.put_back(head.clone());
    Ok(Some(NewBody::Head(head, Rc::new(RefCell::new(watch)))))
}

/// The body that goes on: as the route made it, or else as it was looked into. Where both look at the rest, they begin at the
/// same byte, since what was put back comes as one piece, and a route holds no more of a form than that.
pub fn joined(made: Option<NewBody>, looked_at: Option<NewBody>) -> Option<NewBody> {
    match (made, looked_at) {
        (Some(NewBody::Head(head, tail)), Some(NewBody::Head(_, watch))) => {
            Some(NewBody::Head(head, Rc::new(RefCell::new(Both(tail, watch)))))
        }
        (made, looked_at) => made.or(looked_at),
    }
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
}

/// Whether an origin would read the body as a urlencoded form; some do so where no type is given.
fn is_form(content_type: &str) -> Result<bool, Reason> {
    let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next().unwrap_or_default();
    if !essence.is_empty() && !essence.contains("application/x-www-form-urlencoded") {
        return Ok(false);
    }
    // In another charset the names would be others.
    let keeps_ascii = |name: &str| CHARSETS.iter().any(|kept| name.trim_matches('"').starts_with(kept));
    let mut charsets = parts.filter_map(|part| part.strip_prefix("charset=").map(|name| keeps_ascii(name.trim())));
    charsets.all(|is_kept| is_kept).then_some(true).ok_or(Reason::FormMalformed)
}

/// Whether some framework takes a parameter of this name for the method.
pub fn is_override(raw: &str) -> bool {
    NAMES.iter().any(|name| query::folds_onto(raw, name))
}

/// Those that a request may name: its own, and those of the route that it could as well have been sent with. A GET may
/// not turn into a change, since it was not judged as one, and a link is signed for one method.
#[derive(Debug)]
struct Methods(Vec<String>);

impl Methods {
    fn of(route: &Route, judged: &str) -> Self {
        let reads = |method: &str| matches!(method, "GET" | "HEAD" | "OPTIONS");
        let is_signed = route.accept.iter().any(|accept| matches!(accept, Accept::Link(_)));
        let others = route.methods.iter().filter(|method| !is_signed && (reads(method) || !reads(judged)));
        Self(others.cloned().chain([judged.to_owned()]).collect())
    }

    fn judge(&self, value: &[u8]) -> Result<(), Reason> {
        let is_named = self.0.iter().any(|method| method.as_bytes().eq_ignore_ascii_case(value.trim_ascii()));
        is_named.then_some(()).ok_or(Reason::MethodOverridden)
    }
}

/// A form as it arrives. What refused it refuses it ever after.
#[derive(Debug)]
struct Watch {
    form: Form,
    methods: Methods,
    refused: Option<Reason>,
}

#[derive(Debug)]
enum Form {
    Fields(Fields),
    Parts(Box<multipart::Watch>),
}

impl Watch {
    fn new(form: Form, methods: Methods) -> Self {
        Self { form, methods, refused: None }
    }

    fn look(&mut self, piece: Option<&[u8]>) -> Result<(), Reason> {
        let methods = &self.methods;
        match (&mut self.form, piece) {
            (Form::Fields(fields), Some(piece)) => fields.push(piece, methods),
            (Form::Fields(fields), None) => fields.end(methods),
            (Form::Parts(parts), Some(piece)) => {
                let values = parts.push(piece).map_err(|_| Reason::FormMalformed)?;
                values.iter().try_for_each(|value| methods.judge(value))
            }
            (Form::Parts(parts), None) => parts.finish().map_err(|_| Reason::FormMalformed),
        }
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
                    Some(value) if value.len() < LONGEST => value.push(*byte),
                    _ => {}
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
        field.value.map_or(Ok(()), |value| methods.judge(&query::decode(&String::from_utf8_lossy(&value))))
    }
}

/// `_method`: Rack and Rails (MethodOverride), Laravel and Symfony (http_method_override), Spring (HiddenHttpMethodFilter),
/// CakePHP, Yii, CodeIgniter, Phoenix (Plug.MethodOverride), Express (method-override), WordPress' REST API (of a GET too),
/// and Slim, which writes it in capitals. The other: ASP.NET MVC (Html.HttpMethodOverride), in query and form as in the header.
const NAMES: [&str; 2] = ["_method", "x-http-method-override"];

/// How charsets begin in which the bytes of ASCII are what they are in ASCII.
const CHARSETS: [&str; 10] =
    ["utf-8", "utf8", "us-ascii", "iso-8859-", "windows-125", "shift_jis", "euc-", "gb", "big5", "koi8-"];

/// Bytes of a name or a value, escaped. A method is shorter; what only begins like a name counts as it.
const LONGEST: usize = 256;
