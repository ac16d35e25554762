//! One request on its way through the gate.

pub mod access;
pub mod body;
pub mod claim;
pub mod decision;
pub mod format;

use std::sync::Arc;

use crate::credential::Identity;
use crate::exchange::decision::Decision;
use crate::exchange::format::Voice;
use crate::http::answer::Answer;
use crate::http::{Incoming, Target};
use crate::policy::Route;
use crate::redirect::outcome::Onward;
use crate::refusal::Reason;
use crate::sealed::store::Context;
use crate::state::State;

/// The moment of a request.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Unix seconds.
    pub now: u64,
    /// Unique per request; told to client, origin and log.
    pub request_id: &'a str,
}

/// A decision and what the log says of it.
#[derive(Debug)]
pub struct Judged {
    /// What becomes of the request.
    pub decision: Decision,
    /// Why it was refused; None if it was not.
    pub refused: Option<Reason>,
    /// The route that matched.
    pub route: Option<Arc<Route>>,
    /// The gateway's own endpoint that answered, as a path.
    pub endpoint: Option<&'static str>,
    /// As whom it goes through, once that is known.
    pub identity: Option<Identity>,
    /// In whose words a refusal would be said.
    pub voice: Voice,
}

/// What is known of a request so far, for the log and for the words of a refusal.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) route: Option<Arc<Route>>,
    pub(crate) endpoint: Option<&'static str>,
    pub(crate) identity: Option<Identity>,
    /// Values for Allow, where that is the refusal.
    pub(crate) allow: Vec<String>,
    /// Set-Cookie values that even a refusal carries.
    pub(crate) cookies: Vec<String>,
    /// What exactly is wrong, for a caller who has shown the admin key.
    pub(crate) detail: Option<String>,
    /// The answer itself, where the endpoint words the refusal: a form that asks again.
    pub(crate) said: Option<Answer>,
    /// In whose words the refusal is said.
    pub(crate) voice: Voice,
    /// Where the outcome leads, a refusal too.
    pub(crate) onward: Option<Box<Onward>>,
}

/// A request on its way through the gate: what it is, and all that it may be decided by.
#[derive(Debug)]
pub struct Exchange<'a, P> {
    /// Policy, secrets, memory.
    pub state: &'a State,
    /// The world.
    pub ports: &'a P,
    /// The request.
    pub request: &'a Incoming<'a>,
    /// Its target.
    pub target: &'a Target<'a>,
    /// Unix seconds.
    pub now: u64,
    /// Unique per request; told to client, origin and log.
    pub request_id: &'a str,
}

impl<'a, P> Exchange<'a, P> {
    /// What finding and making sealed credentials needs to know.
    pub fn ctx(&self) -> Context<'a> {
        self.state.context(self.target, self.now)
    }
}
