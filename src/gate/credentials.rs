//! The credentials that a route accepts, each looking for itself.
//!
//! Absent moves on to the next kind; refused ends it: a credential that is there but bad never falls
//! through to a weaker one.

use super::{Gate, redeem};
use crate::credential::authorization;
use crate::credential::store::Context;
use crate::credential::{Identity, bearer, claim_key, link, session, signed_redirect};
use crate::http::{Incoming, Target, fetch_metadata};
use crate::policy::{Accept, Link, Route, SignedRedirect, SingleUse};
use crate::ports::{ClaimKey, Claimed, Ports, Vault};
use crate::refusal::Reason;
use crate::rewrite::Answer;

/// What a credential opened.
#[derive(Debug, Default)]
pub struct Grant {
    /// As whom.
    pub identity: Identity,
    /// Replaces the body, where it was read.
    pub body: Option<Vec<u8>>,
    /// Set-Cookie values for the answer.
    pub cookies: Vec<String>,
    /// Send the client there instead of forwarding.
    pub redirect: Option<String>,
}

/// Where collecting ends if it is not refused.
#[derive(Debug)]
pub enum Outcome {
    /// The route is open for this request.
    Granted(Box<Grant>),
    /// The gateway asks something back first.
    Answer(Answer),
}

/// Asks the route's kinds of credential in the policy's order.
///
/// # Errors
/// The first refusal; `CredentialMissing` if no kind found anything and the route is not open.
pub async fn collect<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    route: &Route,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
) -> Result<Outcome, Reason> {
    // Where no kind reads Authorization it is nobody's credential: it is not judged, only never forwarded.
    let takes_bearer = route.accept.iter().any(|accept| matches!(accept, Accept::Bearer));
    let header = match takes_bearer {
        true => authorization::read(&incoming.headers)?,
        false => None,
    };
    if header.is_some_and(|header| !header.is("Bearer")) {
        return Err(Reason::SchemeNotAccepted);
    }
    let query = target.query.unwrap_or_default();
    let presented = match takes_bearer {
        true => bearer::present(incoming, header, query, &route.bearer, gate.policy.limits.form, ports).await?,
        false => bearer::Presented::default(),
    };
    for accept in &route.accept {
        let grant = match accept {
            Accept::Link(profile) => by_link(ctx, profile, incoming, target, ports).await?,
            Accept::SignedRedirect(profile) => by_signed_redirect(ctx, profile, incoming, target, ports).await?,
            Accept::Bearer => match &presented.token {
                Some(token) => Some(by_bearer(gate, ctx, route, token, ports).await?),
                None => None,
            },
            Accept::Session => by_session(gate, ctx, route, incoming, target, ports).await?,
            Accept::Nonce => match redeem::nonce(gate, ctx, route, incoming, target, ports).await? {
                Some(Outcome::Granted(grant)) => Some(*grant),
                Some(answer) => return Ok(answer),
                None => None,
            },
            Accept::Nothing => {
                Some(Grant { identity: Identity { kind: "none", ..Identity::default() }, ..Grant::default() })
            }
        };
        if let Some(mut grant) = grant {
            grant.body = presented.body;
            return Ok(Outcome::Granted(Box::new(grant)));
        }
    }
    Err(Reason::CredentialMissing)
}

async fn by_link<P: Ports>(
    ctx: Context<'_>,
    profile: &Link,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
) -> Result<Option<Grant>, Reason> {
    let signed = link::Signed { method: incoming.method, host: &target.host, path: target.path };
    let query = target.query.unwrap_or_default();
    let verified = link::verify(profile, ctx.keyring, ctx.loopback, signed, query, incoming.client(), ctx.now)?;
    let Some(verified) = verified else { return Ok(None) };
    if profile.single_use {
        if fetch_metadata::looks_ahead(incoming.method, &incoming.headers) {
            return Err(Reason::LinkNotUsed);
        }
        let key = claim_key("link", &verified.key_id, &verified.mac);
        claim_once(ctx, ports, &key, verified.until, Reason::LinkReplayed).await?;
    }
    Ok(Some(granted("link", verified.subject, verified.key_id)))
}

async fn by_signed_redirect<P: Ports>(
    ctx: Context<'_>,
    profile: &SignedRedirect,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
) -> Result<Option<Grant>, Reason> {
    let query = target.query.unwrap_or_default();
    let verified = signed_redirect::verify(profile, ctx.keyring, ctx.loopback, query, ctx.now)?;
    let Some(verified) = verified else { return Ok(None) };
    if profile.single_use {
        if fetch_metadata::looks_ahead(incoming.method, &incoming.headers) {
            return Err(Reason::RedirectNotUsed);
        }
        let key = claim_key("signed-redirect", &verified.key_id, &verified.digest);
        claim_once(ctx, ports, &key, verified.until, Reason::RedirectReplayed).await?;
    }
    Ok(Some(granted("signed-redirect", verified.subject, verified.key_id)))
}

async fn by_bearer<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    route: &Route,
    token: &str,
    ports: &P,
) -> Result<Grant, Reason> {
    let policy = gate.policy.bearer.as_ref().ok_or(Reason::Internal)?;
    let identity = bearer::verify(ctx, ports, policy, &route.bearer, route.revocation, token).await?;
    Ok(Grant { identity, ..Grant::default() })
}

async fn by_session<P: Ports>(
    gate: &Gate,
    ctx: Context<'_>,
    route: &Route,
    incoming: &Incoming<'_>,
    target: &Target<'_>,
    ports: &P,
) -> Result<Option<Grant>, Reason> {
    let policy = gate.policy.session.as_ref().ok_or(Reason::Internal)?;
    let Some(value) = session::present(policy, target, &incoming.headers)? else { return Ok(None) };
    let live = session::verify(ctx, ports, policy, route.revocation, value).await?;
    Ok(Some(Grant { identity: live.identity, ..Grant::default() }))
}

/// Single use of what carries no record of its own.
async fn claim_once<P: Ports>(
    ctx: Context<'_>,
    ports: &P,
    key: &ClaimKey,
    until: u64,
    replayed: Reason,
) -> Result<(), Reason> {
    match ctx.single_use {
        SingleUse::Ledger => match ports.claim(key, until, "").await? {
            Claimed::First => Ok(()),
            Claimed::Replayed(_) => Err(replayed),
        },
        SingleUse::BestEffort => claim_in_vault(ctx, ports, key, until, replayed).await,
    }
}

/// KV alone, as the policy asked: two requests at one moment can both pass, and for as long as KV lags.
async fn claim_in_vault(
    ctx: Context<'_>,
    ports: &impl Vault,
    key: &ClaimKey,
    until: u64,
    replayed: Reason,
) -> Result<(), Reason> {
    let key = format!("used:{}", crate::digest::base64url(&key.0));
    if ports.get(&key).await?.is_some() {
        return Err(replayed);
    }
    ports.put(&key, "1", crate::credential::store::kv_expiry(ctx.now, until)).await
}

fn granted(kind: &'static str, subject: Option<String>, key_id: String) -> Grant {
    let identity = Identity { kind, subject, key_id: Some(key_id), ..Identity::default() };
    Grant { identity, ..Grant::default() }
}
