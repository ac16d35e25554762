//! The client's Authorization, where the origin authenticates its users itself.

use crate::credential::own::traces;
use crate::digest::from_standard_base64;
use crate::exchange::Exchange;
use crate::http::authorization::is_of_connection;
use crate::policy::Route;
use crate::secrets::SHORTEST;

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
    let piece = piece.trim_ascii();
    let (scheme, value) = piece.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or(("", piece));
    let value = value.trim_ascii();
    if traces::holds(piece) || is_our_secret(x, piece) || is_our_secret(x, value) {
        return true;
    }
    scheme.eq_ignore_ascii_case("Basic") && is_our_pair(x, value)
}

/// Shorter ones are not looked for: an origin's answers would tell who guesses whether one was found.
fn is_our_secret<P>(x: &Exchange<'_, P>, text: &str) -> bool {
    text.len() >= SHORTEST && x.ctx().secrets.holds(text.as_bytes())
}

/// A name and a password of somebody whom this gateway knows, or a token in place of either.
fn is_our_pair<P>(x: &Exchange<'_, P>, value: &str) -> bool {
    let policy = &x.state.policy;
    let Some(pair) = from_standard_base64(value.as_bytes()) else { return false };
    let pair = String::from_utf8_lossy(&pair);
    let (name, password) = pair.split_once(':').unwrap_or((&pair, ""));
    traces::holds(&pair)
        || is_our_secret(x, &pair)
        || is_our_secret(x, password)
        || name.starts_with(CLIENT)
        || policy.clients.iter().any(|client| client.id == name)
        || policy.machines().any(|machine| machine.name.eq_ignore_ascii_case(name))
}

/// How the id of a registered client begins.
const CLIENT: &str = "egi_";
