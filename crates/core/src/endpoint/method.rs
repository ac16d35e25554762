//! The methods of an endpoint.

use crate::http::Incoming;
use crate::refused::Refusal;

/// Whether a request has one of the methods.
///
/// # Errors
/// `MethodNotAllowed`, with those that are.
pub(super) fn only(request: &Incoming<'_>, methods: &[&str]) -> Result<(), Refusal> {
    methods.contains(&request.method).then_some(()).ok_or_else(|| Refusal::method(methods))
}
