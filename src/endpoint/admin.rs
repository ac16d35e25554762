//! `/.edgegate/admin/*`: what an operator does to a running gateway, through `edgegate` or any client.
//!
//! Off unless the policy names a key; only from the policy's networks; a network that guessed too often is
//! refused for a minute whatever it sends. Every call is one line in the decision log.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::credential::record::{Record, is_name, is_scope};
use crate::credential::store::{self, Context, Found};
use crate::credential::{authorization, bearer, nonce, session};
use crate::endpoint::sign_in::network;
use crate::gate::Gate;
use crate::http::{Incoming, Target};
use crate::policy::{Accept, Revocation};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::rewrite::Answer;
use crate::secret::Secret;

/// What a call may say; each endpoint takes the members it names.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Request {
    subject: String,
    client: String,
    scope: String,
    route: String,
    path: String,
    lifetime: Option<u64>,
    token: String,
    session: String,
}

/// Answers one call.
///
/// # Errors
/// `AdminAddress`, `Throttled`, `AdminKey`, `AdminRequest`, `NoRoute`, storage's own.
pub async fn answer<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
) -> Result<Answer, Reason> {
    authorize(gate, ctx, incoming, ports).await?;
    let body = ports.read(MAX_BODY).await?;
    let request: Request = serde_json::from_slice(&body).map_err(|_| Reason::AdminRequest)?;
    match target.path.strip_prefix("/.edgegate/admin/").unwrap_or_default() {
        "nonce" => mint_nonce(gate, ctx, target, &request, ports).await,
        "token" => mint_token(gate, ctx, &request, ports).await,
        "token/show" => show_token(gate, ctx, &request, ports).await,
        "token/revoke" => revoke_token(gate, ctx, &request, ports).await,
        "session/revoke" => revoke_session(gate, ctx, &request, ports).await,
        _ => Err(Reason::NoRoute),
    }
}

async fn authorize<P: Ports>(gate: &Gate, ctx: Context<'_>, incoming: &Incoming<'_>, ports: &P) -> Result<(), Reason> {
    let policy = gate.policy.admin.as_ref().ok_or(Reason::NoRoute)?;
    let client = incoming.client().ok_or(Reason::AdminAddress)?;
    if !policy.allow.iter().any(|allowed| allowed.contains(client)) {
        return Err(Reason::AdminAddress);
    }
    let network = network(incoming);
    if gate.is_throttled(&network, ctx.now) {
        return Err(Reason::Throttled);
    }
    let key = ctx.keyring.secret(&policy.secret, ctx.loopback)?;
    let header = authorization::read(&incoming.headers)?;
    if header.is_some_and(|header| header.is("Bearer") && key.is(header.value.as_bytes())) {
        return Ok(());
    }
    if !ports.within(&format!("admin {network}")).await? {
        gate.throttle(&network, ctx.now);
        return Err(Reason::Throttled);
    }
    Err(Reason::AdminKey)
}

async fn mint_nonce<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    target: &Target<'_>,
    request: &Request,
    ports: &P,
) -> Result<Answer, Reason> {
    let policy = gate.policy.nonce.as_ref().ok_or(Reason::NoRoute)?;
    let route = gate.policy.route(&request.route).ok_or(Reason::AdminRequest)?;
    let takes_nonces = route.accept.iter().any(|accept| matches!(accept, Accept::Nonce));
    let path = match request.path.as_str() {
        "" => format!("{}/", route.path.base().trim_end_matches('/')),
        path => path.to_owned(),
    };
    let url = format!("{}{path}", target.origin());
    if !takes_nonces || !is_name(&request.subject) || Target::read(&url, 2048).is_err() {
        return Err(Reason::AdminRequest);
    }
    let lifetime = lifetime(request.lifetime, policy.lifetime)?;
    let minted = nonce::mint(ctx, ports, policy, route, &request.subject, lifetime).await?;
    let text = text(&minted)?;
    let joint = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{joint}{}={text}", policy.parameter);
    Ok(Answer::json(201, &json!({"nonce": text, "url": url, "expires_in": lifetime})))
}

