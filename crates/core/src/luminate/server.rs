//! Server calls: from listed networks, by an administrator, for methods that the administrator may call.

use crate::credential::Identity;
use crate::exchange::{Exchange, Trace};
use crate::luminate::call::Call;
use crate::luminate::names::{LOGIN_NAME, LOGIN_PASSWORD};
use crate::policy::Luminate;
use crate::ports::Ports;
use crate::refusal::Reason;

/// Whether server calls are taken from the client's address.
///
/// # Errors
/// `ServerAddress`.
pub fn judge_address<P>(x: &Exchange<'_, P>, luminate: &Luminate) -> Result<(), Reason> {
    let client = x.request.client().ok_or(Reason::ServerAddress)?;
    let is_listed = luminate.server_networks.iter().any(|network| network.contains(client));
    is_listed.then_some(()).ok_or(Reason::ServerAddress)
}

/// Whether an administrator calls, and may.
///
/// # Errors
/// `CallParameterMissing`, `AdministratorRefused`, `MethodNotPermitted`, `Throttled`, `CredentialMisplaced`, and
/// storage's own.
pub async fn judge_administrator<P: Ports>(
    x: &Exchange<'_, P>,
    luminate: &Luminate,
    call: &Call<'_>,
    method: &str,
    trace: &mut Trace,
) -> Result<Identity, Reason> {
    let Exchange { state, request, .. } = *x;
    let ctx = x.ctx();
    let (name, password) = (call.in_body(LOGIN_NAME)?, call.in_body(LOGIN_PASSWORD)?);
    let (Some(name), Some(password)) = (name, password) else { return Err(Reason::AdministratorRefused) };
    let network = format!("administrator {}", request.network());
    if state.guesses.is_shut_out(&network, ctx.now) {
        return Err(Reason::Throttled);
    }
    let mut administrators = luminate.administrators.iter();
    let Some(administrator) = administrators.find(|administrator| administrator.name == name) else {
        return Err(wrong(x, &network).await);
    };
    let secret = ctx.keyring.secret(&administrator.secret, ctx.loopback)?;
    if !secret.is(password.as_bytes()) {
        return Err(wrong(x, &network).await);
    }
    let identity = Identity { kind: "administrator", client: Some(administrator.name.clone()), ..Identity::default() };
    trace.identity = Some(identity.clone());
    let may_call = administrator.methods.iter().any(|pattern| pattern.matches(method));
    may_call.then_some(identity).ok_or(Reason::MethodNotPermitted)
}

async fn wrong<P: Ports>(x: &Exchange<'_, P>, network: &str) -> Reason {
    x.state.guesses.count(network, x.ctx().now, x.ports, Reason::AdministratorRefused).await
}
