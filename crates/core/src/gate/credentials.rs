//! The credentials that a route accepts, each looking for itself.
//!
//! Absent moves on to the next kind; refused ends it: a credential that is there but bad never falls
//! through to a weaker one.

use crate::authenticate::{basic, cross_site, nonce, scheme, token};
use crate::credential;
use crate::credential::session::xsrf::Held;
use crate::credential::{Identity, bearer, session};
use crate::endpoint::http_session;
use crate::exchange::access::{Grant, Outcome};
use crate::exchange::body::NewBody;
use crate::exchange::claim::Claim;
use crate::exchange::{Exchange, Trace};
use crate::http::fetch_metadata;
use crate::luminate;
use crate::policy::{Accept, Link, Luminate, Route, SignedRedirect, Xsrf};
use crate::ports::{ClaimKey, Ports};
use crate::refusal::Reason;
use crate::sealed::claim_key;
use crate::signed::{link, redirect as signed_redirect};
use crate::tags::words::Tags;

/// Asks the route's kinds of credential in the policy's order. `trace`: what is known so far, for the log and the words
/// of a refusal.
///
/// # Errors
/// The first refusal; `CredentialMissing` if no kind found anything and the route is not open.
pub(crate) async fn collect<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    trace: &mut Trace,
) -> Result<Outcome, Reason> {
    if let Some(luminate) = route.luminate() {
        // Boxed: what it holds while it waits would otherwise be part of every request's future, and be moved with it.
        return Box::pin(luminate::visit(x, route, luminate, trace)).await;
    }
    let noted = &mut trace.identity;
    let Exchange { state, request, ports, .. } = *x;
    let header = scheme::present(route, &request.headers)?;
    let mut presented = match route.takes_tokens() {
        true => {
            let query = x.target.query.unwrap_or_default();
            bearer::present(request, header, query, &route.bearer, state.policy.limits.form, ports).await?
        }
        false => bearer::Presented::default(),
    };
    let mut body = presented.body.take().map(NewBody::Whole);
    for accept in &route.accept {
        let grant = match accept {
            Accept::Link(profile) => by_link(x, profile, noted)?,
            Accept::SignedRedirect(profile) => by_signed_redirect(x, profile, noted)?,
            Accept::Bearer | Accept::Issuer(_) => match &presented.token {
                Some(token) => Some(token::by_token(x, route, token, presented.with_proof, noted).await?),
                None => None,
            },
            Accept::TokenPair => match header.filter(|header| scheme::takes(accept, header)) {
                Some(header) => Some(Box::pin(token::by_pair(x, route, header.value, noted)).await?),
                None => None,
            },
            Accept::Basic(policy) => match header.filter(|header| scheme::takes(accept, header)) {
                Some(header) => Some(Box::pin(basic::by_basic(x, route, policy, header.value, noted)).await?),
                None => None,
            },
            Accept::Ticket(policy) | Accept::AppTicket(policy) => {
                let app = Some(&**policy).filter(|_| matches!(accept, Accept::AppTicket(_)));
                match header.filter(|header| scheme::takes(accept, header)) {
                    Some(header) => Some(Box::pin(scheme::by_ticket(x, route, app, header.value, noted)).await?),
                    None => None,
                }
            }
            Accept::Session => by_session(x, route, &mut body, noted, &mut trace.cookies).await?,
            Accept::Nonce => match nonce::nonce(x, route, noted).await? {
                Some(Outcome::Granted(grant)) => Some(*grant),
                Some(answer) => return Ok(answer),
                None => None,
            },
            // Boxed as the dialect is: few routes have it.
            Accept::HttpSession(luminate) => Box::pin(by_http_session(x, route, luminate)).await?,
            // The dialect's own rules, above: it stands alone.
            Accept::Luminate(_) => return Err(Reason::Internal),
            Accept::Nothing => {
                Some(Grant { identity: Identity { kind: "none", ..Identity::default() }, ..Grant::default() })
            }
        };
        if let Some(mut grant) = grant {
            grant.body = body;
            return Ok(Outcome::Granted(Box::new(grant)));
        }
    }
    Err(Reason::CredentialMissing)
}

fn by_link<P: Ports>(
    x: &Exchange<'_, P>,
    profile: &Link,
    noted: &mut Option<Identity>,
) -> Result<Option<Grant>, Reason> {
    let Exchange { request, target, .. } = *x;
    let ctx = x.ctx();
    let signed = link::Signed { method: request.method, host: &target.host, path: target.path };
    let query = target.query.unwrap_or_default();
    let authentic = link::authenticate(profile, ctx.keyring, ctx.loopback, signed, query)?;
    let Some((link, parts)) = authentic else { return Ok(None) };
    let identity = signed_identity("link", link.subject, &link.key_id, noted);
    link::judge_terms(profile, &parts, request.client(), ctx.now)?;
    let claim = match profile.single_use {
        true => {
            let key = claim_key("link", &link.key_id, &link.mac);
            Some(to_claim(x, key, link.until, Reason::LinkNotUsed, Reason::LinkReplayed)?)
        }
        false => None,
    };
    Ok(Some(Grant { identity, claim, ..Grant::default() }))
}

