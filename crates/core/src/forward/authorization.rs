//! The client's Authorization, where the origin authenticates its users itself.

use crate::credential::own::traces;
use crate::digest::from_standard_base64;
use crate::exchange::Exchange;
use crate::http::authorization::is_of_connection;
use crate::policy::{Policy, Route};

/// Whether the request's Authorization goes on: the route says so, and it is not for the gateway.
///
/// Two fields arrive as one, joined by a comma, and schemes such as Digest have commas of their own. So every piece is
/// looked at.
pub(super) fn passes<P>(x: &Exchange<'_, P>, route: &Route) -> bool {
    let field = x.request.headers.get("authorization").filter(|_| route.forward.passes_authorization);
    field.is_some_and(|field| !field.split(',').any(|piece| is_of_connection(piece) || is_ours(x, piece)))
}

/// Whether a value is a credential that this gateway issued or checks.
fn is_ours<P>(x: &Exchange<'_, P>, piece: &str) -> bool {
    let (scheme, value) = piece.trim().split_once(' ').unwrap_or_default();
    let value = value.trim();
    if traces::holds(piece) || x.ctx().secrets.holds(value.as_bytes()) {
        return true;
    }
    scheme.eq_ignore_ascii_case("Basic") && is_our_pair(&x.state.policy, value)
}

/// A name and a password of somebody whom this gateway knows, or a token in place of either.
fn is_our_pair(policy: &Policy, value: &str) -> bool {
    let Some(pair) = from_standard_base64(value.as_bytes()) else { return false };
    let pair = String::from_utf8_lossy(&pair);
    let name = pair.split(':').next().unwrap_or_default();
    traces::holds(&pair)
        || name.starts_with(CLIENT)
        || policy.clients.iter().any(|client| client.id == name)
        || policy.machines().any(|machine| machine.name == name)
}

/// How the id of a registered client begins.
const CLIENT: &str = "egi_";
