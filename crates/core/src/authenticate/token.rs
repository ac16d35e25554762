//! `bearer` and `issuer:<name>`: Bearer tokens, the gateway's own and those of issuers.

use std::sync::Arc;

use crate::authenticate::kind::{Credential, Shown};
use crate::credential::grant::Grants;
use crate::credential::issuer::{self, Verdict};
use crate::credential::{bearer, dpop, session};
use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::exchange::claim::Claim;
use crate::identity::Identity;
use crate::policy::{CredentialKind, Issuer, Route, TokenPlace};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

/// The kind. Those of this gateway and of issuers are told apart by their MAC.
pub(super) struct Token;

impl Credential for Token {
    async fn authenticate<P: Ports>(
        &self,
        x: &Exchange<'_, P>,
        route: &Route,
        shown: &mut Shown<'_>,
    ) -> Result<Option<Access>, Refusal> {
        let Some(token) = &shown.token else { return Ok(None) };
        let verified = verify(x, route, token).await?;
        let of_token = |reason: Reason| reason.of(&verified.identity);
        let claim = match shown.with_proof || verified.bound.is_some() {
            true => Some(Box::pin(check_binding(x, token, shown.with_proof, verified.bound)).await.map_err(of_token)?),
            false => None,
        };
        check_scope(route, &verified.identity).map_err(of_token)?;
        Ok(Some(Access { claim, ..Access::of(verified.identity) }))
    }
}

/// Whether a route asks for scopes that an identity does not have.
///
/// # Errors
/// `TokenScope`.
pub(super) fn check_scope(route: &Route, identity: &Identity) -> Result<(), Reason> {
    let is_granted = |wanted| identity.scope.contains(wanted);
    route.bearer.scope.iter().all(is_granted).then_some(()).ok_or(Reason::TokenScope)
}

async fn verify<P: Ports>(x: &Exchange<'_, P>, route: &Route, token: &str) -> Result<bearer::Verified, Refusal> {
    let ctx = x.ctx();
    let takes_own = route.accept.iter().any(|accept| matches!(accept, CredentialKind::Bearer));
    let has_issuers = issuers(route).next().is_some();
    let text = bearer::bare(&route.bearer, token);
    let opened = bearer::open(ctx, text);
    let is_own = !has_issuers || opened.is_ok() || is_otherwise_own(x, text);
    match takes_own && is_own {
        true => bearer::verify(ctx, route, x.target, &opened?).await,
        // What this gateway issued is for no issuer to see.
        false if is_own => Err(Reason::JwtIssuer.into()),
        false => Ok(Box::pin(by_issuer(x, route, token)).await?),
    }
}

async fn by_issuer<P: Ports>(x: &Exchange<'_, P>, route: &Route, token: &str) -> Result<bearer::Verified, Reason> {
    let Exchange { state, request, .. } = *x;
    let ctx = x.ctx();
    let issuers: Vec<_> = issuers(route).collect();
    let told = match issuer::verify(ctx, &state.foreign, &issuers, token).await? {
        Verdict::Told(told) => *told,
        Verdict::Ask(issuer) => {
            // Each wrong guess makes the gateway ask somebody.
            let network = format!("token {}", request.network());
            let under_way = state.guesses.begin(&network, ctx).await?;
            let answer = issuer::ask(ctx, &state.foreign, &issuer, token).await;
            drop(under_way);
            match answer {
                Ok(told) => told,
                // Not known to be wrong. A client that goes on while the issuer is down has no more than those under way.
                Err(reason @ Reason::IntrospectionUnavailable) => return Err(reason),
                Err(reason) => return Err(state.guesses.count(&network, ctx, reason).await),
            }
        }
    };
    Ok(bearer::Verified { identity: told.identity, bound: told.bound })
}

/// The issuers whose tokens are Bearer tokens here.
fn issuers(route: &Route) -> impl Iterator<Item = &Arc<Issuer>> {
    route.accept.iter().filter_map(CredentialKind::issuer).filter(|issuer| issuer.place == TokenPlace::Bearer)
}

/// Whether a text is a credential that this gateway made, but no access token.
fn is_otherwise_own<P>(x: &Exchange<'_, P>, text: &str) -> bool {
    let Exchange { state, .. } = *x;
    let ctx = x.ctx();
    let policy = &state.policy;
    let is_refresh = |grants: Grants<'_, P>| !matches!(grants.open_refresh(text), Err(Reason::RefreshForged));
    Grants::of(ctx).is_some_and(is_refresh)
        || policy.session.as_ref().is_some_and(|sessions| session::open(ctx, sessions, text).is_ok())
}

/// RFC 9449 section 7.1: a bound token comes with the proof of its key, and no other token does.
async fn check_binding<P: Ports>(
    x: &Exchange<'_, P>,
    token: &str,
    with_proof: bool,
    bound: Option<dpop::Thumbprint>,
) -> Result<Box<Claim>, Reason> {
    let Exchange { request, target, .. } = *x;
    let ctx = x.ctx();
    let Some(bound) = bound.filter(|_| with_proof) else { return Err(Reason::TokenBinding) };
    let demand = dpop::Demand { method: request.method, address: &target.address(), token: Some(token) };
    match dpop::prove(ctx, &request.headers, demand).await? {
        Some(dpop::Proof { key, claim, until }) if key == bound => {
            Ok(Box::new(Claim::Key { key: claim, until, grace: None, replayed: Reason::DpopReplayed }))
        }
        Some(_) => Err(Reason::DpopKey),
        None => Err(Reason::DpopMalformed),
    }
}
