//! What is answered under a route that speaks the Luminate dialect (`protocols.md` A0, A2, A3).
//!
//! Servlets of the API are answered here or forwarded once their checks pass; `EstablishSession` and `PixelServer` are
//! answered here; everything else is a page of the origin, open to everybody, in which tags may be expanded.

mod answered;
mod api;
mod call;
mod caller;
pub mod catalog;
pub mod document;
pub mod errors;
mod establish;
mod forward;
mod guess;
mod page;
mod path;
mod redirects;
mod server;
pub mod sso_token;
pub mod tags;
mod visit;

use crate::credential::own::luminate::{below, is_servlet};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::exchange::format::{ErrorFormat, ResponseFormat};
use crate::http::Target;
use crate::luminate::path::Place;
use crate::policy::{Luminate, Route};
use crate::ports::Ports;
use crate::redirect::outcome::OutcomeRedirect;
use crate::refusal::Reason;
use crate::refused::{Refusal, Said, only};

use visit::Visit;

/// Answers a request, or lets it through.
///
/// # Errors
/// Every reason of the dialect, and storage's own. Those of the API are said in its envelope.
pub(crate) async fn serve<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
) -> Result<Access, Refusal> {
    let v = &Visit { exchange: x, route, luminate };
    let rest = below(route, x.target).ok_or(Reason::PathParameter)?;
    match path::place(luminate, rest)? {
        Place::Servlet(servlet) => api::call(v, servlet).await,
        Place::UnknownServlet => {
            // The format may stand in the body; if that cannot be read, the address has to do.
            let form = call::Sent::read(v).await.map(|sent| sent.form).unwrap_or_default();
            let format = call::format_at_least(x.target.query.unwrap_or_default(), &form);
            Err(errors::refusal(format, Reason::CallMethodUnknown.into()))
        }
        Place::EstablishSession => {
            only(x.request, &["GET", "HEAD"])?;
            establish::answer(v).await
        }
        Place::PixelServer => {
            only(x.request, &["GET", "HEAD"])?;
            establish::pixel(v).await
        }
        Place::Page => page::visit(v).await,
    }
}

/// A refusal at a route: in the API's envelope, if it is of a call that has not been told in it.
pub(crate) fn told<P>(x: &Exchange<'_, P>, route: &Route, refusal: Refusal) -> Refusal {
    match (refusal.said(), route.luminate().and_then(|_| format(route, x.target))) {
        (Said::Dialect, Some(format)) => errors::refusal(format, refusal),
        _ => refusal,
    }
}

/// A refusal of a call that had been let through. What the call came with may have been used before, so the redirect names
/// no caller.
pub(crate) fn told_of_call(
    refusal: Refusal,
    format: Option<ErrorFormat>,
    outcome_redirect: Option<Box<OutcomeRedirect>>,
    now: u64,
) -> Refusal {
    let Some(ErrorFormat::Luminate(format)) = format else { return refusal };
    let outcome_redirect =
        outcome_redirect.map(|outcome_redirect| OutcomeRedirect { caller: None, detour: None, ..*outcome_redirect });
    errors::of_call(refusal, format, outcome_redirect.as_ref(), now)
}

/// How a call of the API wants to be answered, as far as the address tells. None: it is no call.
fn format(route: &Route, target: &Target<'_>) -> Option<ResponseFormat> {
    let is_call = below(route, target).is_some_and(is_servlet);
    is_call.then(|| call::format_at_least(target.query.unwrap_or_default(), ""))
}
