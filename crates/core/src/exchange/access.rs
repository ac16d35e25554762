//! What a credential opens, or what an endpoint answers.

use crate::exchange::body::NewBody;
use crate::exchange::claim::Claim;
use crate::exchange::format::ErrorFormat;
use crate::http::answer::Answer;
use crate::identity::Identity;
use crate::ports::ClaimKey;
use crate::redirect::outcome::OutcomeRedirect;
use crate::tags::words::Tags;

/// What a request that is not refused comes to.
#[derive(Debug, Default)]
pub struct Access {
    /// As whom, where that is known.
    pub identity: Option<Identity>,
    /// Replaces the body, where it was read.
    pub body: Option<NewBody>,
    /// Replaces the type of the body, where that was read as another than it says.
    pub content_type: Option<&'static str>,
    /// What tags in the origin's page stand for, where they are expanded.
    pub tags: Option<Tags>,
    /// Where the outcome leads, which the origin's answer decides.
    pub outcome_redirect: Option<Box<OutcomeRedirect>>,
    /// What is used up by it, once everything else is known to be right.
    pub claim: Option<Box<Claim>>,
    /// By which the link or signed redirect is known that opened the route, where its rate counts by that.
    pub link: Option<Box<ClaimKey>>,
    /// How a failure of the origin is told, if not as the route says.
    pub format: Option<ErrorFormat>,
    /// What follows.
    pub then: Then,
}

/// What follows once everything was verified.
#[derive(Debug, Default)]
pub enum Then {
    /// The request goes to the origin.
    #[default]
    Forward,
    /// The client is sent there, after what the credential uses up was claimed.
    Redirect(String),
    /// The gateway answers itself. Nothing is claimed.
    Answer(Answer),
}

impl Access {
    /// The request goes to the origin as that.
    pub fn of(identity: Identity) -> Self {
        Self { identity: Some(identity), ..Self::default() }
    }

    /// The gateway answers itself.
    pub fn answer(answer: Answer) -> Self {
        Self { then: Then::Answer(answer), ..Self::default() }
    }

    /// The same, as that.
    pub fn by(self, identity: Identity) -> Self {
        Self { identity: Some(identity), ..self }
    }
}