async fn mint_token<P: Ports>(gate: &Gate, ctx: Context<'_>, request: &Request, ports: &P) -> Result<Answer, Reason> {
    let policy = gate.policy.bearer.as_ref().ok_or(Reason::NoRoute)?;
    let is_client = request.client.is_empty() || is_name(&request.client);
    if !is_name(&request.subject) || !is_client || !is_scope(&request.scope) {
        return Err(Reason::AdminRequest);
    }
    let lifetime = lifetime(request.lifetime, policy.lifetime)?;
    let record = Record {
        sub: request.subject.clone(),
        client: request.client.clone(),
        scope: request.scope.clone(),
        exp: ctx.now + lifetime,
        revoked: false,
    };
    let (token, _) = bearer::mint(ctx, ports, policy, record).await?;
    let mut answer = json!({"access_token": text(&token)?, "token_type": "Bearer", "expires_in": lifetime});
    if let Some(members) = answer.as_object_mut().filter(|_| !request.scope.is_empty()) {
        members.insert("scope".to_owned(), json!(request.scope));
    }
    Ok(Answer::json(201, &answer))
}

async fn show_token<P: Ports>(gate: &Gate, ctx: Context<'_>, request: &Request, ports: &P) -> Result<Answer, Reason> {
    let policy = gate.policy.bearer.as_ref().ok_or(Reason::NoRoute)?;
    let sealed = match bearer::open(ctx, policy, &request.token) {
        Ok(sealed) => sealed,
        Err(Reason::TokenForged) => return Ok(state("forged", json!({}))),
        Err(other) => return Err(other),
    };
    let times = json!({"key_id": sealed.key_id, "issued": sealed.issued, "expires": sealed.expires});
    if sealed.expires <= ctx.now {
        return Ok(state("expired", times));
    }
    let revocation = match ctx.single_use {
        crate::policy::SingleUse::Ledger => Revocation::Strict,
        crate::policy::SingleUse::BestEffort => Revocation::Cached,
    };
    Ok(match store::find(ctx, ports, &sealed, 0, revocation).await? {
        Found::Live(record) => {
            let mut members = times;
            if let Some(members) = members.as_object_mut() {
                members.insert("subject".to_owned(), json!(record.sub));
                members.insert("client".to_owned(), json!(record.client));
                members.insert("scope".to_owned(), json!(record.scope));
            }
            state("live", members)
        }
        Found::Revoked => state("revoked", times),
        Found::Unknown => state("unknown", times),
    })
}

async fn revoke_token<P: Ports>(gate: &Gate, ctx: Context<'_>, request: &Request, ports: &P) -> Result<Answer, Reason> {
    let policy = gate.policy.bearer.as_ref().ok_or(Reason::NoRoute)?;
    let sealed = bearer::open(ctx, policy, &request.token).map_err(forged_is_a_bad_request)?;
    store::revoke(ctx, ports, &sealed).await?;
    Ok(state("revoked", json!({})))
}

async fn revoke_session<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    request: &Request,
    ports: &P,
) -> Result<Answer, Reason> {
    let policy = gate.policy.session.as_ref().ok_or(Reason::NoRoute)?;
    let sealed = session::open(ctx, policy, &request.session).map_err(forged_is_a_bad_request)?;
    store::revoke(ctx, ports, &sealed).await?;
    Ok(state("revoked", json!({})))
}

fn state(state: &str, mut members: Value) -> Answer {
    if let Some(members) = members.as_object_mut() {
        members.insert("state".to_owned(), json!(state));
    }
    Answer::json(200, &members)
}

fn forged_is_a_bad_request(reason: Reason) -> Reason {
    match reason {
        Reason::TokenForged | Reason::SessionForged => Reason::AdminRequest,
        other => other,
    }
}

/// Seconds: at least KV's floor, at most the policy's.
fn lifetime(asked: Option<u64>, most: u64) -> Result<u64, Reason> {
    match asked {
        None => Ok(most),
        Some(asked) if (60..=most).contains(&asked) => Ok(asked),
        Some(_) => Err(Reason::AdminRequest),
    }
}

fn text(secret: &Secret) -> Result<&str, Reason> {
    core::str::from_utf8(secret.expose()).map_err(|_| Reason::Internal)
}

const MAX_BODY: usize = 16_384;
