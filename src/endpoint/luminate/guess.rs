//! Calls that go on to the origin with a password in them, such as `changePassword`: the origin's answer says whether it is
//! right, so each is a guess, at whomever it names and at who is signed in. Nobody takes it back: what the origin answers
//! is not looked at, and nobody changes a password twenty times a minute.

use super::call::Call;
use crate::credential::Identity;
use crate::endpoint::attempt::{Attempt, Scope};
use crate::gate::credentials::Visit;
use crate::http::query;
use crate::ports::Ports;
use crate::refusal::Reason;

/// Counts a call that is about to be forwarded, if it asks about a password.
///
/// # Errors
/// `Throttled`, `ParameterDuplicate`, `ParameterShadowed`, storage's and the limiter's own.
pub async fn count<P: Ports>(
    visit: &Visit<'_, P>,
    call: &Call<'_>,
    method: &str,
    identity: &Identity,
    is_server: bool,
) -> Result<(), Reason> {
    // A server that has shown who it is sets passwords for others; only by name does it ask about one.
    let carries = || !is_server && call.query.names().chain(call.form.names()).any(is_password);
    if !is_password(method) && !carries() {
        return Ok(());
    }
    let Visit { gate, ctx, incoming, ports, .. } = *visit;
    let signed_in = identity.subject.as_ref().map(|subject| format!("cons_id {subject}"));
    let mut accounts: Vec<String> =
        [call.filled("user_name")?, call.filled("email")?, signed_in].into_iter().flatten().collect();
    accounts.dedup();
    if accounts.is_empty() {
        accounts.push(String::new()); // of whom it is only the origin knows
    }
    let scope = if is_server { Scope::Account } else { Scope::Network };
    for account in accounts {
        Attempt::begin(gate, ctx, incoming, ports, &account, scope).await?;
    }
    Ok(())
}

/// Whether a name, as it was sent, is of a password, in whatever spelling.
pub fn is_password(name: &str) -> bool {
    query::decode(name).to_ascii_lowercase().windows(5).any(|letters| letters == b"passw")
}
