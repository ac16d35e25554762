//! Bearer tokens, whoever issued them, and token pairs: what a client sends in Authorization.

use crate::authenticate::cross_site;
use crate::credential::issuer::{self, Verdict};
use crate::credential::{Identity, bearer, dpop, grant, registry, session};
use crate::exchange::Visit;
use crate::exchange::access::Grant;
use crate::exchange::claim::Claim;
use crate::http::basic;
use crate::policy::{Accept, ClientKind, OAuth, Route};
use crate::ports::Ports;
use crate::refusal::Reason;

/// A token of this gateway or of an issuer: by its MAC it is known which.
pub(crate) async fn by_token<P: Ports>(
    visit: &Visit<'_, P>,
    token: &str,
    with_proof: bool,
    noted: &mut Option<Identity>,
) -> Result<Grant, Reason> {
    let Visit { gate, ctx, route, target, ports, .. } = *visit;
    let takes_own = route.accept.iter().any(|accept| matches!(accept, Accept::Bearer));
    let has_issuers = route.accept.iter().any(|accept| matches!(accept, Accept::Issuer(_)));
    let text = bearer::bare(&route.bearer, token);
    let opened = bearer::open(ctx, &gate.policy, text);
    let is_own = !has_issuers || opened.is_ok() || is_otherwise_own(visit, text);
    let verified = match takes_own && is_own {
        true => bearer::verify(ctx, ports, &gate.policy, route, &opened?, target, noted).await?,
        // What this gateway issued is nobody else's to see.
        false if is_own => return Err(Reason::JwtIssuer),
        false => Box::pin(by_issuer(visit, token)).await?,
    };
    *noted = Some(verified.identity.clone());
    let claim = match with_proof || verified.bound.is_some() {
        true => Some(Box::pin(judge_binding(visit, token, with_proof, verified.bound)).await?),
        false => None,
    };
    judge_scope(route, &verified.identity)?;
    Ok(Grant { identity: verified.identity, claim, ..Grant::default() })
}

async fn by_issuer<P: Ports>(visit: &Visit<'_, P>, token: &str) -> Result<bearer::Verified, Reason> {
    let Visit { gate, ctx, route, incoming, ports, .. } = *visit;
    let issuers: Vec<_> = route.accept.iter().filter_map(Accept::issuer).collect();
    let told = match issuer::verify(ctx, ports, &gate.policy, &gate.foreign, &issuers, token).await? {
        Verdict::Told(told) => told,
        Verdict::Ask(issuer) => {
            // Each wrong guess makes the gateway ask somebody.
            let network = format!("token {}", incoming.network());
            let under_way = gate.guesses.begin(&network, ctx.now, ports).await?;
            let answer = issuer::ask(ctx, ports, &gate.foreign, &issuer, token).await;
            drop(under_way);
            match answer {
                Ok(told) => told,
                // Nobody said that it is wrong. Who asks on while the issuer is down has no more than those under way.
                Err(reason @ Reason::IntrospectionUnavailable) => return Err(reason),
                Err(reason) => return Err(gate.guesses.count(&network, ctx.now, ports, reason).await),
            }
        }
    };
    Ok(bearer::Verified { identity: told.identity, bound: told.bound })
}

/// Whether a text is a credential that this gateway made, but no access token.
fn is_otherwise_own<P>(visit: &Visit<'_, P>, text: &str) -> bool {
    let Visit { gate, ctx, .. } = *visit;
    let policy = &gate.policy;
    let is_refresh = |oauth: &OAuth| !matches!(grant::open_refresh(ctx, oauth, text), Err(Reason::RefreshForged));
    policy.oauth.as_ref().is_some_and(is_refresh)
        || policy.session.as_ref().is_some_and(|sessions| session::open(ctx, sessions, text).is_ok())
}

/// RFC 9449 section 7.1: a bound token comes with the proof of its key, and no other token does.
async fn judge_binding<P: Ports>(
    visit: &Visit<'_, P>,
    token: &str,
    with_proof: bool,
    bound: Option<dpop::Thumbprint>,
) -> Result<Box<Claim>, Reason> {
    let Visit { ctx, incoming, target, ports, .. } = *visit;
    let Some(bound) = bound.filter(|_| with_proof) else { return Err(Reason::TokenBinding) };
    let demand = dpop::Demand { method: incoming.method, address: &target.address(), token: Some(token) };
    match dpop::prove(ctx, ports, &incoming.headers, demand).await? {
        Some(dpop::Proof { key, claim, until }) if key == bound => {
            Ok(Box::new(Claim::Key { key: claim, until, replayed: Reason::DpopReplayed }))
        }
        Some(_) => Err(Reason::DpopKey),
        None => Err(Reason::DpopMalformed),
    }
}

pub(crate) async fn by_pair<P: Ports>(
    visit: &Visit<'_, P>,
    value: &str,
    noted: &mut Option<Identity>,
) -> Result<Grant, Reason> {
    let Visit { gate, ctx, route, ports, .. } = *visit;
    // A browser that knows a pair sends it along with what other sites ask for.
    cross_site::judge_origin(visit)?;
    let pair = basic::read(value)?;
    let client = registry::find(ctx, ports, &gate.policy, &pair.id, route.revocation).await?;
    let identity = Identity {
        kind: "token-pair",
        subject: client.subject.clone(),
        client: Some(client.id.clone()),
        scope: client.scope.clone(),
        acts_for_others: client.acts_for_others,
        ..Identity::default()
    };
    registry::authenticate(ctx, &gate.policy, &client, &pair)?;
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
