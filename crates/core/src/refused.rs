//! A refusal on its way out: why, and what else the answer and the log need.

use crate::http::Incoming;
use crate::http::answer::Answer;
use crate::identity::Identity;
use crate::refusal::Reason;

/// Why a request is not let through. A bare [`Reason`] is one.
#[derive(Debug)]
pub struct Refusal {
    /// The reason; it decides the status, the code and the words.
    pub reason: Reason,
    more: Option<Box<More>>,
}

/// Boxed: most refusals have none of it, and every result would be as large.
#[derive(Debug, Default)]
struct More {
    identity: Option<Identity>,
    allow: Vec<String>,
    said: Said,
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
        Self { reason: Reason::MethodNotAllowed, more: Some(Box::new(More { allow, ..More::default() })) }
    }

    /// The same, of a caller who is known as far as that; what was known closer to the fault stays.
    pub fn of(mut self, identity: &Identity) -> Self {
        let more = self.more.get_or_insert_default();
        more.identity.get_or_insert_with(|| identity.clone());
        self
    }

    /// The same, for another reason.
    pub fn because(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }

    /// The same, in these words.
    pub fn saying(mut self, said: Said) -> Self {
        self.more.get_or_insert_default().said = said;
        self
    }

    /// Who called, as far as that is known.
    pub fn identity(&self) -> Option<&Identity> {
        self.more.as_ref()?.identity.as_ref()
    }

    /// The methods that are allowed, if that is the refusal.
    pub fn allowed(&self) -> &[String] {
        self.more.as_ref().map_or(&[], |more| &more.allow)
    }

    /// In which words it is told.
    pub fn said(&self) -> &Said {
        self.more.as_ref().map_or(&Said::Dialect, |more| &more.said)
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, more: None }
    }
}
