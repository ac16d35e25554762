//! The credentials that a route accepts: each looks for itself.
//!
//! Absent moves on to the next kind; refused ends it: a credential that is there but bad never falls
//! through to a weaker one.

mod assertion;
pub(crate) mod attempt;
mod basic;
mod broker;
pub(crate) mod claim;
pub(crate) mod cross_site;
mod folder_cookie;
pub(crate) mod form;
pub(crate) mod hosts;
mod http_session;
mod kind;
mod link;
mod network;
mod nonce;
pub(crate) mod password;
pub(crate) mod provider;
mod scheme;
pub(crate) mod session;
pub(crate) mod sign_in;
mod signed_redirect;
mod single_use;
mod ticket;
mod token;
mod token_pair;
pub(crate) mod visitor;
mod webhook;

use crate::exchange::Exchange;
use crate::exchange::access::Access;
use crate::identity::Identity;
use crate::policy::{CredentialKind, Route, TokenPlace};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::Refusal;

use kind::{Credential, Shown};

/// Asks the route's kinds of credential in the policy's order, then for the cookie of a folder.
///
/// # Errors
/// The first refusal; if no kind found anything and the route is not open, `CredentialMissing`, or `NetworkNotAllowed`
/// where nothing that a client could show would open it.
pub(crate) async fn authenticate<P: Ports>(x: &Exchange<'_, P>, route: &Route) -> Result<Access, Refusal> {
    let mut shown = Shown::read(x, route).await?;
    for accept in &route.accept {
        if let Some(access) = one(x, route, accept, &mut shown).await? {
            return Ok(Access { body: shown.body, ..access });
        }
    }
    let is_open = || route.accept.iter().any(|accept| matches!(accept, CredentialKind::Anonymous));
    match link::in_cookies(x, route) {
        Ok(Some(access)) => return Ok(Access { body: shown.body, ..access }),
        _ if is_open() => return Ok(Access { body: shown.body, ..Access::of(Identity::none()) }),
        by_cookie => by_cookie?,
    };
    let is_shown = |accept: &CredentialKind| !matches!(accept, CredentialKind::Network(_));
    match route.accept.iter().any(is_shown) {
        true => Err(Reason::CredentialMissing.into()),
        false => Err(Reason::NetworkNotAllowed.into()),
    }
}

/// Boxed: what waits for storage, unless it is what most requests are.
async fn one<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    accept: &CredentialKind,
    shown: &mut Shown<'_>,
) -> Result<Option<Access>, Refusal> {
    match accept {
        CredentialKind::Link(profile) => profile.authenticate(x, route, shown).await,
        CredentialKind::SignedRedirect(profile) => profile.authenticate(x, route, shown).await,
        CredentialKind::Issuer(issuer) if issuer.place == TokenPlace::CfAccess => {
            Box::pin(assertion::Assertion(issuer).authenticate(x, route, shown)).await
        }
        CredentialKind::Bearer | CredentialKind::Issuer(_) => token::Token.authenticate(x, route, shown).await,
        CredentialKind::TokenPair => Box::pin(token_pair::TokenPair.authenticate(x, route, shown)).await,
        CredentialKind::Basic(policy) => Box::pin(policy.authenticate(x, route, shown)).await,
        CredentialKind::Ticket(_) => Box::pin(ticket::Ticket { app: None }.authenticate(x, route, shown)).await,
        CredentialKind::AppTicket(app) => {
            Box::pin(ticket::Ticket { app: Some(app) }.authenticate(x, route, shown)).await
        }
        CredentialKind::Webhook(webhook) => Box::pin(webhook.authenticate(x, route, shown)).await,
        CredentialKind::Network(network) => network.authenticate(x, route, shown).await,
        CredentialKind::Session => session::Session.authenticate(x, route, shown).await,
        CredentialKind::Nonce => nonce::Nonce.authenticate(x, route, shown).await,
        CredentialKind::HttpSession(luminate) => {
            Box::pin(http_session::HttpSession { luminate }.authenticate(x, route, shown)).await
        }
        // The route serves the dialect, which has rules of its own.
        CredentialKind::Luminate(_) => Err(Reason::Internal.into()),
        CredentialKind::Anonymous => Ok(None), // the last of all
    }
}
