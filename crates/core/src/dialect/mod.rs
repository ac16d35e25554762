//! How the gateway speaks: the words, shapes and status codes of a refusal.
//!
//! [`generic`] is RFC-shaped and what every route speaks unless it says otherwise. A vendor's dialect is
//! data and rendering only; nothing is decided by it.

pub(crate) mod challenge;
pub mod checkfront;
pub mod generic;
pub mod oauth;
pub mod superoffice;

use crate::exchange;
use crate::http::Incoming;
use crate::page::Setting;
use crate::policy::Route;
use crate::refusal::{Public, Reason};
use crate::state::State;

/// What the words of a refusal are made from.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// Policy and secrets.
    pub state: &'a State,
    /// The request.
    pub request: &'a Incoming<'a>,
    /// Its name.
    pub request_id: &'a str,
    /// The route that matched, if one did.
    pub route: Option<&'a Route>,
    /// The endpoint of the gateway that refuses, if one does.
    pub endpoint: Option<&'static str>,
    /// Why.
    pub reason: Reason,
    /// What exactly is wrong, for a caller who has shown the admin key.
    pub detail: Option<&'a str>,
}

impl Refused<'_> {
    /// What may be told.
    pub fn public(&self) -> Public {
        self.reason.public()
    }

    /// For whom its page is written.
    pub(crate) fn setting(&self) -> Setting<'_> {
        exchange::setting(self.state, self.request)
    }
}
