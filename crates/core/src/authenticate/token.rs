//! Bearer tokens, whoever issued them, and token pairs: what a client sends in Authorization.

use crate::authenticate::cross_site;
use crate::credential::issuer::{self, Verdict};
use crate::credential::{Identity, bearer, dpop, grant, registry, session};
use crate::exchange::Exchange;
use crate::exchange::access::Grant;
use crate::exchange::claim::Claim;
use crate::http::basic;
use crate::policy::{Accept, ClientKind, OAuth, Route};
use crate::ports::Ports;
use crate::refusal::Reason;

/// A token of this gateway or of an issuer: by its MAC it is known which.
pub(crate) async fn by_token<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    token: &str,
    with_proof: bool,
    noted: &mut Option<Identity>,
) -> Result<Grant, Reason> {
    let Exchange { state, target, ports, .. } = *x;
    let ctx = x.ctx();
    let takes_own = route.accept.iter().any(|accept| matches!(accept, Accept::Bearer));
    let has_issuers = route.accept.iter().any(|accept| matches!(accept, Accept::Issuer(_)));
    let text = bearer::bare(&route.bearer, token);
    let opened = bearer::open(ctx, &state.policy, text);
    let is_own = !has_issuers || opened.is_ok() || is_otherwise_own(x, text);
    let verified = match takes_own && is_own {
        true => bearer::verify(ctx, ports, &state.policy, route, &opened?, target, noted).await?,
        // What this gateway issued is nobody else's to see.
        false if is_own => return Err(Reason::JwtIssuer),
        false => Box::pin(by_issuer(x, route, token)).await?,
    };
    *noted = Some(verified.identity.clone());
    let claim = match with_proof || verified.bound.is_some() {
        true => Some(Box::pin(judge_binding(x, token, with_proof, verified.bound)).await?),
        false => None,
    };
    judge_scope(route, &verified.identity)?;
    Ok(Grant { identity: verified.identity, claim, ..Grant::default() })
}

async fn by_issuer<P: Ports>(x: &Exchange<'_, P>, route: &Route, token: &str) -> Result<bearer::Verified, Reason> {
    let Exchange { state, request, ports, .. } = *x;
    let ctx = x.ctx();
    let issuers: Vec<_> = route.accept.iter().filter_map(Accept::issuer).collect();
    let told = match issuer::verify(ctx, ports, &state.policy, &state.foreign, &issuers, token).await? {
        Verdict::Told(told) => told,
        Verdict::Ask(issuer) => {
            // Each wrong guess makes the gateway ask somebody.
            let network = format!("token {}", request.network());
            let under_way = state.guesses.begin(&network, ctx.now, ports).await?;
            let answer = issuer::ask(ctx, ports, &state.foreign, &issuer, token).await;
            drop(under_way);
            match answer {
                Ok(told) => told,
                // Nobody said that it is wrong. Who asks on while the issuer is down has no more than those under way.
                Err(reason @ Reason::IntrospectionUnavailable) => return Err(reason),
                Err(reason) => return Err(state.guesses.count(&network, ctx.now, ports, reason).await),
            }
        }
    };
    Ok(bearer::Verified { identity: told.identity, bound: told.bound })
}

/// Whether a text is a credential that this gateway made, but no access token.
fn is_otherwise_own<P>(x: &Exchange<'_, P>, text: &str) -> bool {
    let Exchange { state, .. } = *x;
    let ctx = x.ctx();
    let policy = &state.policy;
    let is_refresh = |oauth: &OAuth| !matches!(grant::open_refresh(ctx, oauth, text), Err(Reason::RefreshForged));
    policy.oauth.as_ref().is_some_and(is_refresh)
        || policy.session.as_ref().is_some_and(|sessions| session::open(ctx, sessions, text).is_ok())
}

/// RFC 9449 section 7.1: a bound token comes with the proof of its key, and no other token does.
async fn judge_binding<P: Ports>(
    x: &Exchange<'_, P>,
    token: &str,
    with_proof: bool,
    bound: Option<dpop::Thumbprint>,
) -> Result<Box<Claim>, Reason> {
    let Exchange { request, target, ports, .. } = *x;
    let ctx = x.ctx();
    let Some(bound) = bound.filter(|_| with_proof) else { return Err(Reason::TokenBinding) };
    let demand = dpop::Demand { method: request.method, address: &target.address(), token: Some(token) };
    match dpop::prove(ctx, ports, &request.headers, demand).await? {
        Some(dpop::Proof { key, claim, until }) if key == bound => {
            Ok(Box::new(Claim::Key { key: claim, until, replayed: Reason::DpopReplayed }))
        }
        Some(_) => Err(Reason::DpopKey),
        None => Err(Reason::DpopMalformed),
    }
}

pub(crate) async fn by_pair<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    value: &str,
    noted: &mut Option<Identity>,
) -> Result<Grant, Reason> {
    let Exchange { state, ports, .. } = *x;
    let ctx = x.ctx();
    // A browser that knows a pair sends it along with what other sites ask for.
    cross_site::judge_origin(x, route)?;
    let pair = basic::read(value)?;
    let client = registry::find(ctx, ports, &state.policy, &pair.id, route.revocation).await?;
    let identity = Identity {
        kind: "token-pair",
        subject: client.subject.clone(),
        client: Some(client.id.clone()),
        scope: client.scope.clone(),
        acts_for_others: client.acts_for_others,
        ..Identity::default()
    };
    registry::authenticate(ctx, &state.policy, &client, &pair)?;
    *noted = Some(identity.clone());
    if client.kind != ClientKind::TokenPair {
        return Err(Reason::ClientKind);
    }
    judge_scope(route, &identity)?;
    Ok(Grant { identity, ..Grant::default() })
}

fn judge_scope(route: &Route, identity: &Identity) -> Result<(), Reason> {
    let is_granted = |wanted| identity.scope.contains(wanted);
    route.bearer.scope.iter().all(is_granted).then_some(()).ok_or(Reason::TokenScope)
}
