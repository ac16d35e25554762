//! The gate itself, over an address and without a platform: what is said here is what the gateway does.
//!
//! There is no storage: it grants every first claim, so whether something was used before is not checked, and what only a
//! record says is not known here.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::workspace::Workspace;
use edgegate_core::exchange::Moment;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::http::{Deployment, Headers, Incoming, query};
use edgegate_core::identity::Identity;
use edgegate_core::policy::{Network, Policy, Route};
use edgegate_core::refusal::Reason;
use edgegate_core::state::State;
use edgegate_core::testing::Either;

/// A request for an address.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// As a client sends it.
    pub url: &'a str,
    /// Its method.
    pub method: &'a str,
    /// Where it comes from; None: from where the link allows.
    pub client: Option<IpAddr>,
    /// Unix seconds.
    pub now: u64,
}

/// What the gate said.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Why it is refused.
    pub refused: Option<Reason>,
    /// The status of the gateway's own answer, if it does not forward.
    pub status: Option<u16>,
    /// As whom it goes through.
    pub identity: Option<Identity>,
    /// The route that takes it.
    pub route: Option<Arc<Route>>,
    /// The network that the link is bound to, where the client's address was taken from it.
    pub network: Option<String>,
}

impl Verdict {
    /// Whether more than the address decides, which the running gateway alone knows: a record, another server's word.
    pub fn is_decided_elsewhere(&self) -> bool {
        match self.refused {
            Some(reason) => matches!(
                reason,
                Reason::VaultUnavailable
                    | Reason::LedgerUnavailable
                    | Reason::EntropyUnavailable
                    | Reason::PasswordCheckUnavailable
                    | Reason::IntrospectionUnavailable
                    | Reason::KeysUnavailable
            ),
            // A page that asks first uses nothing up.
            None => self.identity.as_ref().is_some_and(|identity| identity.kind == "nonce"),
        }
    }

    /// Why none of these kinds of credential opens the address; None if one does.
    pub fn refusal(&self, kinds: &[&str]) -> Option<Reason> {
        let opened = self.identity.as_ref().is_some_and(|identity| kinds.contains(&identity.kind));
        self.refused.or((!opened).then_some(Reason::CredentialMissing))
    }
}

/// Asks the gate.
pub fn check(workspace: &Workspace, asked: Asked<'_>) -> Verdict {
    let gate = State::new(without_assertions(&workspace.policy), workspace.secrets()).at(Deployment::Local);
    let network = asked.client.is_none().then(|| bound_network(asked.url)).flatten();
    let incoming = Incoming {
        method: asked.method,
        url: asked.url,
        headers: Headers::default(),
        odd_body: false,
        client_address: asked.client.or_else(|| network.as_deref()?.split('/').next()?.parse().ok()),
    };
    let moment = Moment { now: asked.now, request_id: "edgegate" };
    let mut handling = pin!(gate.handle(&incoming, moment, &Either::Offline));
    let Poll::Ready(handled) = handling.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        return Verdict { refused: Some(Reason::Internal), ..Verdict::default() }; // nothing here ever waits
    };
    let status = match &handled.decision {
        Decision::Answer(answer) => Some(answer.status),
        Decision::Forward(_) => None,
    };
    Verdict { refused: handled.refused, status, identity: handled.identity, route: handled.route, network }
}

/// The policy without the identity JWT, which tells the origin and decides nothing.
pub fn without_assertions(policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    for route in &mut policy.routes {
        Arc::make_mut(route).forward.jwt_audience = None;
    }
    policy
}

fn bound_network(url: &str) -> Option<String> {
    let (_, raw) = url.split_once('?')?;
    let text = query::sole(raw, "eg_ip").ok()??;
    Network::parse(text).ok().map(|network| network.to_string())
}
