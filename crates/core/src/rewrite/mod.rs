//! A decision made into edits: of the request for the origin, of the answer for the client.

pub mod answer;
pub mod cors;
pub mod forward;
pub mod headers;
pub mod onward;
pub mod redirect;
pub mod reserved;
pub mod tags;
pub mod template;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::dialect::tags::Tags;
use crate::http::multipart;
use crate::policy::Origin;
use crate::refusal::Reason;
use onward::Onward;

/// What becomes of a request.
#[derive(Debug)]
pub enum Decision {
    /// It goes to an origin.
    Forward(Box<Forwarding>),
    /// The gateway answers itself.
    Answer(Answer),
}

/// A request as the origin shall get it.
#[derive(Debug, Clone)]
pub struct Forwarding {
    /// Who gets it.
    pub origin: Arc<Origin>,
    /// The whole URL, byte for byte.
    pub url: String,
    /// Request headers to remove, in lower case; only such as are there.
    pub remove: Vec<String>,
    /// Request headers to set, after the removals.
    pub set: Vec<(&'static str, String)>,
    /// Request headers to set by the policy.
    pub set_by_policy: Vec<(String, String)>,
    /// Replaces the body, where the gateway had to read it.
    pub body: Option<NewBody>,
    /// A credential opened the route: no shared cache may keep the answer.
    pub private: bool,
    /// Headers to set on the answer.
    pub answer: Vec<(&'static str, String)>,
    /// Set-Cookie values to add to the answer.
    pub cookies: Vec<String>,
    /// The gateway speaks for CORS on this route: what the origin says of it is dropped.
    pub owns_cors: bool,
    /// The answer differs by Origin, and every cache has to know.
    pub varies_by_origin: bool,
    /// What tags in a page stand for, where they are expanded.
    pub tags: Option<Tags>,
    /// Where the browser goes instead of getting the origin's answer, if the outcome leads anywhere.
    pub onward: Option<Box<Onward>>,
}

impl Forwarding {
    /// Frees what only the request to the origin needed: many may wait for one that is slow.
    pub fn forget_request(&mut self) {
        (self.url, self.remove, self.set, self.set_by_policy) = Default::default();
        if let Some(NewBody::Whole(bytes) | NewBody::Head(bytes, _)) = &mut self.body {
            *bytes = Vec::new();
        }
    }
}

/// A body without the credentials that were in it.
#[derive(Debug, Clone)]
pub enum NewBody {
    /// All of it.
    Whole(Vec<u8>),
    /// Its beginning. The rest streams on, each piece after it was looked at.
    Head(Vec<u8>, Rest),
}

/// What looks at the rest of a body while it streams.
pub type Rest = Rc<RefCell<dyn Guard>>;

/// Says of a body whether it may go on.
pub trait Guard: core::fmt::Debug {
    /// The next piece.
    ///
    /// # Errors
    /// Why it may not, then and ever after.
    fn push(&mut self, piece: &[u8]) -> Result<(), Reason>;

    /// There is no more.
    ///
    /// # Errors
    /// As of a piece.
    fn finish(&mut self) -> Result<(), Reason>;

    /// Whether beginning and rest together are the body as it was sent.
    fn keeps_every_byte(&self) -> bool {
        false
    }

    /// How many of the last bytes, the beginning's included, may not go on until more was looked at.
    fn held(&self) -> usize {
        0
    }
}

impl Guard for multipart::Tail<fn(&str) -> bool> {
    fn push(&mut self, piece: &[u8]) -> Result<(), Reason> {
        self.push(piece).map_err(|_| Reason::FormMalformed)
    }

    fn finish(&mut self) -> Result<(), Reason> {
        self.finish().map_err(|_| Reason::FormMalformed)
    }
}

/// An answer of the gateway itself. `Cache-Control: no-store` and `nosniff` are added to each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header fields in order; a name may occur twice.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// An answer with a body of that type.
    pub fn new(status: u16, content_type: &str, body: String) -> Self {
        let headers = vec![
            ("content-type", content_type.to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
            ("referrer-policy", "strict-origin".to_owned()),
        ];
        Self { status, headers, body }
    }

    /// A JSON answer.
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::new(status, "application/json", format!("{value}\n"))
    }

    /// A redirect that turns every method into GET (RFC 9110 section 15.4.4).
    pub fn see_other(location: String) -> Self {
        Self::new(303, "text/plain; charset=utf-8", String::new()).with("location", location)
    }

    /// A redirect (RFC 9110 section 15.4.3).
    pub fn found(location: String) -> Self {
        Self::new(302, "text/plain; charset=utf-8", String::new()).with("location", location)
    }

    /// That anybody may keep for five minutes, instead of nobody.
    pub fn kept(mut self) -> Self {
        for (_, value) in self.headers.iter_mut().filter(|(name, _)| *name == "cache-control") {
            *value = "public, max-age=300".to_owned();
        }
        self
    }

    /// With one more header field.
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}
