//! What a credential opens.

use crate::credential::Identity;
use crate::exchange::body::NewBody;
use crate::exchange::claim::Claim;
use crate::http::answer::Answer;
use crate::redirect::outcome::Onward;
use crate::tags::words::Tags;

/// What a credential opened.
#[derive(Debug, Default)]
pub struct Grant {
    /// As whom.
    pub identity: Identity,
    /// Replaces the body, where it was read.
    pub body: Option<NewBody>,
    /// Replaces the type of the body, where that was read as another than it says.
    pub content_type: Option<&'static str>,
    /// Set-Cookie values for the answer.
    pub cookies: Vec<String>,
    /// Send the client there instead of forwarding.
    pub redirect: Option<String>,
    /// What tags in the origin's page stand for, where they are expanded.
    pub tags: Option<Tags>,
    /// Where the outcome leads, which the origin's answer decides.
    pub onward: Option<Box<Onward>>,
    /// What is used up by it, once everything else is known to be right.
    pub claim: Option<Box<Claim>>,
}

/// Where collecting ends if it is not refused.
#[derive(Debug)]
pub enum Outcome {
    /// The route is open for this request.
    Granted(Box<Grant>),
    /// The gateway asks something back first.
    Answer(Answer),
}
