//! What becomes of a request, and how an origin gets it.

use std::sync::Arc;

use crate::exchange::body::NewBody;
use crate::exchange::format::ErrorFormat;
use crate::http::answer::Answer;
use crate::identity::Identity;
use crate::policy::Origin;
use crate::redirect::outcome::OutcomeRedirect;
use crate::tags::words::Tags;

/// What becomes of a request.
#[derive(Debug)]
pub enum Decision {
    /// It goes to an origin.
    Forward(Box<Forwarding>),
    /// The gateway answers itself.
    Answer(Answer),
}

/// A decision, and as whom the request goes through.
pub type Decided = (Decision, Option<Identity>);

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
    pub outcome_redirect: Option<Box<OutcomeRedirect>>,
    /// How a failure of the origin is told, if not as the route says.
    pub format: Option<ErrorFormat>,
    /// What addresses of the origin in its answer become, where they are mapped.
    pub front: Option<Front>,
}

/// The gateway's own address, as one client asked for it.
#[derive(Debug, Clone)]
pub struct Front {
    /// `scheme://host`
    pub origin: String,
    /// The client came by http, and the gateway can be had by https as well.
    pub has_https: bool,
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
