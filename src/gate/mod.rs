//! The pipeline: match the route, refuse ambiguity, collect credentials, verify, decide.
//!
//! 1. bounds and shape of the request; 2. route, method, preflight; 3. the route's shape rules;
//! 4. credentials, without storage as far as they go; 5. storage: records, single use; 6. edits.
//!
//! What refuses early costs least: nothing before step 5 touches storage.

mod credentials;
mod identity;
mod redeem;
pub(crate) mod route;

use std::cell::RefCell;
use std::sync::Arc;

use crate::credential::Identity;
use crate::credential::recent::Recent;
use crate::credential::store::Context;
use crate::dialect::generic;
use crate::digest::{base64url, hmac_sha256, sha256};
use crate::endpoint;
use crate::http::{Incoming, Target};
use crate::keyring::Keyring;
use crate::policy::{KeyUse, Policy, Route};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::rewrite::{Answer, Decision, cors, forward};

use identity::Assertions;
pub(crate) use redeem::end_session;

/// A policy with its keys and what this isolate remembers: the whole gate.
#[derive(Debug)]
pub struct Gate {
    /// The policy.
    pub policy: Policy,
    /// Values of the policy's secrets.
    pub keyring: Keyring,
    pub(crate) recent: Recent,
    pub(crate) throttled: RefCell<Vec<(String, u64)>>,
    assertions: Assertions,
}

/// The moment of a request.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Unix seconds.
    pub now: u64,
    /// Unique per request; told to client, origin and log.
    pub request_id: &'a str,
}

/// A decision and what the log says of it.
#[derive(Debug)]
pub struct Judged {
    /// What becomes of the request.
    pub decision: Decision,
    /// Why it was refused; None if it was not.
    pub refused: Option<Reason>,
    /// The route that matched.
    pub route: Option<Arc<Route>>,
    /// As whom it goes through, once that is known.
    pub identity: Option<Identity>,
}

/// What is known of a request so far, for the log and for the words of a refusal.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) route: Option<Arc<Route>>,
    pub(crate) identity: Option<Identity>,
    /// Values for Allow, where that is the refusal.
    pub(crate) allow: Vec<String>,
    /// Set-Cookie values that even a refusal carries.
    pub(crate) cookies: Vec<String>,
    /// What exactly is wrong, for a caller who has shown the admin key.
    pub(crate) detail: Option<String>,
}

impl Gate {
    /// A gate with an empty memory.
    pub fn new(policy: Policy, keyring: Keyring) -> Self {
        Self {
            policy,
            keyring,
            recent: Recent::default(),
            throttled: RefCell::default(),
            assertions: Assertions::default(),
        }
    }

    /// Judges a request. Every way out of here is a decision; nothing is let through by an error.
    pub async fn handle<P: Ports>(&self, incoming: &Incoming<'_>, moment: Moment<'_>, ports: &P) -> Judged {
        let mut trace = Trace::default();
        let decided = self.decide(incoming, moment, ports, &mut trace).await;
        let (decision, refused) = match decided {
            Ok(decision) => (decision, None),
            Err(reason) => (Decision::Answer(generic::refuse(self, reason, incoming, moment, &trace)), Some(reason)),
        };
        Judged { decision, refused, route: trace.route, identity: trace.identity }
    }

    /// The answer to a request that failed after it was judged.
    pub fn refuse(&self, reason: Reason, incoming: &Incoming<'_>, moment: Moment<'_>, judged: &Judged) -> Answer {
        let trace = Trace { route: judged.route.clone(), ..Trace::default() };
        generic::refuse(self, reason, incoming, moment, &trace)
    }

    /// A digest of a subject for the log: keyed, so that a log does not give away who somebody is.
    pub fn subject_digest(&self, subject: &str) -> String {
        let seal = self.policy.keys.iter().find(|key| key.usage == KeyUse::Seal);
        let secret = seal.and_then(|key| self.keyring.secret(&key.secret, true).ok());
        let digest = match secret {
            Some(secret) => hmac_sha256(secret, &[b"edgegate log v1\0", subject.as_bytes()]),
            None => sha256(&[b"edgegate log v1\0", subject.as_bytes()]),
        };
        base64url(digest.split_at_checked(9).map_or(&[], |(start, _)| start))
    }

