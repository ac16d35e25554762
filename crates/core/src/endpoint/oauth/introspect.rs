//! The introspection endpoint (RFC 7662).

use serde_json::{Map, Value, json};

use crate::credential::bearer::{self, Opened};
use crate::credential::grant::{self, Claims, Grants};
use crate::credential::registry;
use crate::endpoint::oauth::client;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::policy::{ClientKind, OAuth};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::record::Record;
use crate::sealed::seal::{Kind, Sealed};
use crate::sealed::store::{self, Found};

/// 200 `{"active": true, ...}`, or `{"active": false}` and not a word why. A client learns of its own tokens, a resource
/// server (`introspect = true`) of all access tokens.
pub async fn answer<P: Ports>(x: &Exchange<'_, P>, oauth: &OAuth) -> Result<Access, Refusal> {
    let request = client::read(x, oauth, &["token", "token_type_hint"]).await?;
    let client = client::authenticate(x, &request.named).await?;
    let caller = client::identity(&client);
    let told = match request.form.need("token") {
        // Anybody could ask in the name of a client that cannot prove who it is.
        _ if client.kind != ClientKind::Confidential => Err(Reason::ClientUnauthenticated),
        Ok(token) => tell(x, oauth, token).await,
        Err(reason) => Err(reason),
    };
    let told = told.map_err(|reason| reason.of(&caller))?;
    let is_for = |members: &Map<String, Value>| members.get("client_id").is_some_and(|id| *id == client.id.as_str());
    // A refresh token is between its client and this server (RFC 6749 section 1.5): to a resource server it is nothing.
    let is_access = |members: &Map<String, Value>| members.contains_key("token_type");
    let told = told.filter(|members| is_for(members) || (client.introspects_all && is_access(members)));
    let answer = Answer::json(200, &told.map_or_else(|| json!({"active": false}), Value::Object));
    Ok(Access::answer(answer).by(caller))
}

/// What an active token says; None for any other.
async fn tell<P: Ports>(x: &Exchange<'_, P>, oauth: &OAuth, token: &str) -> Result<Option<Map<String, Value>>, Reason> {
    let ctx = x.ctx();
    let revocation = ctx.strictest();
    let grants = Grants { ctx, policy: oauth };
    let opened = match grants.open_refresh(token) {
        Ok(token) => Opened::Grant(token),
        Err(Reason::RefreshExpired) => return Ok(None),
        Err(Reason::RefreshForged) => match bearer::open(ctx, token) {
            Ok(opened) => opened,
            Err(Reason::TokenForged) => return Ok(None),
            Err(other) => return Err(other),
        },
        Err(other) => return Err(other),
    };
    if opened.sealed().expires <= ctx.now {
        return Ok(None);
    }
    match &opened {
        // One that is for some routes of this gateway alone is nothing to a resource server elsewhere.
        Opened::Single(sealed) if !sealed.is_for("") => Ok(None),
        Opened::Single(sealed) => match store::find(ctx, sealed, 0, revocation).await? {
            Found::Live(record) => Ok(Some(members(x, sealed, &record, None))),
            Found::Revoked | Found::Unknown => Ok(None),
        },
        Opened::Grant(token) => match grants.verify(token, revocation).await {
            Ok(record) if is_there(x, &record).await? => {
                Ok(Some(members(x, &token.sealed, &record, Some(&token.claims))))
            }
            Ok(_) | Err(Reason::TokenRevoked | Reason::TokenSuperseded | Reason::TokenUnknown) => Ok(None),
            Err(other) => Err(other),
        },
    }
}

/// Whether the client of a grant still exists.
async fn is_there<P: Ports>(x: &Exchange<'_, P>, record: &Record) -> Result<bool, Reason> {
    match registry::find(x.ctx(), &record.client, x.ctx().strictest()).await {
        Ok(_) => Ok(true),
        Err(Reason::ClientUnknown) => Ok(false),
        Err(other) => Err(other),
    }
}

fn members<P>(x: &Exchange<'_, P>, token: &Sealed, record: &Record, claims: Option<&Claims>) -> Map<String, Value> {
    let scope = claims.map_or_else(|| record.scope.clone(), |claims| grant::scopes(record, claims).join(" "));
    let audience = claims.map(|claims| grant::resources(record, claims)).unwrap_or_default();
    let bound = claims.and_then(|claims| claims.bound);
    let mut members = Map::new();
    let mut say = |name: &str, value: Value| members.insert(name.to_owned(), value);
    say("active", json!(true));
    say("iss", json!(x.state.policy.gateway.issuer.as_str()));
    say("sub", json!(record.sub));
    if !record.issuer.is_empty() {
        say("subject_issuer", json!(record.issuer)); // a subject is unique only there
    }
    say("exp", json!(token.expires));
    say("iat", json!(token.issued));
    if !record.client.is_empty() {
        say("client_id", json!(record.client));
    }
    if !scope.is_empty() {
        say("scope", json!(scope));
    }
    if !audience.is_empty() {
        say("aud", json!(audience));
    }
    if token.kind == Kind::Token {
        say("token_type", json!(if bound.is_some() { "DPoP" } else { "Bearer" }));
    }
    if let Some(bound) = bound {
        say("cnf", json!({"jkt": bound.text()}));
    }
    members
}
