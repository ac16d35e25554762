//! Calls that go on to the origin with a password in them, such as `changePassword`: the origin's answer says whether it is
//! right, so each is a guess, at whomever it names and at who is signed in. Nobody takes it back: what the origin answers
//! is not looked at, and nobody changes a password twenty times a minute.

use crate::authenticate::attempt::{Attempt, Scope};
use crate::credential::own::luminate::is_password;
use crate::identity::Identity;
use crate::luminate::call::Call;
use crate::luminate::visit::Visit;
use crate::ports::Ports;
use crate::refusal::Reason;

/// Counts a call that is about to be forwarded, if it asks about a password.
///
/// # Errors
/// `Throttled`, `ParameterDuplicate`, `ParameterShadowed`, storage's and the limiter's own.
pub async fn count<P: Ports>(
    v: &Visit<'_, P>,
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
    let signed_in = identity.subject.as_ref().map(|subject| numbered("cons_id", subject));
    let mut accounts = vec![call.filled("user_name")?, call.filled("email")?];
    for name in ["cons_id", "member_id"] {
        accounts.push(call.filled(name)?.map(|number| numbered(name, &number)));
    }
    let mut accounts: Vec<Option<String>> =
        accounts.into_iter().filter(|named| named.is_some() && *named != signed_in).collect();
    accounts.dedup();
    if accounts.is_empty() && signed_in.is_none() {
        accounts.push(None);
    }
    // Who is signed in has shown who it is: what neighbours guess is no reason to refuse it. That does not cover the names
    // in its call, and a name that this network knows does not cover the next one.
    if signed_in.is_some() {
        Attempt::begin(v, signed_in.as_deref(), Scope::Account).await?;
    }
    let mut scope = if is_server { Scope::Account } else { Scope::Network };
    for account in accounts {
        let attempt = Attempt::begin(v, account.as_deref(), scope).await?;
        if attempt.is_of_network() {
            scope = Scope::Account;
        }
    }
    Ok(())
}

/// An account by its number, which is no user name.
fn numbered(name: &str, number: &str) -> String {
    format!("{name} {number}")
}
