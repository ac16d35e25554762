//! Who calls: client authentication (RFC 6749 section 2.3), and the form that comes with it.

use std::sync::Arc;

use crate::credential::dpop::{self, Proof};
use crate::credential::{bearer, registry};
use crate::endpoint::oauth::parameters::Parameters;
use crate::exchange::Exchange;
use crate::http::basic::{self, Pair};
use crate::identity::Identity;
use crate::policy::{Client, ClientKind, OAuth};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::secret::Secret;

/// A client's own request: its form, and what it shows of itself.
pub struct Request {
    /// What it sent.
    pub form: Parameters,
    /// What it says that it is.
    pub named: Named,
}

/// How a client says who it is.
#[derive(Debug)]
pub struct Named {
    id: Option<String>,
    secrets: Vec<Secret>,
}

/// Reads the form, of which `known` are the parameters beside those of the client. Only a policy that says so has them in
/// the address too.
///
/// # Errors
/// `FormMalformed`, `BodyTooLarge`, `OAuthParameter`, `ParameterDuplicate`, `BasicMalformed`, `ClientUnauthenticated`.
pub async fn read<P: Ports>(x: &Exchange<'_, P>, oauth: &OAuth, known: &[&'static str]) -> Result<Request, Reason> {
    let Exchange { state, request, target, ports, .. } = *x;
    let known: Vec<&'static str> = known.iter().chain(&[CLIENT_ID, CLIENT_SECRET]).copied().collect();
    let query = target.query.unwrap_or_default();
    let has_body = request.has_form()?;
    let in_query = Parameters::read(&[query], &known)?;
    if (!has_body && in_query.is_empty()) || (!in_query.is_empty() && !oauth.query) {
        return Err(if has_body { Reason::OAuthParameter } else { Reason::FormMalformed });
    }
    let body = match has_body {
        true => bearer::read_form(ports, state.policy.limits.form).await?,
        false => String::new(),
    };
    let form = Parameters::read(&[query, &body], &known)?;
    let named = named(request.headers.get("authorization"), &form)?;
    Ok(Request { form, named })
}

/// Finds the client, and has it prove that it is.
///
/// # Errors
/// `ClientUnauthenticated`, `ClientUnknown`, `ClientSecret`, `ClientKind`, and storage's own reasons.
pub async fn authenticate<P: Ports>(x: &Exchange<'_, P>, named: &Named) -> Result<Arc<Client>, Reason> {
    let ctx = x.ctx();
    let id = named.id.as_ref().ok_or(Reason::ClientUnauthenticated)?;
    let client = registry::find(ctx, id, ctx.strictest()).await?;
    match (client.kind, named.secrets.as_slice()) {
        (ClientKind::Public, []) => return Ok(client),
        // What everybody holds proves nothing; a client that thinks it does is told so.
        (ClientKind::Public, _) => return Err(Reason::ClientSecret),
        (_, []) => return Err(Reason::ClientUnauthenticated),
        (_, secrets) => {
            for secret in secrets {
                let pair = Pair { id: id.clone(), secret: secret.clone() };
                registry::authenticate(ctx, &client, &pair)?;
            }
        }
    }
    if client.kind == ClientKind::TokenPair { Err(Reason::ClientKind) } else { Ok(client) }
}

/// What the log says of a client.
pub fn identity(client: &Client) -> Identity {
    Identity { kind: "client", client: Some(client.id.clone()), ..Identity::default() }
}

/// The proof of the key that the client holds (RFC 9449 section 5), if it shows one. It is not used up yet.
///
/// # Errors
/// The reasons of [`dpop::prove`]; `DpopMalformed` if the client has to and did not.
pub async fn proof<P: Ports>(x: &Exchange<'_, P>, client: &Client) -> Result<Option<Proof>, Reason> {
    let Exchange { request, target, .. } = *x;
    let ctx = x.ctx();
    let demand = dpop::Demand { method: request.method, address: &target.address(), token: None };
    let proof = dpop::prove(ctx, &request.headers, demand).await?;
    match client.needs_dpop && proof.is_none() {
        true => Err(Reason::DpopMalformed),
        false => Ok(proof),
    }
}

/// Only Basic is an authentication here. Clients that exist send their stale Bearer token along while they refresh it
/// (`protocols.md` B1), which says nothing.
fn named(authorization: Option<&str>, form: &Parameters) -> Result<Named, Reason> {
    let (scheme, value) = authorization.unwrap_or_default().split_once(' ').unwrap_or_default();
    let mut secrets: Vec<Secret> = form.get(CLIENT_SECRET).map(Secret::new).into_iter().collect();
    let mut id = form.get(CLIENT_ID).map(str::to_owned);
    if scheme.eq_ignore_ascii_case("Basic") {
        let pair = basic::read(value.trim_matches(' '))?;
        if id.is_some_and(|id| id != pair.id) {
            return Err(Reason::ClientUnauthenticated);
        }
        id = Some(pair.id);
        // With both, both have to be right.
        secrets.extend(Some(pair.secret).filter(|secret| !secret.expose().is_empty()));
    }
    Ok(Named { id, secrets })
}

const CLIENT_ID: &str = "client_id";
const CLIENT_SECRET: &str = "client_secret";
