//! Server calls: from listed networks, by an administrator, for methods that the administrator may call.

use crate::credential::own::luminate::{LOGIN_NAME, LOGIN_PASSWORD};
use crate::identity::Identity;
use crate::luminate::call::Call;
use crate::luminate::visit::Visit;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// Whether server calls are taken from the client's address.
///
/// # Errors
/// `ServerAddress`.
pub fn check_address<P>(v: &Visit<'_, P>) -> Result<(), Reason> {
    let client = v.request.client_address.ok_or(Reason::ServerAddress)?;
    let is_listed = v.luminate.server_networks.iter().any(|network| network.contains(client));
    is_listed.then_some(()).ok_or(Reason::ServerAddress)
}

/// The administrator who calls, and may.
///
/// # Errors
/// `CallParameterMissing`, `AdministratorRefused`, `MethodNotPermitted`, `Throttled`, `CredentialMisplaced`, and
/// storage's own.
pub(super) async fn administrator<P: Ports>(
    v: &Visit<'_, P>,
    call: &Call<'_>,
    method: &str,
) -> Result<Identity, Refusal> {
    let ctx = v.ctx();
    let (name, password) = (call.in_body(LOGIN_NAME)?, call.in_body(LOGIN_PASSWORD)?);
    let (Some(name), Some(password)) = (name, password) else { return Err(Reason::AdministratorRefused.into()) };
    let network = format!("administrator {}", v.request.network());
    if v.state.guesses.is_shut_out(&network, ctx.now) {
        return Err(Reason::Throttled.into());
    }
    let mut administrators = v.luminate.administrators.iter();
    let Some(administrator) = administrators.find(|administrator| administrator.name == name) else {
        return Err(wrong(v, &network).await.into());
    };
    let secret = ctx.secrets.secret(&administrator.secret)?;
    if !secret.is(password.as_bytes()) {
        return Err(wrong(v, &network).await.into());
    }
    let identity = Identity { kind: "administrator", client: Some(administrator.name.clone()), ..Identity::default() };
    match administrator.methods.iter().any(|pattern| pattern.matches(method)) {
        true => Ok(identity),
        false => Err(Reason::MethodNotPermitted.of(&identity)),
    }
}

async fn wrong<P: Ports>(v: &Visit<'_, P>, network: &str) -> Reason {
    v.state.guesses.count(network, v.ctx(), Reason::AdministratorRefused).await
}
