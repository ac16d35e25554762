//! `/.edgegate/admin/*`: what an operator does to a running gateway, through `edgegate` or any client.
//!
//! Off unless the policy names a key; only from the policy's networks; a network that guessed too often is
//! refused for a minute whatever it sends. Every call is one line in the decision log.

mod client;
mod issued;
mod mint;
mod people;
mod request;

use std::net::IpAddr;

use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::authorization;
use crate::own_paths::ADMIN;
use crate::policy::Admin;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::{Refusal, Said};
use crate::secret::Secret;

use request::{Request, Wrong, object, read};

/// Answers one call.
///
/// # Errors
/// `AdminAddress`, `Throttled`, `AdminKey`, `AdminRequest`, `NoRoute`, storage's own.
pub async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    authorize(x).await?;
    let body = x.ports.read(MAX_BODY).await?;
    let what = x.target.path.strip_prefix(ADMIN).unwrap_or_default();
    let answered = match (object(&body), what.strip_prefix("client/")) {
        (Ok(members), Some(what)) => client::answer(x, what, &members).await,
        (Ok(members), None) if people::is_meant(what, &members) => people::answer(x, what, &members).await,
        (Ok(members), None) => match read(members) {
            Ok(request) => act(x, what, &request).await,
            Err(wrong) => Err(wrong),
        },
        (Err(wrong), _) => Err(wrong),
    };
    match answered {
        Ok(answer) => Ok(Access::answer(answer)),
        Err(Wrong { reason, detail: Some(detail) }) => Err(Refusal::from(reason).saying(Said::Detail(detail))),
        Err(Wrong { reason, detail: None }) => Err(reason.into()),
    }
}

async fn act<P: Ports>(x: &Exchange<'_, P>, what: &str, request: &Request) -> Result<Answer, Wrong> {
    match what {
        "nonce" => mint::nonce(x, request).await,
        "token" => mint::token(x, request).await,
        "ticket" => mint::ticket(x, request).await,
        "token/show" => issued::show_token(x, request).await,
        "token/revoke" => issued::revoke_token(x, request).await,
        "session/revoke" => issued::revoke_session(x, request).await,
        _ => Err(Reason::NoRoute.into()),
    }
}

/// Whether a request shows a Bearer token from a network that may administer: it means the admin key then.
pub fn is_meant<P>(x: &Exchange<'_, P>) -> bool {
    let is_from_there = |admin: &Admin| x.request.client_address.is_some_and(|client| allows(admin, client));
    x.state.policy.admin.as_ref().is_some_and(is_from_there)
        && authorization::read(&x.request.headers).is_ok_and(|header| header.is_some_and(|header| header.is("Bearer")))
}

fn allows(admin: &Admin, client: IpAddr) -> bool {
    admin.allow.iter().any(|allowed| allowed.contains(client))
}

/// Whether a call has the admin key and comes from where it may.
///
/// # Errors
/// `AdminAddress`, `Throttled`, `AdminKey`, `SecretMissing`, `NoRoute`.
pub async fn authorize<P: Ports>(x: &Exchange<'_, P>) -> Result<(), Reason> {
    let Exchange { state, request, .. } = *x;
    let ctx = x.ctx();
    let policy = state.policy.admin.as_ref().ok_or(Reason::NoRoute)?;
    let client = request.client_address.ok_or(Reason::AdminAddress)?;
    if !allows(policy, client) {
        return Err(Reason::AdminAddress);
    }
    let network = format!("admin {}", request.network());
    if state.guesses.is_shut_out(&network, ctx.now) {
        return Err(Reason::Throttled);
    }
    // While the key is changed, the next one may have no value yet.
    let keys: Vec<&Secret> = policy.secrets().filter_map(|name| ctx.secrets.secret(name).ok()).collect();
    if keys.is_empty() {
        return Err(Reason::SecretMissing);
    }
    let header = authorization::read(&request.headers)?.filter(|header| header.is("Bearer"));
    match header.is_some_and(|header| keys.iter().any(|key| key.is(header.value.as_bytes()))) {
        true => Ok(()),
        false => Err(state.guesses.count(&network, ctx, Reason::AdminKey).await),
    }
}

const MAX_BODY: usize = 16_384;
