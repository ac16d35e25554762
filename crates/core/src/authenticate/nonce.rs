//! A nonce in the URL: looked at without storage, perhaps asked back about, then redeemed for a session.

use crate::credential::{Identity, nonce};
use crate::exchange::Exchange;
use crate::exchange::access::{Grant, Outcome};
use crate::exchange::claim::Claim;
use crate::forward::{CONFIRM, clean_address};
use crate::http::{Headers, accept, fetch_metadata, query};
use crate::page;
use crate::policy::Route;
use crate::ports::Ports;
use crate::refusal::Reason;

/// Redeems the request's nonce, if it has one.
///
/// # Errors
/// The nonce's reasons, `CrossSite` for a confirmation from elsewhere, and storage's own.
pub async fn nonce<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    noted: &mut Option<Identity>,
) -> Result<Option<Outcome>, Reason> {
    let Exchange { state, request, target, ports, .. } = *x;
    let ctx = x.ctx();
    let policy = state.policy.nonce.as_ref().ok_or(Reason::Internal)?;
    let raw_query = target.query.unwrap_or_default();
    let Some(text) = query::sole(raw_query, &policy.parameter)? else { return Ok(None) };
    let sealed = nonce::open(ctx, policy, route, text)?;
    *noted = Some(Identity::by_key("nonce", &sealed.key_id));
    if fetch_metadata::looks_ahead(request.method, &request.headers) {
        return Err(Reason::NonceNotUsed);
    }
    let confirmed = request.method == "POST" && query::sole(raw_query, CONFIRM)?.is_some();
    if route.confirm && !confirmed {
        let action = format!("{}?{raw_query}&{CONFIRM}=1", target.path);
        return Ok(Some(Outcome::Answer(page::confirm(&action))));
    }
    if confirmed && !fetch_metadata::is_own_form(&request.headers, &target.origin()) {
        return Err(Reason::CrossSite);
    }
    if !fetch_metadata::is_click(request.method, &request.headers, &target.origin()) {
        return Err(Reason::NonceNotUsed);
    }
    let subject = nonce::subject(ctx, ports, &sealed).await?;
    let identity = Identity { subject: Some(subject.clone()), ..Identity::by_key("nonce", &sealed.key_id) };
    let claim = Some(Box::new(Claim::Nonce { sealed, subject }));
    let is_page = confirmed || (request.method == "GET" && is_page_request(&request.headers));
    let redirect = is_page.then(|| clean_address(&state.policy, route, target));
    Ok(Some(Outcome::Granted(Box::new(Grant { identity, redirect, claim, ..Grant::default() }))))
}

/// A person's browser, or a client that would follow as one; not a script or program that asked for JSON.
fn is_page_request(headers: &Headers<'_>) -> bool {
    let names_json = headers.get("accept").is_some_and(|value| value.contains("json"));
    let navigates = headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    navigates && (!names_json || accept::prefers_html(headers.get("accept")))
}
