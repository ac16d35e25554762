//! One request on its way through the gate.

pub mod access;
pub mod body;
pub mod claim;
pub mod decision;
pub mod format;
pub mod jar;
mod maintenance;

use std::sync::Arc;

use crate::credential::session::Cookies;
use crate::exchange::decision::Decision;
use crate::exchange::format::ErrorFormat;
use crate::exchange::jar::Jar;
use crate::http::{Deployment, Incoming, Target};
use crate::identity::Identity;
use crate::page::Setting;
use crate::policy::{Route, Session};
use crate::refusal::Reason;
use crate::sealed::store::Context;
use crate::state::State;

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
    /// Cookies that go out whatever becomes of it.
    pub jar: &'a Jar,
}

impl<'a, P> Exchange<'a, P> {
    /// The same for the rooms below, which seal and find credentials and know no request.
    pub fn ctx(&self) -> Context<'a, P> {
        self.state.context(self.target, self.now, self.ports)
    }

    /// For whom its pages are written.
    pub fn setting(&self) -> Setting<'a> {
        setting(self.state, self.request)
    }

    /// The cookies of sessions that its browser has, and gets, on a page of this site.
    pub fn cookies(&self, policy: &'a Session) -> Cookies<'a> {
        Cookies { policy, target: self.target, headers: &self.request.headers, embedded: false }
    }

    /// Whether others may read what the request says on its way. An http issuer is valid on loopback alone, and only a local
    /// deployment is there.
    pub fn is_exposed(&self) -> bool {
        let is_for_https = self.state.policy.gateway.issuer.is_https() || self.state.deployment == Deployment::Public;
        is_for_https && !self.target.secure && !self.target.is_loopback()
    }
}

/// For whom the pages are written that answer a request.
pub(crate) fn setting<'a>(state: &'a State, request: &Incoming<'_>) -> Setting<'a> {
    Setting::new(&state.policy.pages, &state.book, request.url, request.headers.get("accept-language"))
}

/// When a request came, and its name.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Unix seconds.
    pub now: u64,
    /// Unique per request; told to client, origin and log.
    pub request_id: &'a str,
}

/// A decision and what the log says of it.
#[derive(Debug)]
pub struct Handled {
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
    /// In which format a refusal would be told.
    pub format: ErrorFormat,
}
