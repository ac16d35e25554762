//! `admin/client/add`, `list`, `rotate`, `remove`: clients that are registered while the gate runs.

use serde_json::{Map, Value, json};

use crate::credential::registry::{self, LONGEST_OVERLAP};
use crate::endpoint::admin::request::{Wrong, only, text};
use crate::exchange::Exchange;
use crate::http::answer::Answer;
use crate::policy::{self, Client, ClientKind, Registry};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::record::is_name;
use crate::sealed::store::Context;

/// Answers one call, of which `what` is the last part of the path.
pub async fn answer<P: Ports>(x: &Exchange<'_, P>, what: &str, request: &Map<String, Value>) -> Result<Answer, Wrong> {
    let Exchange { state, .. } = *x;
    let ctx = x.ctx();
    let registry = state
        .policy
        .registry
        .as_ref()
        .ok_or_else(|| Wrong::said("The policy has no table `[registry]`, which says how clients are found."))?;
    match what {
        "add" => add(ctx, registry, request).await,
        "list" => list(x, request).await,
        "rotate" => rotate(ctx, registry, request).await,
        "remove" => remove(ctx, registry, request).await,
        _ => Err(Reason::NoRoute.into()),
    }
}

/// 201 with what was registered and, for all but public clients, `client_secret`, which is told this once.
async fn add<P: Ports>(
    ctx: Context<'_, P>,
    registry: &Registry,
    request: &Map<String, Value>,
) -> Result<Answer, Wrong> {
    let mut client = read(request)?;
    let sealed = registry::new_id(ctx, registry)?;
    client.id = sealed.text().expose_text()?.to_owned();
    if client.name.is_empty() {
        client.name.clone_from(&client.id);
    }
    let mut told = None;
    if client.kind != ClientKind::Public {
        let (secret, digest) = registry::new_secret(ctx, registry, &client.id)?;
        client.secrets.push(digest);
        told = Some(secret);
    }
    let mut members = registry::described(&client);
    if let Some(secret) = &told {
        members.insert("client_secret".to_owned(), json!(secret.expose_text()?));
    }
    registry::add(ctx, &sealed, client).await?;
    Ok(Answer::json(201, &Value::Object(members)))
}

/// 200 `{"clients": [...], "cursor": "..."}`: a page of those that are registered, and on the first page those of the
/// policy (`"from": "policy"`). Without `cursor` it was the last.
async fn list<P: Ports>(x: &Exchange<'_, P>, request: &Map<String, Value>) -> Result<Answer, Wrong> {
    let Exchange { state, .. } = *x;
    let ctx = x.ctx();
    only(request, &["cursor"])?;
    let cursor = text(request, "cursor")?;
    let (registered, next) = registry::page(ctx, cursor).await?;
    let of_policy = state.policy.clients.iter().filter(|_| cursor.is_empty());
    let mut clients: Vec<Value> = Vec::with_capacity(registered.len());
    for (client, from) in
        of_policy.map(|client| (&**client, "policy")).chain(registered.iter().map(|one| (one, "registry")))
    {
        let mut members = registry::described(client);
        members.insert("from".to_owned(), json!(from));
        clients.push(Value::Object(members));
    }
    let mut body = json!({"clients": clients});
    if let (Some(members), Some(next)) = (body.as_object_mut(), next) {
        members.insert("cursor".to_owned(), json!(next));
    }
    Ok(Answer::json(200, &body))
}

/// 200 `{"client_id", "client_secret"}`: a new secret. The one before works for `overlap` seconds more; none unless that
/// is said.
async fn rotate<P: Ports>(
    ctx: Context<'_, P>,
    registry: &Registry,
    request: &Map<String, Value>,
) -> Result<Answer, Wrong> {
    only(request, &["client_id", "overlap"])?;
    let overlap = match request.get("overlap") {
        None => 0,
        Some(value) => value
            .as_u64()
            .filter(|seconds| *seconds <= LONGEST_OVERLAP)
            .ok_or_else(|| Wrong::said(format!("`overlap` must be 0 to {LONGEST_OVERLAP} seconds.")))?,
    };
    let (sealed, mut client) = found(ctx, registry, request).await?;
    if client.kind == ClientKind::Public {
        return Err(Wrong::said("A public client has no secret."));
    }
    let (secret, digest) = registry::new_secret(ctx, registry, &client.id)?;
    // What is on its way out already does not get another lease.
    client.secrets.retain(|old| overlap > 0 && old.until.is_none());
    for old in &mut client.secrets {
        old.until = Some(ctx.now + overlap);
    }
    client.secrets.push(digest);
    let body = json!({"client_id": client.id, "client_secret": secret.expose_text()?});
    registry::change(ctx, &sealed, client).await.map_err(|reason| match reason {
        Reason::ClientUnknown => {
            Wrong::said("The client was changed or removed a moment ago. Try again in two minutes.")
        }
        other => other.into(),
    })?;
    Ok(Answer::json(200, &body))
}

