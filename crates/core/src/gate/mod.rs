//! The pipeline: match the route, refuse ambiguity, collect credentials, verify, decide.
//!
//! 1. bounds and shape of the request; 2. route, method, preflight; 3. the route's shape rules;
//! 4. credentials, without storage as far as they go, then their records; 5. edits, and whatever they need; 6. single use.
//!
//! What refuses early costs least: nothing before the records touches storage. What is refused uses nothing up: step 6 is
//! the last.

pub mod answered;
pub(crate) mod credentials;

use std::sync::Arc;

use crate::authenticate::{broker, claim};
use crate::dialect;
use crate::endpoint::{self, http_session};
use crate::exchange::access::Outcome;
use crate::exchange::claim::Claim;
use crate::exchange::decision::Decision;
use crate::exchange::format::Voice;
use crate::exchange::{Exchange, Judged, Moment, Trace};
use crate::forward;
use crate::http::answer::{Answer, with_cookies};
use crate::http::{Deployment, Incoming, Target, cors};
use crate::luminate;
use crate::own_paths;
use crate::policy::{Route, SingleUse};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::routing::{self, method_override};
use crate::state::State;

impl State {
    /// Judges a request. Every way out of here is a decision; nothing is let through by an error.
    pub async fn handle<P: Ports>(&self, incoming: &Incoming<'_>, moment: Moment<'_>, ports: &P) -> Judged {
        self.recent.begin(moment.now);
        self.foreign.begin(moment.now);
        let mut trace = Trace::default();
        let decided = self.decide(incoming, moment, ports, &mut trace).await;
        let (decision, refused) = match decided {
            Ok(decision) => (decision, None),
            Err(reason) => {
                if reason.public().status() >= 500 && self.policy.single_use == SingleUse::Ledger {
                    // Nothing is wrong with the request: what it used up is good for another one, and opens nothing here.
                    trace.cookies.clear();
                    ports.withdraw().await;
                }
                let said = trace.said.take();
                let answer = said.unwrap_or_else(|| dialect::refuse(self, reason, incoming, moment, &trace));
                (Decision::Answer(answer), Some(reason))
            }
        };
        let Trace { route, endpoint, identity, voice, .. } = trace;
        Judged { decision, refused, route, endpoint, identity, voice }
    }

    /// The answer to a request that failed after it was judged.
    pub fn refuse(&self, reason: Reason, incoming: &Incoming<'_>, moment: Moment<'_>, judged: &Judged) -> Answer {
        // What was opened for the caller is theirs even if the origin is down: a nonce works only once.
        let (cookies, onward) = match &judged.decision {
            Decision::Forward(forwarding) => (forwarding.cookies.clone(), forwarding.onward.clone()),
            Decision::Answer(_) => (Vec::new(), None),
        };
        let trace = Trace { route: judged.route.clone(), cookies, voice: judged.voice, onward, ..Trace::default() };
        dialect::refuse(self, reason, incoming, moment, &trace)
    }

