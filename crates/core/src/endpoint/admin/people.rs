//! `admin/session/list`, `admin/session/revoke` and `admin/grant/list`, `revoke` by a subject: what somebody has, and its end.
//!
//! A call looks at one page of the index, since the platform grants few operations to a request. Without `cursor` in the
//! answer it was the last.

use serde_json::{Map, Value, json};

use crate::credential::grant::{self, Grants};
use crate::credential::registry;
use crate::credential::session::index as sessions;
use crate::endpoint::admin::request::{Wrong, only, text};
use crate::exchange::Exchange;
use crate::http::answer::Answer;
use crate::policy::Revocation;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::index::{Page, Whose};
use crate::sealed::record::is_name;

/// Whether a call is about a person, and not about a credential that it shows.
pub(super) fn is_meant(what: &str, members: &Map<String, Value>) -> bool {
    match what {
        "session/list" | "grant/list" | "grant/revoke" => true,
        "session/revoke" => members.contains_key("subject"),
        _ => false,
    }
}

/// Answers one call, of which `what` is the end of the path.
pub(super) async fn answer<P: Ports>(
    x: &Exchange<'_, P>,
    what: &str,
    members: &Map<String, Value>,
) -> Result<Answer, Wrong> {
    let ctx = x.ctx();
    let (is_list, is_session) = (what.ends_with("/list"), what.starts_with("session/"));
    only(members, if is_list { &["subject", "issuer", "cursor"] } else { &["subject", "issuer", "id", "cursor"] })?;
    let cursor = text(members, "cursor")?;
    let id = Some(text(members, "id")?).filter(|id| !id.is_empty());
    let whose = whose(members)?;
    if is_session {
        if x.state.policy.session.is_none() && x.state.policy.luminate.is_none() {
            return Err(Reason::NoRoute.into());
        }
        if is_list {
            let Page { things, next } = sessions::of(ctx, whose, cursor).await?;
            let all: Vec<Value> = things.iter().map(session).collect();
            return Ok(page(json!({"sessions": all}), next));
        }
        let sessions::Ended { count, next } = sessions::end(ctx, whose, id, cursor).await?;
        return Ok(page(json!({"state": "revoked", "ended": count}), next));
    }
    let grants = Grants::of(ctx).ok_or(Reason::NoRoute)?;
    if is_list {
        let Page { things, next } = grants.list(whose, cursor).await?;
        let mut all = Vec::with_capacity(things.len());
        for told in &things {
            all.push(described(x, told).await?);
        }
        return Ok(page(json!({"grants": all}), next));
    }
    let grant::index::Ended { grants, next } = grants.end(whose, id, cursor).await?;
    Ok(page(json!({"state": "revoked", "ended": grants.len()}), next))
}

/// Without `issuer` the subject at any of them is meant: who has to go has to go.
fn whose(members: &Map<String, Value>) -> Result<Whose<'_>, Wrong> {
    let subject = text(members, "subject")?;
    if !is_name(subject) {
        return Err(Wrong::said("`subject` must be 1 to 255 printable ASCII characters without spaces."));
    }
    let issuer = members.contains_key("issuer").then(|| text(members, "issuer")).transpose()?;
    Ok(Whose { subject: Some(subject), issuer, sid: None })
}

fn session(told: &sessions::Told) -> Value {
    json!({
        "id": told.id,
        "by": told.by,
        "program": told.agent.program,
        "system": told.agent.system,
        "network": told.network,
        "since": told.since,
        "expires": told.expires,
    })
}

async fn described<P: Ports>(x: &Exchange<'_, P>, told: &grant::index::Told) -> Result<Value, Reason> {
    let name = match registry::find(x.ctx(), &told.client, Revocation::Cached).await {
        Ok(client) => client.name.clone(),
        Err(Reason::ClientUnknown) => String::new(),
        Err(other) => return Err(other),
    };
    Ok(json!({
        "id": told.id,
        "client": told.client,
        "client_name": name,
        "scope": told.scope,
        "resources": told.resources,
        "since": told.since,
        "expires": told.ends,
    }))
}

fn page(mut body: Value, next: Option<String>) -> Answer {
    if let (Some(members), Some(next)) = (body.as_object_mut(), next) {
        members.insert("cursor".to_owned(), json!(next));
    }
    Answer::json(200, &body)
}
