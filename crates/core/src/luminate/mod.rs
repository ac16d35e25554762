//! What is answered under a route that speaks the Luminate dialect (`protocols.md` A0, A2, A3).
//!
//! Servlets of the API are answered here or forwarded once their checks pass; `EstablishSession` and `PixelServer` are
//! answered here; everything else is a page of the origin, open to everybody, in which tags may be expanded.

pub(crate) mod answered;
pub(crate) mod api;
pub(crate) mod call;
pub(crate) mod caller;
pub mod catalog;
pub mod document;
pub mod errors;
pub(crate) mod establish;
pub(crate) mod forward;
pub(crate) mod guess;
pub mod names;
pub(crate) mod page;
pub(crate) mod path;
pub(crate) mod redirects;
pub(crate) mod server;
pub mod sso_token;
pub mod tags;

use crate::exchange::access::Outcome;
use crate::exchange::format::Voice;
use crate::exchange::{Exchange, Trace};
use crate::http::{Target, query};
use crate::luminate::names::IN_ADDRESSES;
use crate::policy::{Luminate, Route};
use crate::ports::Ports;
use crate::refusal::Reason;

use crate::luminate::path::Place;

/// Judges a request, and answers it or lets it through.
///
/// # Errors
/// Every reason of the dialect, and storage's own. Those of the API are said in its envelope.
pub(crate) async fn visit<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
    trace: &mut Trace,
) -> Result<Outcome, Reason> {
    let rest = path::below(route, x.target).ok_or(Reason::PathParameter)?;
    let method = x.request.method;
    match path::place(luminate, rest)? {
        Place::Servlet(servlet) => api::call(x, route, luminate, servlet, trace).await,
        Place::UnknownServlet => {
            // The format may stand in the body; if that cannot be read, the address has to do.
            if let Ok(sent) = call::Sent::read(x).await {
                let query = x.target.query.unwrap_or_default();
                trace.voice = Voice::Luminate(call::manner_at_least(query, &sent.form));
            }
            Err(Reason::CallMethodUnknown)
        }
        Place::EstablishSession => {
            only(method, trace)?;
            establish::answer(x, route, luminate, trace).await
        }
        Place::PixelServer => {
            only(method, trace)?;
            establish::pixel(x, route, luminate, trace).await
        }
        Place::Page => page::visit(x, route, luminate, trace).await,
    }
}

pub(crate) use crate::luminate::path::without_routing;

/// Which parameters of an address are cut from what is forwarded: what the API keeps back, and on pages the credentials
/// that a page has no other use for.
pub(crate) fn credentials(route: &Route, target: &Target<'_>) -> fn(&str) -> bool {
    match path::below(route, target).is_some_and(path::is_servlet) {
        true => call::is_kept_back,
        false => |name| query::folds_onto_any(name, IN_ADDRESSES.iter()),
    }
}

/// In whose words a refusal under the route is said, as far as the address tells.
pub(crate) fn voice(route: &Route, target: &Target<'_>) -> Voice {
    match path::below(route, target).is_some_and(path::is_servlet) {
        true => Voice::Luminate(call::manner_at_least(target.query.unwrap_or_default(), "")),
        false => Voice::Generic,
    }
}

/// Addresses that only a browser's own GET makes sense of.
fn only(method: &str, trace: &mut Trace) -> Result<(), Reason> {
    trace.allow = vec!["GET".to_owned(), "HEAD".to_owned()];
    matches!(method, "GET" | "HEAD").then_some(()).ok_or(Reason::MethodNotAllowed)
}
