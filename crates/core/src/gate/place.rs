//! Where a request leads, and what follows there.

use std::sync::Arc;

use crate::exchange::Exchange;
use crate::exchange::format::ErrorFormat;
use crate::http::cors;
use crate::policy::Route;
use crate::refusal::Reason;
use crate::{endpoint, own_paths, routing};

/// Where a request leads.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// Nowhere that is known.
    Nowhere,
    /// To an endpoint of the gateway, named as in the log.
    Endpoint(Option<&'static str>),
    /// Along a route.
    Route(Arc<Route>),
}

impl Place {
    /// Finds out, for a request whose target is read.
    ///
    /// # Errors
    /// `MethodUnknown`, `NoRoute`, `PathAmbiguous`, `PathCaseAmbiguous`, `PathNearGuarded`.
    pub(super) fn find<P>(x: &Exchange<'_, P>) -> Result<Self, Reason> {
        let (policy, request) = (&x.state.policy, x.request);
        if !routing::is_known_method(policy, request.method) {
            return Err(Reason::MethodUnknown);
        }
        if own_paths::is_own(policy, x.target.path) {
            if x.target.several.is_any() {
                return Err(Reason::PathAmbiguous);
            }
            return Ok(Place::Endpoint(endpoint::name(policy, x.target.path)));
        }
        let is_preflight = cors::is_preflight(request.method, &request.headers);
        let asked = request.headers.get("access-control-request-method").filter(|_| is_preflight);
        let route = routing::find(policy, asked.unwrap_or(request.method), x.target)?;
        Ok(Place::Route(Arc::clone(route)))
    }

    pub(super) fn route(&self) -> Option<&Arc<Route>> {
        match self {
            Place::Route(route) => Some(route),
            Place::Nowhere | Place::Endpoint(_) => None,
        }
    }

    pub(super) fn endpoint(&self) -> Option<&'static str> {
        match self {
            Place::Endpoint(endpoint) => *endpoint,
            Place::Nowhere | Place::Route(_) => None,
        }
    }

    /// In which format a refusal is told there.
    pub(super) fn format(&self) -> ErrorFormat {
        self.route().map_or(ErrorFormat::Generic, |route| ErrorFormat::of(route.dialect))
    }
}
