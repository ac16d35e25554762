//! `admin/token/show`, `admin/token/revoke`, `admin/session/revoke`: what was issued.

use serde_json::{Value, json};

use crate::credential::bearer::{self, Opened};
use crate::credential::grant::{self, Grants};
use crate::credential::{session, ticket};
use crate::endpoint::admin::request::{Request, Wrong};
use crate::exchange::Exchange;
use crate::http::answer::Answer;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::sealed::encoding::Encoding;
use crate::sealed::record::Record;
use crate::sealed::seal::Sealed;
use crate::sealed::store::{self, Context, Found};

/// 200 `{"state": "live|expired|revoked|unknown|forged", ...}` with what the token's record says.
pub async fn show_token<P: Ports>(x: &Exchange<'_, P>, request: &Request) -> Result<Answer, Wrong> {
    let ctx = x.ctx();
    let opened = match bearer::open(ctx, bearer::bare_anywhere(ctx.policy, &request.token)) {
        Ok(opened) => opened,
        Err(Reason::TokenForged) => return Ok(state("forged", json!({}))),
        Err(other) => return Err(other.into()),
    };
    let sealed = opened.sealed();
    let members = json!({"key_id": sealed.key_id, "issued": sealed.issued, "expires": sealed.expires});
    if sealed.expires <= ctx.now {
        return Ok(state("expired", members));
    }
    let revocation = ctx.strictest();
    if let (Opened::Grant(token), Some(grants)) = (&opened, Grants::of(ctx)) {
        return Ok(match grants.verify(token, revocation).await {
            Ok(record) => {
                let scope = grant::scopes(&record, &token.claims).join(" ");
                state("live", with_record(members, &Record { scope, ..record }))
            }
            Err(Reason::TokenUnknown) => state("unknown", members),
            Err(Reason::TokenRevoked | Reason::TokenSuperseded) => state("revoked", members),
            Err(other) => return Err(other.into()),
        });
    }
    Ok(match store::find(ctx, sealed, 0, revocation).await? {
        Found::Live(record) => state("live", with_record(members, &record)),
        Found::Revoked => state("revoked", members),
        Found::Unknown => state("unknown", members),
    })
}

/// 200 `{"state": "revoked"}`; revoking twice is no mistake. A token of a grant takes the grant with it.
pub async fn revoke_token<P: Ports>(x: &Exchange<'_, P>, request: &Request) -> Result<Answer, Wrong> {
    let ctx = x.ctx();
    let opened = bearer::open(ctx, bearer::bare_anywhere(ctx.policy, &request.token))?;
    if let (Opened::Grant(token), Some(grants)) = (&opened, Grants::of(ctx)) {
        grants.revoke(&token.claims.family).await?;
        return Ok(state("revoked", json!({})));
    }
    revoke(ctx, opened.sealed()).await
}

/// The same for a session, named by its cookie's value, or by a ticket that carries it.
pub async fn revoke_session<P: Ports>(x: &Exchange<'_, P>, request: &Request) -> Result<Answer, Wrong> {
    let ctx = x.ctx();
    let policy = x.state.policy.session.as_ref().ok_or(Reason::NoRoute)?;
    let session = match Encoding::Ticket.read(&request.session) {
        Some(_) => ticket::session(ctx, policy, &request.session)?.1,
        None => session::open(ctx, policy, &request.session)?,
    };
    revoke(ctx, &session).await
}

async fn revoke<P: Ports>(ctx: Context<'_, P>, sealed: &Sealed) -> Result<Answer, Wrong> {
    store::revoke(ctx, sealed).await?;
    Ok(state("revoked", json!({})))
}

fn with_record(mut members: Value, record: &Record) -> Value {
    if let Some(members) = members.as_object_mut() {
        members.insert("subject".to_owned(), json!(record.sub));
        members.insert("client".to_owned(), json!(record.client));
        members.insert("scope".to_owned(), json!(record.scope));
    }
    members
}

fn state(state: &str, mut members: Value) -> Answer {
    if let Some(members) = members.as_object_mut() {
        members.insert("state".to_owned(), json!(state));
    }
    Answer::json(200, &members)
}