    /// Whether a network guessed too often within the last minute, as far as this isolate knows.
    pub(crate) fn is_throttled(&self, network: &str, now: u64) -> bool {
        self.throttled.borrow().iter().any(|(known, until)| known == network && now < *until)
    }

    /// Refuses a network for a minute.
    pub(crate) fn throttle(&self, network: &str, now: u64) {
        let mut throttled = self.throttled.borrow_mut();
        throttled.retain(|(known, until)| now < *until && known != network);
        throttled.truncate(1023);
        throttled.push((network.to_owned(), now + 60));
    }

    pub(crate) fn context(&self, target: &Target<'_>, now: u64) -> Context<'_> {
        Context {
            recent: &self.recent,
            keyring: &self.keyring,
            single_use: self.policy.single_use,
            loopback: target.is_loopback(),
            now,
        }
    }

    async fn decide<P: Ports>(
        &self,
        incoming: &Incoming<'_>,
        moment: Moment<'_>,
        ports: &P,
        trace: &mut Trace,
    ) -> Result<Decision, Reason> {
        self.judge_bounds(incoming)?;
        let target = Target::read(incoming.url, self.policy.limits.url)?;
        if !route::is_known_method(&self.policy, incoming.method) {
            return Err(Reason::MethodUnknown);
        }
        if endpoint::is_own(target.path) {
            return endpoint::answer(self, incoming, &target, moment, ports, trace).await.map(Decision::Answer);
        }
        let route = Arc::clone(route::find(&self.policy, incoming.method, &target)?);
        trace.route = Some(Arc::clone(&route));
        route::judge_path(&route, &target)?;
        if let Some(cors) = route.cors.as_ref().filter(|_| cors::is_preflight(incoming.method, &incoming.headers)) {
            return cors::preflight(cors, &route, &incoming.headers).map(Decision::Answer);
        }
        route::judge_method(&self.policy, &route, incoming.method, trace)?;
        let ctx = self.context(&target, moment.now);
        let grant = match credentials::collect(self, ctx, &route, incoming, &target, ports).await? {
            credentials::Outcome::Granted(grant) => *grant,
            credentials::Outcome::Answer(answer) => return Ok(Decision::Answer(answer)),
        };
        trace.identity = Some(grant.identity.clone());
        trace.cookies.extend(grant.cookies.iter().cloned());
        if let Some(location) = grant.redirect {
            return Ok(Decision::Answer(with_cookies(Answer::see_other(location), grant.cookies)));
        }
        let mut forwarding =
            forward::forwarding(&self.policy, &route, incoming, &target, &grant.identity, moment.request_id)?;
        forwarding.body = grant.body;
        forwarding.cookies = grant.cookies;
        if let Some(audience) = &route.forward.jwt_audience {
            let jwt = self.assertions.jwt(self, ctx, &route, audience, &grant.identity, ports).await?;
            forwarding.set.extend(jwt.map(|jwt| ("edgegate-jwt", jwt)));
        }
        Ok(Decision::Forward(Box::new(forwarding)))
    }

    fn judge_bounds(&self, incoming: &Incoming<'_>) -> Result<(), Reason> {
        let limits = &self.policy.limits;
        if incoming.headers.size() > limits.headers {
            return Err(Reason::HeadersTooLarge);
        }
        let length = incoming.headers.get("content-length").and_then(|value| value.parse::<u64>().ok());
        match (limits.body, length) {
            (Some(limit), Some(length)) if length > limit => Err(Reason::BodyTooLarge),
            _ => Ok(()),
        }
    }
}

/// An answer that also hands over or takes back cookies.
pub(crate) fn with_cookies(answer: Answer, cookies: Vec<String>) -> Answer {
    cookies.into_iter().fold(answer, |answer, cookie| answer.with("set-cookie", cookie))
}
