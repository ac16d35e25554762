//! `/.edgegate/ticket`: a page of a signed-in person gets a ticket, for a program that it hosts.

use serde_json::{Value, json};

use crate::authenticate::session::provider_still;
use crate::credential::session::{self, xsrf};
use crate::credential::ticket;
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::http::answer::Answer;
use crate::http::fetch_metadata;
use crate::policy::Scheme;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// 201 `{"ticket", "authorization", "expires_in"}`. The session and its token have to be shown, whatever a route asks for.
///
/// # Errors
/// `CredentialMissing`, `BoundTokenMissing`, `BoundTokenMismatch`, `CrossSite`, the session's reasons, storage's own.
pub(crate) async fn answer<P: Ports>(x: &Exchange<'_, P>) -> Result<Access, Refusal> {
    let Exchange { state, request, target, .. } = *x;
    let ctx = x.ctx();
    let (Some(policy), Some(sessions)) = (&state.policy.ticket, &state.policy.session) else {
        return Err(Reason::NoRoute.into());
    };
    let headers = &request.headers;
    let value = x.cookies(sessions).present(ctx)?.ok_or(Reason::CredentialMissing)?;
    let session = session::open(ctx, sessions, value)?;
    let token = xsrf::token(ctx, sessions, &session, target)?;
    let expected = xsrf::Expected { token: &token, held: xsrf::held(&token, headers) };
    expected.check(headers.get(xsrf::HEADER))?;
    if !fetch_metadata::is_own_form(headers, &target.origin()) {
        return Err(Reason::CrossSite.into());
    }
    let identity = session::verify(ctx, sessions, ctx.strictest(), &session).await?;
    let identity = provider_still(x, sessions, &session, identity).await?;
    let minted = ticket::mint(ctx, sessions, &session, policy.lifetime);
    match minted.and_then(|minted| described(&minted)) {
        Ok(described) => Ok(Access::answer(Answer::json(201, &described)).by(identity)),
        Err(reason) => Err(reason.of(&identity)),
    }
}

/// What is told of a new ticket.
///
/// # Errors
/// `Internal`; a ticket is ASCII.
pub(crate) fn described(minted: &ticket::Minted) -> Result<Value, Reason> {
    let text = minted.text.expose_text()?;
    let authorization = format!("{} {text}", Scheme::TICKET);
    Ok(json!({"ticket": text, "authorization": authorization, "expires_in": minted.lifetime}))
}
