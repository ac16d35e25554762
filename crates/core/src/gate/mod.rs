//! The pipeline: match the route, refuse ambiguity, authenticate, decide.
//!
//! 1. bounds and shape of the request; 2. route, method, preflight; 3. the route's shape rules;
//! 4. credentials, without storage as far as they go, then their records; 5. edits, and whatever they need; 6. single use.
//!
//! What refuses early costs least: nothing before the records touches storage. What is refused uses nothing up: step 6 is
//! the last.

pub mod answered;
mod guarded;
mod place;
mod rate;
mod refuse;
mod rehearsal;
pub mod returned;
mod whose;
pub mod words;

use crate::dialect::Refused;
use crate::endpoint;
use crate::exchange::access::{Access, Then};
use crate::exchange::decision::{Decided, Decision};
use crate::exchange::format::ErrorFormat;
use crate::exchange::jar::Jar;
use crate::exchange::{Exchange, Handled, Moment};
use crate::http::answer::{Answer, with_cookies};
use crate::http::{Incoming, Target, client, cors};
use crate::luminate::errors;
use crate::policy::SingleUse;
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::refused::{Refusal, Said};
use crate::state::State;

use place::Place;

impl State {
    /// Decides on a request. Every way out of here is a decision; nothing is let through by an error.
    ///
    /// # Example
    /// ```
    /// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
    /// # let policy = Policy::read(EXAMPLE).unwrap();
    /// # let secrets = Secrets::new(&policy, "", secret);
    /// use edgegate_core::exchange::Moment;
    /// use edgegate_core::exchange::decision::Decision;
    /// use edgegate_core::http::{Headers, Incoming};
    /// use edgegate_core::refusal::Reason;
    /// use edgegate_core::state::State;
    /// use edgegate_core::testing::{Memory, World, finish};
    ///
    /// let state = State::new(policy, secrets);
    /// let ports = Memory::new(&World::at(1_800_000_000));
    /// let handle = |url| {
    ///     let request = Incoming { method: "GET", url, headers: Headers::new(Vec::new()), odd_body: false, client_address: None };
    ///     finish(state.handle(&request, Moment { now: 1_800_000_000, request_id: "r1" }, &ports)).unwrap()
    /// };
    ///
    /// let open = handle("https://gate.example.org/index.html?a=1");
    /// let Decision::Forward(forwarding) = open.decision else { panic!("the route is open") };
    /// assert_eq!(forwarding.url, "https://origin.example.org/index.html?a=1");
    ///
    /// let guarded = handle("https://gate.example.org/downloads/a.pdf");
    /// assert_eq!(guarded.refused, Some(Reason::CredentialMissing));
    /// ```
    pub async fn handle<P: Ports>(&self, request: &Incoming<'_>, moment: Moment<'_>, ports: &P) -> Handled {
        let Moment { now, request_id } = moment;
        self.recent.begin(now);
        self.foreign.begin(now);
        self.over.begin(now);
        let jar = &Jar::default();
        let mut place = Place::Nowhere;
        let behind = client::behind(request, &self.policy.gateway.proxies);
        let request = behind.as_ref().unwrap_or(request);
        let decided = match target(self, request) {
            Ok(target) => {
                let x = &Exchange { state: self, ports, request, target: &target, now, request_id, jar };
                match Place::find(x) {
                    Ok(found) => {
                        place = found;
                        decide(x, &place).await
                    }
                    Err(reason) => Err(reason.into()),
                }
            }
            Err(reason) => Err(reason.into()),
        };
        let mut format = place_format(&place, request);
        let (decision, refused, identity) = match decided {
            Ok((decision, identity)) => (decision, None, identity),
            Err(refusal) => {
                let reason = refusal.reason();
                if reason.public().status() >= 500 && self.policy.single_use == SingleUse::Ledger {
                    // Nothing is wrong with the request: what it used up is good for another one, and opens nothing here.
                    jar.clear();
                    ports.withdraw().await;
                }
                let words = self.words(request, moment, &place, &refusal);
                let answer = refuse::answer(&words, &refusal, format, jar.take());
                (Decision::Answer(answer), Some(reason), refusal.identity().cloned())
            }
        };
        if let Decision::Forward(forwarding) = &decision {
            format = forwarding.format.unwrap_or(format);
        }
        Handled { decision, refused, identity, format, route: place.route().cloned(), endpoint: place.endpoint() }
    }

