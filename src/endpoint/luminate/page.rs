//! Pages of the origin under the dialect's route: open to everybody, told who is signed in, with tags expanded.

use super::caller::{self, Caller};
use super::methods::auth_token;
use crate::credential::{passage, session};
use crate::dialect::luminate::{ANYWHERE, NONCE};
use crate::dialect::tags::Tags;
use crate::gate::Trace;
use crate::gate::credentials::{Grant, Outcome, Visit};
use crate::http::query;
use crate::policy::{Luminate, TagPlaces};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::rewrite::forward::clean_address;

/// Lets a visit through. One with a nonce is sent to the same address without it.
///
/// # Errors
/// The reasons of nonces and sessions, and storage's own.
pub async fn visit<P: Ports>(visit: &Visit<'_, P>, luminate: &Luminate, trace: &mut Trace) -> Result<Outcome, Reason> {
    let Visit { gate, route, incoming, target, .. } = *visit;
    let raw_query = target.query.unwrap_or_default();
    judge_hidden(raw_query)?;
    let nonce = query::sole(raw_query, NONCE)?.filter(|nonce| !nonce.is_empty());
    let mut caller = match nonce {
        Some(nonce) => caller::redeem(visit, luminate, nonce, trace).await?,
        None => caller::present(visit, luminate, None, trace).await?,
    };
    let redirect = (nonce.is_some() && incoming.method == "GET").then(|| clean_address(&gate.policy, route, target));
    let reads = matches!(incoming.method, "GET" | "HEAD");
    let tags = match route.tags.filter(|_| reads && redirect.is_none()) {
        Some(places) => Some(tags(visit, luminate, places, &mut caller)?),
        None => None,
    };
    let (identity, cookies) = (caller.identity, trace.cookies.clone());
    Ok(Outcome::Granted(Box::new(Grant { identity, cookies, redirect, tags, ..Grant::default() })))
}

/// What tags stand for on this visit. A visitor without a session gets one with the page, if it turns out to be one.
fn tags<P: Ports>(
    visit: &Visit<'_, P>,
    luminate: &Luminate,
    places: TagPlaces,
    caller: &mut Caller,
) -> Result<Tags, Reason> {
    let Visit { ctx, target, ports, .. } = *visit;
    let (session, cookie) = match caller.session.take() {
        Some(session) => (session, None),
        None => {
            let session = session::start_nobodys(ctx, ports, &luminate.session)?;
            let cookie = session::set_cookie(&luminate.session, target, &session, false)?;
            (session, Some(cookie))
        }
    };
    Ok(Tags {
        places,
        token: auth_token(ctx, luminate, &session)?,
        nonces: Some(passage::Mint::new(ctx, &luminate.session, session, luminate.nonce_lifetime)?),
        own: target.origin(),
        hosts: luminate.redirects.clone(),
        cookie,
    })
}

/// Whether a credential stands where only an origin that splits at `;` would read it: it could not be cut.
fn judge_hidden(raw_query: &str) -> Result<(), Reason> {
    let is_credential = |raw: &str| query::folds_onto_any(raw, ANYWHERE.iter());
    let read_by_some = query::names(raw_query).filter(|raw| is_credential(raw)).count();
    let cut = query::params(raw_query).filter(|param| is_credential(param.name)).count();
    if read_by_some > cut { Err(Reason::ParameterShadowed) } else { Ok(()) }
}
