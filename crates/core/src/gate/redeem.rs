//! A nonce in the URL: looked at without storage, perhaps asked back about, then redeemed for a session.

use super::Gate;
use super::claims::Claim;
use super::credentials::{Grant, Outcome, Visit};
use crate::credential::store::{self, Context};
use crate::credential::{Identity, nonce, session, xsrf};
use crate::dialect::page;
use crate::http::{Headers, Incoming, Target, accept, cookie, fetch_metadata, query};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::rewrite::forward::{CONFIRM, clean_address};

/// Redeems the request's nonce, if it has one.
///
/// # Errors
/// The nonce's reasons, `CrossSite` for a confirmation from elsewhere, and storage's own.
pub async fn nonce<P: Ports>(visit: &Visit<'_, P>, noted: &mut Option<Identity>) -> Result<Option<Outcome>, Reason> {
    let Visit { gate, ctx, route, incoming, target, ports } = *visit;
    let policy = gate.policy.nonce.as_ref().ok_or(Reason::Internal)?;
    let raw_query = target.query.unwrap_or_default();
    let Some(text) = query::sole(raw_query, &policy.parameter)? else { return Ok(None) };
    let sealed = nonce::open(ctx, policy, route, text)?;
    *noted = Some(Identity::by_key("nonce", &sealed.key_id));
    if fetch_metadata::looks_ahead(incoming.method, &incoming.headers) {
        return Err(Reason::NonceNotUsed);
    }
    let confirmed = incoming.method == "POST" && query::sole(raw_query, CONFIRM)?.is_some();
    if route.confirm && !confirmed {
        let action = format!("{}?{raw_query}&{CONFIRM}=1", target.path);
        return Ok(Some(Outcome::Answer(page::confirm(&action))));
    }
    if confirmed && !fetch_metadata::is_own_form(&incoming.headers, &target.origin()) {
        return Err(Reason::CrossSite);
    }
    if !fetch_metadata::is_click(incoming.method, &incoming.headers, &target.origin()) {
        return Err(Reason::NonceNotUsed);
    }
    let subject = nonce::subject(ctx, ports, &sealed).await?;
    let identity = Identity { subject: Some(subject.clone()), ..Identity::by_key("nonce", &sealed.key_id) };
    let claim = Some(Box::new(Claim::Nonce { sealed, subject }));
    let is_page = confirmed || (incoming.method == "GET" && is_page_request(&incoming.headers));
    let redirect = is_page.then(|| clean_address(&gate.policy, route, target));
    Ok(Some(Outcome::Granted(Box::new(Grant { identity, redirect, claim, ..Grant::default() }))))
}

/// Signs somebody in: ends the session that the request came with and opens one. Returns whose it is and the Set-Cookie
/// values that hand it over, with its token where the policy gives one.
///
/// # Errors
/// Storage's own reasons.
pub async fn open_session<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
    subject: &str,
) -> Result<(Identity, Vec<String>), Reason> {
    let policy = gate.policy.session.as_ref().ok_or(Reason::Internal)?;
    let session = session::start(ctx, ports, policy, subject).await?;
    end_session(gate, ctx, incoming, target, ports).await?;
    let mut cookies = vec![session::set_cookie(policy, target, &incoming.headers, &session, false)?];
    if gate.policy.gives_xsrf_tokens {
        cookies.push(xsrf::set_cookie(&xsrf::token(ctx, policy, &session)?, policy.absolute, target)?);
    }
    let identity = Identity { subject: Some(subject.to_owned()), ..Identity::by_key("session", &session.key_id) };
    Ok((identity, cookies))
}

/// Ends the session that the request came with, whoever's it was: a log-in never continues another one.
///
/// # Errors
/// Storage's own reasons.
pub async fn end_session<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
) -> Result<(), Reason> {
    let (Some(policy), Some(header)) = (&gate.policy.session, incoming.headers.get("cookie")) else { return Ok(()) };
    let name = session::cookie_name(policy, target);
    for value in cookie::all(header, &name) {
        match session::open(ctx, policy, value) {
            Ok(old) if ctx.now < old.expires.saturating_add(WRONG_CLOCK) => store::revoke(ctx, ports, &old).await?,
            _ => {}
        }
    }
    Ok(())
}

/// A person's browser, or a client that would follow as one; not a script or program that asked for JSON.
fn is_page_request(headers: &Headers<'_>) -> bool {
    let names_json = headers.get("accept").is_some_and(|value| value.contains("json"));
    let navigates = headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    navigates && (!names_json || accept::prefers_html(headers.get("accept")))
}

/// Seconds by which this clock may be ahead: a session that seems to have ended lives on once the clock is right again.
const WRONG_CLOCK: u64 = 86_400;