    /// The answer to a request that failed after it was let through.
    pub fn refuse(&self, reason: Reason, request: &Incoming<'_>, moment: Moment<'_>, handled: &Handled) -> Answer {
        let place = match &handled.route {
            Some(route) => Place::Route(route.clone()),
            None => Place::Endpoint(handled.endpoint),
        };
        // What was opened for the caller is theirs even if the origin is down: a nonce works only once.
        let (cookies, outcome) = match &handled.decision {
            Decision::Forward(forwarding) => (forwarding.cookies.clone(), forwarding.outcome_redirect.as_deref()),
            Decision::Answer(_) => (Vec::new(), None),
        };
        let refusal = Refusal::from(reason);
        let refusal = match outcome.and_then(|outcome| errors::redirect(outcome, reason, moment.now)) {
            Some(redirect) => refusal.saying(Said::Body(redirect)),
            None => refusal,
        };
        refuse::answer(&self.words(request, moment, &place, &refusal), &refusal, handled.format, cookies)
    }

    fn words<'a>(
        &'a self,
        request: &'a Incoming<'_>,
        moment: Moment<'a>,
        place: &'a Place,
        refusal: &'a Refusal,
    ) -> Refused<'a> {
        let detail = match refusal.said() {
            Said::Detail(detail) => Some(detail.as_str()),
            _ => None,
        };
        let (route, endpoint) = (place.route().map(|route| &**route), place.endpoint());
        Refused {
            state: self,
            request,
            request_id: moment.request_id,
            route,
            endpoint,
            reason: refusal.reason(),
            detail,
        }
    }
}

/// The target of a request that keeps to the policy's bounds.
fn target<'a>(state: &State, request: &Incoming<'a>) -> Result<Target<'a>, Reason> {
    check_bounds(state, request)?;
    let target = Target::received(request.url, state.policy.limits.url)?.at(state.deployment);
    if state.policy.paths.allows(target.several) { Ok(target) } else { Err(Reason::PathAmbiguous) }
}

async fn decide<P: Ports>(x: &Exchange<'_, P>, place: &Place) -> Result<Decided, Refusal> {
    match place {
        Place::Nowhere => Err(Reason::NoRoute.into()),
        Place::Route(route) => guarded::decide(x, route).await,
        Place::Endpoint(_) => {
            if x.is_exposed() && !endpoint::is_for_http(x) {
                return Err(Reason::TransportInsecure.into());
            }
            // Boxed: what they hold while they wait would otherwise be part of every request's future.
            let Access { then, identity, .. } = Box::pin(endpoint::answer(x)).await?;
            match then {
                Then::Answer(answer) => Ok((Decision::Answer(with_cookies(answer, x.jar.take())), identity)),
                Then::Forward | Then::Redirect(_) => Err(Reason::Internal.into()),
            }
        }
    }
}

/// A preflight is refused in the RFCs' format, which the browser alone reads.
fn place_format(place: &Place, request: &Incoming<'_>) -> ErrorFormat {
    match cors::is_preflight(request.method, &request.headers) {
        true => ErrorFormat::Generic,
        false => place.format(),
    }
}

fn check_bounds(state: &State, request: &Incoming<'_>) -> Result<(), Reason> {
    let limits = &state.policy.limits;
    if request.headers.size() > limits.headers {
        return Err(Reason::HeadersTooLarge);
    }
    let length = request.headers.get("content-length");
    if matches!(request.method, "GET" | "HEAD") && request.has_body() {
        return Err(Reason::BodyUnexpected);
    }
    match (limits.body, length.and_then(|length| length.parse::<u64>().ok())) {
        (Some(limit), Some(length)) if length > limit => Err(Reason::BodyTooLarge),
        _ => Ok(()),
    }
}
