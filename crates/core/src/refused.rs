//! A refusal on its way out: why, and what else the answer and the log need.

use crate::http::Incoming;
use crate::http::answer::Answer;
use crate::identity::Identity;
use crate::refusal::Reason;

/// Why a request is not let through. A bare [`Reason`] is one. In a box, because every result would be as large.
#[derive(Debug)]
pub struct Refusal(Box<More>);

#[derive(Debug)]
struct More {
    reason: Reason,
    identity: Option<Identity>,
    allow: Vec<String>,
    said: Said,
    fields: Vec<(&'static str, String)>,
}

/// In which words a refusal is told.
#[derive(Debug, Default)]
pub enum Said {
    /// Those of the dialect.
    #[default]
    Dialect,
    /// What exactly is wrong, for a caller who has shown the admin key.
    Detail(String),
    /// Status and body; the fields that every refusal has are added.
    Body(Answer),
    /// The whole answer.
    Answer(Answer),
}

/// Whether a request has one of the methods.
///
/// # Errors
/// `MethodNotAllowed`, with those that are.
pub fn only(request: &Incoming<'_>, methods: &[&str]) -> Result<(), Refusal> {
    let allowed = || Refusal::method(methods.iter().map(|method| (*method).to_owned()).collect());
    methods.contains(&request.method).then_some(()).ok_or_else(allowed)
}

impl Refusal {
    /// `MethodNotAllowed`, with the methods that are, for `Allow` (RFC 9110 section 10.2.1).
    pub fn method(allow: Vec<String>) -> Self {
        let mut refusal = Self::from(Reason::MethodNotAllowed);
        refusal.0.allow = allow;
        refusal
    }

    /// The same, of a caller who is known as far as that; what was known closer to the fault stays.
    pub fn of(mut self, identity: &Identity) -> Self {
        self.0.identity.get_or_insert_with(|| identity.clone());
        self
    }

    /// The same, for another reason.
    pub fn because(mut self, reason: Reason) -> Self {
        self.0.reason = reason;
        self
    }

    /// The same, in these words.
    pub fn saying(mut self, said: Said) -> Self {
        self.0.said = said;
        self
    }

    /// The same, with these fields beside the answer's own.
    pub fn with(mut self, fields: Vec<(&'static str, String)>) -> Self {
        self.0.fields = fields;
        self
    }

    /// The reason; it decides the status, the code and the words.
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// Who called, as far as that is known.
    pub fn identity(&self) -> Option<&Identity> {
        self.0.identity.as_ref()
    }

    /// The methods that are allowed, if that is the refusal.
    pub fn allowed(&self) -> &[String] {
        &self.0.allow
    }

    /// Fields beside the answer's own.
    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.0.fields
    }

    /// In which words it is told.
    pub fn said(&self) -> &Said {
        &self.0.said
    }
}

impl Reason {
    /// A refusal for this reason, of a caller who is known.
    pub fn of(self, identity: &Identity) -> Refusal {
        Refusal::from(self).of(identity)
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self(Box::new(More { reason, identity: None, allow: Vec::new(), said: Said::Dialect, fields: Vec::new() }))
    }
}