/// 200 `{"state": "removed"}`: no token is given to it any more, and those it has are refused.
async fn remove<P: Ports>(
    ctx: Context<'_, P>,
    registry: &Registry,
    request: &Map<String, Value>,
) -> Result<Answer, Wrong> {
    only(request, &["client_id"])?;
    let (sealed, _) = found(ctx, registry, request).await?;
    registry::remove(ctx, &sealed).await?;
    Ok(Answer::json(200, &json!({"state": "removed"})))
}

async fn found<P: Ports>(
    ctx: Context<'_, P>,
    registry: &Registry,
    request: &Map<String, Value>,
) -> Result<(crate::sealed::seal::Sealed, Client), Wrong> {
    let id = text(request, "client_id")?;
    registry::registered(ctx, registry, id).await.map_err(|reason| match reason {
        Reason::ClientUnknown => Wrong::said(
            "`client_id` is none that was registered here. Clients of the policy are changed in the policy.",
        ),
        other => other.into(),
    })
}

/// A client from what a call says, without id and secret, under the rules of the policy.
fn read(request: &Map<String, Value>) -> Result<Client, Wrong> {
    only(request, &MEMBERS)?;
    let kind = ClientKind::of(text(request, "kind")?)
        .ok_or_else(|| Wrong::said("`kind` must be `confidential`, `public` or `token-pair`."))?;
    let checked = |name: &str, rule: fn(&str) -> Result<String, String>| {
        let each = |item: &str| rule(item).map_err(|wrong| Wrong::said(format!("`{name}`: {wrong}.")));
        list_of(request, name)?.into_iter().map(each).collect::<Result<Vec<_>, _>>()
    };
    let name = text(request, "name")?;
    if !name.is_empty() {
        policy::title(name).map_err(|wrong| Wrong::said(format!("`name` {wrong}.")))?;
    }
    let subject = text(request, "subject")?;
    if !subject.is_empty() && !is_name(subject) {
        return Err(Wrong::said("`subject` must be 1 to 255 printable ASCII characters without spaces."));
    }
    let client = Client {
        id: String::new(),
        name: name.to_owned(),
        homepage: None,
        logo: None,
        kind,
        secrets: Vec::new(),
        redirect_uris: checked("redirect_uris", policy::redirect_uri)?,
        scope: checked("scope", policy::scope)?,
        subject: Some(subject.to_owned()).filter(|subject| !subject.is_empty()),
        acts_for_others: flag(request, "act_for_others", false)?,
        introspects_all: flag(request, "introspect", false)?,
        needs_pkce: flag(request, "pkce", kind != ClientKind::TokenPair)?,
        needs_dpop: flag(request, "dpop", false)?,
        resources: checked("resources", policy::resource)?,
        changes: 0,
    };
    policy::check_client(&client).map_err(|(key, wrong)| Wrong::said(format!("`{key}` {wrong}.")))?;
    Ok(client)
}

fn flag(request: &Map<String, Value>, name: &str, default: bool) -> Result<bool, Wrong> {
    match request.get(name) {
        None => Ok(default),
        Some(value) => value.as_bool().ok_or_else(|| Wrong::said(format!("`{name}` must be true or false."))),
    }
}

fn list_of<'r>(request: &'r Map<String, Value>, name: &str) -> Result<Vec<&'r str>, Wrong> {
    let wrong = || Wrong::said(format!("`{name}` must be a list of strings."));
    let Some(value) = request.get(name) else { return Ok(Vec::new()) };
    value.as_array().ok_or_else(wrong)?.iter().map(|item| item.as_str().ok_or_else(wrong)).collect()
}

const MEMBERS: [&str; 10] =
    ["kind", "name", "redirect_uris", "scope", "subject", "act_for_others", "introspect", "pkce", "dpop", "resources"];
