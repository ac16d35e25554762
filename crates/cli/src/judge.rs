//! The gate itself, over an address and without a platform: what is said here is what the gateway does.
//!
//! There is no storage: it grants every first claim, so whether something was used before is not judged, and what only a
//! record says is not known here.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::workspace::Workspace;
use edgegate_core::credential::Identity;
use edgegate_core::exchange::Moment;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::http::{Deployment, Headers, Incoming, query};
use edgegate_core::policy::{JwsAlgorithm, Network, Origin, Policy, Route};
use edgegate_core::ports::{
    Body, Call, ClaimKey, Claimed, Entropy, Guess, Guesses, Ledger, Limiter, Signer, Throttle, Timer, Tombstone,
    Upstream, Vault, Verifier,
};
use edgegate_core::refusal::Reason;
use edgegate_core::secret::Secret;
use edgegate_core::state::State;

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
pub struct Judgement {
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

impl Judgement {
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

/// Lets the gate judge.
pub fn judge(workspace: &Workspace, asked: Asked<'_>) -> Judgement {
    let gate = State::new(without_assertions(&workspace.policy), workspace.keyring()).at(Deployment::Local);
    let network = asked.client.is_none().then(|| bound_network(asked.url)).flatten();
    let client = asked.client.map(|client| client.to_string());
    let client = client.or_else(|| network.as_deref()?.split('/').next().map(str::to_owned));
    let headers = client.as_deref().map(|client| ("cf-connecting-ip", client));
    let incoming = Incoming {
        method: asked.method,
        url: asked.url,
        headers: Headers::new(headers.into_iter().collect()),
        odd_body: false,
    };
    let moment = Moment { now: asked.now, request_id: "edgegate" };
    let mut judging = pin!(gate.handle(&incoming, moment, &Alone));
    let Poll::Ready(judged) = judging.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        return Judgement { refused: Some(Reason::Internal), ..Judgement::default() }; // nothing here ever waits
    };
    let status = match &judged.decision {
        Decision::Answer(answer) => Some(answer.status),
        Decision::Forward(_) => None,
    };
    Judgement { refused: judged.refused, status, identity: judged.identity, route: judged.route, network }
}

/// The policy without the identity JWT, which tells the origin and decides nothing.
fn without_assertions(policy: &Policy) -> Policy {
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

/// No platform at all.
struct Alone;

impl Vault for Alone {
    async fn get(&self, key: &str) -> Result<Option<String>, Reason> {
        // A claim that KV keeps is granted as one of the Ledger is.
        if key.starts_with("used:") { Ok(None) } else { Err(Reason::VaultUnavailable) }
    }

    async fn put(&self, _: &str, _: &str, _: u64) -> Result<(), Reason> {
        Ok(())
    }

    async fn list(&self, _: &str, _: &str) -> Result<(Vec<String>, Option<String>), Reason> {
        Ok((Vec::new(), None))
    }
}

impl Ledger for Alone {
    async fn claim(&self, _: &ClaimKey, _: u64, _: &str) -> Result<Claimed, Reason> {
        Ok(Claimed::First)
    }

    async fn recall(&self, _: &ClaimKey) -> Result<Option<String>, Reason> {
        Err(Reason::LedgerUnavailable)
    }

    async fn withdraw(&self) {}

    async fn revoke(&self, _: &ClaimKey, _: u64, _: &Tombstone<'_>) -> Result<(), Reason> {
        Ok(())
    }
}

impl Throttle for Alone {
    async fn guess(&self, _: &Guess) -> Result<Guesses, Reason> {
        Ok(Guesses::default())
    }

    async fn is_known(&self, _guess: &Guess) -> Result<bool, Reason> {
        Ok(false)
    }

    async fn guessed_right(&self, _: &Guess, _: &Guesses) -> Result<(), Reason> {
        Ok(())
    }
}

impl Entropy for Alone {
    fn fill(&self, _: &mut [u8]) -> Result<(), Reason> {
        Err(Reason::EntropyUnavailable)
    }
}

impl Limiter for Alone {
    async fn within(&self, _: &str) -> Result<bool, Reason> {
        Ok(true)
    }
}

impl Timer for Alone {
    async fn pause(&self, _: u32) {}
}

impl Upstream for Alone {
    async fn call(&self, _: &Origin, _: &Call<'_>) -> Result<(u16, String), Reason> {
        Err(Reason::OriginUnavailable)
    }
}

impl Verifier for Alone {
    async fn verify(&self, _: JwsAlgorithm, _: &str, _: &[u8], _: &[u8]) -> Result<bool, Reason> {
        Ok(false)
    }
}

impl Signer for Alone {
    async fn sign_es256(&self, _: &Secret, _: &[u8]) -> Result<Vec<u8>, Reason> {
        Err(Reason::SignerUnavailable)
    }
}

impl Body for Alone {
    async fn next(&self) -> Result<Option<Vec<u8>>, Reason> {
        Ok(None)
    }

    async fn read(&self, _: usize) -> Result<Vec<u8>, Reason> {
        Ok(Vec::new())
    }

    fn put_back(&self, _: Vec<u8>) {}
}
