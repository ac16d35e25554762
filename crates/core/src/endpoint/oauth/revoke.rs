//! The revocation endpoint (RFC 7009).

use serde_json::json;

use crate::credential::bearer::{self, Opened};
use crate::credential::grant::{GrantToken, Grants};
use crate::endpoint::oauth::client;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::policy::{Client, OAuth, SingleUse};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;
use crate::sealed::seal::Sealed;
use crate::sealed::store::{self, Found};

/// 200 `{}`, whatever the token was: what is not valid any more needs no revoking. A refresh token, even one
/// that was used, and an access token in use take the whole grant with them. An access token that a refresh has replaced
/// takes nothing: clients tidy up after a refresh, and mean no sign-out.
pub async fn answer<P: Ports>(x: &Exchange<'_, P>, oauth: &OAuth) -> Result<Access, Refusal> {
    let request = client::read(x, oauth, &["token", "token_type_hint"]).await?;
    let client = client::authenticate(x, &request.named).await?;
    let caller = client::identity(&client);
    let revoked = match request.form.need("token") {
        Ok(token) => revoke(x, oauth, &client, token).await,
        Err(reason) => Err(reason),
    };
    match revoked {
        // Clients are not to read the body (RFC 7009 section 2.2); some want one that they could.
        Ok(()) => Ok(Access::answer(Answer::json(200, &json!({}))).by(caller)),
        Err(reason) => Err(reason.of(&caller)),
    }
}

async fn revoke<P: Ports>(x: &Exchange<'_, P>, oauth: &OAuth, client: &Client, token: &str) -> Result<(), Reason> {
    let ctx = x.ctx();
    let grants = Grants { ctx, policy: oauth };
    let has_ledger = ctx.policy.single_use == SingleUse::Ledger;
    match grants.open_refresh(token) {
        Ok(token) => end(grants, client, &token).await?,
        Err(Reason::RefreshExpired) => {}
        Err(Reason::RefreshForged) => {
            match bearer::open(ctx, bearer::bare_anywhere(ctx.policy, token)) {
                Ok(Opened::Grant(token)) if has_ledger && grants.is_superseded(&token.claims).await? => {}
                Ok(Opened::Grant(token)) => end(grants, client, &token).await?,
                Ok(Opened::Single(sealed)) => end_single(x, client, &sealed).await?,
                Err(Reason::TokenForged) => {}
                // A key without a value here may have one elsewhere, where the token lives.
                Err(other) => return Err(other),
            }
        }
        Err(other) => return Err(other),
    }
    Ok(())
}

/// A token that an operator made for the client.
async fn end_single<P: Ports>(x: &Exchange<'_, P>, client: &Client, token: &Sealed) -> Result<(), Reason> {
    let ctx = x.ctx();
    if token.expires <= ctx.now {
        return Ok(());
    }
    match store::find(ctx, token, 0, ctx.strictest()).await? {
        Found::Live(record) if record.client == client.id => store::revoke(ctx, token).await,
        Found::Live(_) => Err(Reason::RefreshMisdirected),
        Found::Revoked | Found::Unknown => Ok(()),
    }
}

async fn end<P: Ports>(grants: Grants<'_, P>, client: &Client, token: &GrantToken) -> Result<(), Reason> {
    if token.sealed.expires <= grants.ctx.now {
        return Ok(());
    }
    match grants.find(token).await? {
        Found::Live(record) if record.client != client.id => Err(Reason::RefreshMisdirected),
        Found::Live(_) => grants.revoke(&token.claims.family).await,
        Found::Revoked | Found::Unknown => Ok(()),
    }
}