    async fn decide<P: Ports>(
        &self,
        incoming: &Incoming<'_>,
        moment: Moment<'_>,
        ports: &P,
        trace: &mut Trace,
    ) -> Result<Decision, Reason> {
        self.judge_bounds(incoming)?;
        let target = Target::read(incoming.url, self.policy.limits.url)?.at(self.deployment);
        if !routing::is_known_method(&self.policy, incoming.method) {
            return Err(Reason::MethodUnknown);
        }
        let target = &target;
        let Moment { now, request_id } = moment;
        let x = &Exchange { state: self, ports, request: incoming, target, now, request_id };
        // An http issuer is valid on loopback alone, and only a local deployment is there.
        let is_for_https = self.policy.gateway.issuer.is_https() || self.deployment == Deployment::Public;
        let is_exposed = is_for_https && !target.secure && !target.is_loopback();
        if endpoint::is_own(&self.policy, target.path) {
            if is_exposed && !(target.path == own_paths::HTTP_SESSION && http_session::is_host(x)) {
                return Err(Reason::TransportInsecure);
            }
            let answer = Box::pin(endpoint::answer(x, trace));
            return answer.await.map(Decision::Answer);
        }
        let is_preflight = cors::is_preflight(incoming.method, &incoming.headers);
        let asked = incoming.headers.get("access-control-request-method").filter(|_| is_preflight);
        let route = Arc::clone(routing::find(&self.policy, asked.unwrap_or(incoming.method), target)?);
        trace.route = Some(Arc::clone(&route));
        if !is_preflight {
            trace.voice = Voice::of(route.dialect);
        }
        routing::judge_path(&route, target)?;
        let is_meant = || route.is_for_http() && http_session::is_host(x);
        if is_exposed && route.takes_credentials() && !is_meant() {
            return Err(Reason::TransportInsecure);
        }
        if let (true, Some(cors)) = (is_preflight, &route.cors) {
            return cors::preflight(cors, &route, &incoming.headers).map(Decision::Answer);
        }
        if !is_preflight && route.luminate().is_some() {
            trace.voice = luminate::voice(&route, target);
        }
        routing::judge_method(&self.policy, &route, incoming.method, trace)?;
        if is_preflight {
            return Err(Reason::PreflightDenied);
        }
        method_override::judge_query(&route, incoming.method, target.query.unwrap_or_default())?;
        let looked_at = match incoming.method {
            // Boxed: few requests have a form, and every request's future would be as large.
            "POST" => Box::pin(method_override::look(x, &route)).await?,
            _ => None,
        };
        let collected = credentials::collect(x, &route, trace).await;
        if let Err(reason) = collected {
            trace.said = broker::send(x, &route, reason)?;
        }
        let grant = match collected? {
            Outcome::Granted(grant) => *grant,
            Outcome::Answer(answer) => {
                return Ok(Decision::Answer(cors::dress(answer, route.cors.as_ref(), &incoming.headers)));
            }
        };
        trace.identity = Some(grant.identity.clone());
        trace.cookies.clone_from(&grant.cookies);
        if let Some(location) = grant.redirect {
            let mut cookies = grant.cookies;
            if let Some(claim) = grant.claim {
                cookies.extend(used(x, &route, *claim).await?);
            }
            return Ok(Decision::Answer(with_cookies(Answer::see_other(location), cookies)));
        }
        let mut forwarding =
            forward::forwarding(&self.policy, &route, incoming, target, &grant.identity, moment.request_id)?;
        let content_type = || incoming.headers.get("content-type").unwrap_or_default();
        let content_type = grant.content_type.unwrap_or_else(content_type);
        forwarding.body = method_override::joined(&route, content_type, grant.body, looked_at)?;
        forwarding.set.extend(grant.content_type.map(|content_type| ("content-type", content_type.to_owned())));
        forwarding.cookies = grant.cookies;
        forwarding.tags = grant.tags;
        if let Some(onward) = grant.onward {
            forwarding.remove.extend(forward::partial(&incoming.headers));
            forwarding.onward = Some(onward);
        }
        if let Some(audience) = &route.forward.jwt_audience {
            let jwt = self.assertions.jwt(self, x.ctx(), &route, audience, &grant.identity, ports).await?;
            forwarding.set.extend(jwt.map(|jwt| ("edgegate-jwt", jwt)));
        }
        if let Some(claim) = grant.claim {
            forwarding.cookies.extend(used(x, &route, *claim).await?);
        }
        Ok(Decision::Forward(Box::new(forwarding)))
    }

    fn judge_bounds(&self, incoming: &Incoming<'_>) -> Result<(), Reason> {
        let limits = &self.policy.limits;
        if incoming.headers.size() > limits.headers {
            return Err(Reason::HeadersTooLarge);
        }
        let length = incoming.headers.get("content-length");
        if matches!(incoming.method, "GET" | "HEAD") {
            let is_in_chunks = incoming.headers.get("transfer-encoding").is_some();
            // Some clients say of every GET that it has no body: an empty one is none, and none is forwarded.
            let has_body = length.map_or(incoming.odd_body, |length| !is_zero(length));
            if has_body || is_in_chunks {
                return Err(Reason::BodyUnexpected);
            }
        }
        match (limits.body, length.and_then(|length| length.parse::<u64>().ok())) {
            (Some(limit), Some(length)) if length > limit => Err(Reason::BodyTooLarge),
            _ => Ok(()),
        }
    }
}

/// Whether a Content-Length (RFC 9110 section 8.6: digits) says that there is nothing.
fn is_zero(length: &str) -> bool {
    !length.is_empty() && length.bytes().all(|b| b == b'0')
}

/// Uses up what a credential leaves to be claimed. Boxed: few requests have one, and every request's future would be as
/// large.
async fn used<P: Ports>(x: &Exchange<'_, P>, route: &Route, claim: Claim) -> Result<Vec<String>, Reason> {
    claim::judge(x, route, &claim)?;
    Box::pin(claim::perform(x, claim)).await
}