fn by_signed_redirect<P: Ports>(
    x: &Exchange<'_, P>,
    profile: &SignedRedirect,
    noted: &mut Option<Identity>,
) -> Result<Option<Grant>, Reason> {
    let ctx = x.ctx();
    let query = x.target.query.unwrap_or_default();
    let authentic = signed_redirect::authenticate(profile, ctx.keyring, ctx.loopback, query)?;
    let Some((redirect, parts)) = authentic else { return Ok(None) };
    let identity = signed_identity("signed-redirect", redirect.subject, &redirect.key_id, noted);
    signed_redirect::judge_time(profile, &parts, ctx.now)?;
    let claim = match profile.single_use {
        true => {
            let key = claim_key("signed-redirect", &redirect.key_id, &redirect.digest);
            Some(to_claim(x, key, redirect.until, Reason::RedirectNotUsed, Reason::RedirectReplayed)?)
        }
        false => None,
    };
    Ok(Some(Grant { identity, claim, ..Grant::default() }))
}

/// `body`: a form, if it was read. `cookies`: what even a refusal hands over: the token of a session that has none.
async fn by_session<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    body: &mut Option<NewBody>,
    noted: &mut Option<Identity>,
    cookies: &mut Vec<String>,
) -> Result<Option<Grant>, Reason> {
    let Exchange { state, request, target, ports, .. } = *x;
    let ctx = x.ctx();
    let policy = state.policy.session.as_ref().ok_or(Reason::Internal)?;
    let Some(value) = session::present(ctx, policy, target, &request.headers)? else { return Ok(None) };
    let refused = |reason, cookies: &mut Vec<String>| {
        cookies.clear();
        cookies.extend(session::set_aside(policy, target, value, reason, false));
        Err(reason)
    };
    let session = match session::open(ctx, policy, value) {
        Ok(session) => session,
        Err(reason) => return refused(reason, cookies),
    };
    *noted = Some(Identity::by_key("session", &session.key_id));
    let token = match route.xsrf >= Xsrf::Token || route.tags.is_some() {
        true => {
            let token = credential::session::xsrf::token(ctx, policy, &session)?;
            let held = credential::session::xsrf::held(&token, &request.headers);
            if held != Held::Own && session.expires > ctx.now {
                cookies.push(credential::session::xsrf::set_cookie(&token, session.expires - ctx.now, target)?);
            }
            cross_site::judge(x, route, &token, held, cross_site::FIELD, body).await?;
            Some(token)
        }
        false => None,
    };
    cross_site::judge_origin(x, route)?;
    let identity = match session::verify(ctx, ports, policy, route.revocation, &session, noted).await {
        Ok(identity) => identity,
        Err(reason) => return refused(reason, cookies),
    };
    let places = route.tags.filter(|_| matches!(request.method, "GET" | "HEAD"));
    let tags = places.zip(token).map(|(places, token)| Tags::of_session(places, token, target));
    Ok(Some(Grant { identity, cookies: cookies.clone(), tags, ..Grant::default() }))
}

/// By https it is not looked at: what was read on the network opens nothing there.
async fn by_http_session<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    luminate: &Luminate,
) -> Result<Option<Grant>, Reason> {
    let Exchange { state: _, request, target: _, ports, .. } = *x;
    let ctx = x.ctx();
    if !http_session::is_host(x) {
        return Ok(None);
    }
    let Some(value) = credential::session::http_session::present(&request.headers)? else { return Ok(None) };
    cross_site::judge_origin(x, route)?;
    let policy = &luminate.session;
    let identity = credential::session::http_session::verify(ctx, ports, policy, route.revocation, value).await?;
    Ok(Some(Grant { identity, ..Grant::default() }))
}

fn signed_identity(
    kind: &'static str,
    subject: Option<String>,
    key_id: &str,
    noted: &mut Option<Identity>,
) -> Identity {
    let identity = Identity { subject, ..Identity::by_key(kind, key_id) };
    *noted = Some(identity.clone());
    identity
}

/// Single use of what carries no record of its own. Who only looks ahead uses nothing up.
fn to_claim<P: Ports>(
    x: &Exchange<'_, P>,
    key: ClaimKey,
    until: u64,
    not_used: Reason,
    replayed: Reason,
) -> Result<Box<Claim>, Reason> {
    match fetch_metadata::looks_ahead(x.request.method, &x.request.headers) {
        true => Err(not_used),
        false => Ok(Box::new(Claim::Key { key, until, replayed })),
    }
}
