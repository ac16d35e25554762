//! `admin/nonce`, `admin/token` and `admin/ticket`: credentials for the person or program that the operator names.

use serde_json::json;

use crate::credential::own::luminate::NONCE;
use crate::credential::session::{self, Opened, handoff};
use crate::credential::{bearer, nonce as nonces, ticket as tickets};
use crate::endpoint::admin::request::{Request, Wrong};
use crate::exchange::Exchange;
use crate::http::Target;
use crate::http::answer::Answer;
use crate::http::query::encode_component;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::record::{Record, is_name, is_scope};

/// 201 `{"nonce", "url", "expires_in"}`: a nonce for `subject` on `route`, and the address that redeems it. In the
/// Luminate dialect a nonce connects to a session, which is opened for it.
pub async fn nonce<P: Ports>(x: &Exchange<'_, P>, request: &Request) -> Result<Answer, Wrong> {
    let Exchange { state, target, .. } = *x;
    let ctx = x.ctx();
    let routes = || state.policy.routes.iter().filter(|route| route.takes_nonces());
    let Some(route) = routes().find(|route| route.name == request.route) else {
        let names: Vec<&str> = routes().map(|route| route.name.as_str()).collect();
        return Err(Wrong::said(format!("`route` must be one that accepts nonces: {}.", names.join(", "))));
    };
    check_name("subject", &request.subject)?;
    let path = match request.path.as_str() {
        "" if route.path.is_prefix() => format!("{}/", route.path.base().trim_end_matches('/')),
        "" => route.path.base().to_owned(),
        path => path.to_owned(),
    };
    let url = format!("{}{path}", target.origin());
    let is_of_route = Target::read(&url, 2048).is_ok_and(|target| route.path.matches(target.path));
    if !is_of_route {
        return Err(Wrong::said(format!("`path` must be a plain path that the route takes ({}).", route.path)));
    }
    if let Some(luminate) = route.luminate() {
        let lifetime = lifetime(request.lifetime, luminate.nonce_lifetime)?;
        let session =
            session::start(ctx, &luminate.session, &Opened::here(&request.subject, "nonce"), x.request).await?;
        let minted = handoff::mint(ctx, &luminate.session, &session, lifetime)?;
        let establish = format!("{}{}/EstablishSession", target.origin(), route.path.base().trim_end_matches('/'));
        let url = format!("{establish}?{NONCE}={}&NEXTURL={}", minted.expose_text()?, encode_component(&path));
        return Ok(Answer::json(201, &json!({"nonce": minted.expose_text()?, "url": url, "expires_in": lifetime})));
    }
    let policy = state.policy.nonce.as_ref().ok_or(Reason::NoRoute)?;
    let lifetime = lifetime(request.lifetime, policy.lifetime)?;
    let minted = nonces::mint(ctx, policy, route, &request.subject, lifetime).await?;
    let text = minted.expose_text()?;
    let joint = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{joint}{}={text}", policy.parameter);
    Ok(Answer::json(201, &json!({"nonce": text, "url": url, "expires_in": lifetime})))
}

/// 201 in the shape of RFC 6749 section 5.1: a Bearer token for `subject`, with the prefix of `route` if it has one.
pub async fn token<P: Ports>(x: &Exchange<'_, P>, request: &Request) -> Result<Answer, Wrong> {
    let Exchange { state, .. } = *x;
    let ctx = x.ctx();
    let policy = state.policy.bearer.as_ref().ok_or(Reason::NoRoute)?;
    check_name("subject", &request.subject)?;
    if !request.client.is_empty() {
        check_name("client", &request.client)?;
    }
    if !is_scope(&request.scope) {
        return Err(Wrong::said("`scope` must be scope tokens separated by single spaces (RFC 6749 section 3.3)."));
    }
    let lifetime = lifetime(request.lifetime, policy.lifetime)?;
    let prefix = match request.route.as_str() {
        "" => "",
        name => match state.policy.route(name).filter(|route| !route.bearer.prefix.is_empty()) {
            Some(route) => &route.bearer.prefix,
            None => {
                return Err(Wrong::said(
                    "`route` must be one whose tokens have a `prefix`; leave it out for any other.",
                ));
            }
        },
    };
    let record = Record {
        sub: request.subject.clone(),
        client: request.client.clone(),
        scope: request.scope.clone(),
        exp: ctx.now + lifetime,
        ..Record::default()
    };
    let token = bearer::mint(ctx, policy, prefix, record).await?;
    let mut answer = json!({"access_token": token.expose_text()?, "token_type": "Bearer", "expires_in": lifetime});
    if let Some(members) = answer.as_object_mut().filter(|_| !request.scope.is_empty()) {
        members.insert("scope".to_owned(), json!(request.scope));
    }
    Ok(Answer::json(201, &answer))
}

/// 201 `{"ticket", "authorization", "expires_in"}`: a ticket for `subject`, with a session of its own behind it.
pub async fn ticket<P: Ports>(x: &Exchange<'_, P>, request: &Request) -> Result<Answer, Wrong> {
    let Exchange { state, .. } = *x;
    let ctx = x.ctx();
    let (Some(policy), Some(sessions)) = (&state.policy.ticket, &state.policy.session) else {
        return Err(Reason::NoRoute.into());
    };
    check_name("subject", &request.subject)?;
    let lifetime = lifetime(request.lifetime, policy.lifetime)?;
    let session = session::start(ctx, sessions, &Opened::here(&request.subject, "ticket"), x.request).await?;
    let minted = tickets::mint(ctx, sessions, &session, lifetime)?;
    Ok(Answer::json(201, &crate::endpoint::ticket::described(&minted)?))
}

fn check_name(member: &str, value: &str) -> Result<(), Wrong> {
    let said = || Wrong::said(format!("`{member}` must be 1 to 255 printable ASCII characters without spaces."));
    is_name(value).then_some(()).ok_or_else(said)
}

/// Seconds: at least KV's floor, at most the policy's.
fn lifetime(asked: Option<u64>, most: u64) -> Result<u64, Wrong> {
    match asked {
        None => Ok(most),
        Some(asked) if (60..=most).contains(&asked) => Ok(asked),
        Some(_) => Err(Wrong::said(format!("`lifetime` must be 60 to {most} seconds, as the policy says."))),
    }
}
