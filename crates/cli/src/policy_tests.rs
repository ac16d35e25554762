//! The tests of a policy: each request goes through the gate itself, with the stores in memory, and what becomes of it is
//! compared with what the policy says that it must come to.
//!
//! No secret of the operator's is read: every secret that the policy names has a made-up value, and by these the
//! credentials are made that a test asks for. Each test has a gate and stores of its own.

mod credential;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::verdict::without_assertions;
use credential::Carried;
use edgegate_core::credential::registry;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::exchange::{Handled, Moment};
use edgegate_core::http::{Deployment, Headers, Incoming};
use edgegate_core::policy::{Expected, Policy, PolicyTest, Problem, SecretDigest};
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::state::State;
use edgegate_core::testing::{Either, Memory, World, finish};

/// What came of the tests of a policy.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many there are.
    pub all: usize,
    /// Those that fail, in file order.
    pub failures: Vec<Problem>,
}

impl Outcome {
    /// How many pass.
    pub fn passed(&self) -> usize {
        self.all.saturating_sub(self.failures.len())
    }

    /// `2 tests passed`, `1 of 2 tests passed`; nothing for a policy without tests.
    pub fn summary(&self) -> Option<String> {
        let plural = if self.all == 1 { "" } else { "s" };
        match (self.passed(), self.all) {
            (_, 0) => None,
            (passed, all) if passed == all => Some(format!("{all} test{plural} passed")),
            (passed, all) => Some(format!("{passed} of {all} test{plural} passed")),
        }
    }

    /// The failures as lines, in the format of compilers.
    pub fn lines(&self, path: &Path) -> Vec<String> {
        self.failures.iter().map(|failure| format!("{}:{failure}", path.display())).collect()
    }

    /// For a program.
    pub fn json(&self) -> Value {
        json!({ "passed": self.passed(), "failed": self.failures.len() })
    }
}

/// Runs every test of a policy.
pub fn run(policy: &Policy) -> Outcome {
    let bench = Bench::new(policy);
    Outcome { all: policy.tests.len(), failures: policy.tests.iter().filter_map(|test| bench.failure(test)).collect() }
}

/// A policy whose secrets have made-up values.
#[derive(Debug)]
struct Bench {
    policy: Policy,
    secrets: Secrets,
    deployment: Deployment,
}

impl Bench {
    fn new(policy: &Policy) -> Self {
        let mut policy = without_assertions(policy);
        let secrets = Secrets::new(&policy, "", |name| Some(made_up(name)));
        if let Some(key) = policy.registry.as_ref().and_then(|registry| registry.keys.first()).cloned() {
            for client in &mut policy.clients {
                let digest = registry::digest(&made_up(&key.secret), &client.id, &made_up(&client.id));
                let client = Arc::make_mut(client);
                client.secrets.iter_mut().for_each(|known| *known = SecretDigest { text: digest.clone(), until: None });
            }
        }
        // A policy does not fail its tests because it is closed for an hour.
        policy.gateway.maintenance = false;
        for route in policy.routes.iter_mut().filter(|route| route.maintenance) {
            Arc::make_mut(route).maintenance = false;
        }
        // Only a gateway for one machine believes that a request comes from there.
        let deployment = if policy.gateway.issuer.is_loopback() { Deployment::Local } else { Deployment::Public };
        Self { policy, secrets, deployment }
    }

    /// Why a test fails, if it does.
    fn failure(&self, test: &PolicyTest) -> Option<Problem> {
        let message = match self.ask(test) {
            Ok(handled) if holds(&test.expected, &handled) => return None,
            Ok(handled) => format!("expected {}, got {}", wanted(&test.expected), got(&handled)),
            Err(reason) => reason,
        };
        Some(Problem { line: test.line, message: format!("test \"{}\": {message}", test.name) })
    }

    /// What becomes of a test's request.
    fn ask(&self, test: &PolicyTest) -> Result<Handled, String> {
        let mut carried = Carried::of(test, self.policy.gateway.issuer.origin());
        let made = test.at.saturating_sub(test.credential.as_ref().map_or(0, |credential| credential.age));
        let world = World::at(made);
        let ports = Either::Memory(Box::new(Memory::new(&world)));
        if let Some(credential) = &test.credential {
            self.add(&credential.kind, &mut carried, &ports, made)?;
        }
        world.pass(test.at.saturating_sub(world.clock.get()));
        self.handle(&carried, &ports, test.at)
    }

    fn handle(&self, carried: &Carried, ports: &Either, now: u64) -> Result<Handled, String> {
        let gate = State::new(self.policy.clone(), self.secrets.clone()).at(self.deployment);
        let headers = carried.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let request = Incoming {
            method: &carried.method,
            url: &carried.url,
            headers: Headers::new(headers),
            odd_body: false,
            client_address: carried.client,
        };
        let moment = Moment { now, request_id: "edgegate" };
        finish(gate.handle(&request, moment, &ports.with_body(b""))).ok_or_else(|| "the gate did not answer".to_owned())
    }
}

fn holds(expected: &Expected, handled: &Handled) -> bool {
    let is = |wanted: &Option<String>, got: Option<&str>| wanted.as_deref().is_none_or(|wanted| Some(wanted) == got);
    let forwarded = match &handled.decision {
        Decision::Forward(forwarding) => Some(forwarding.url.as_str()),
        Decision::Answer(_) => None,
    };
    let forwarded = match &expected.forwarded {
        Some(wanted) if wanted.starts_with('/') => forwarded.map(behind_host),
        _ => forwarded,
    };
    is(&expected.route, route(handled))
        && is(&expected.refused, handled.refused.map(|reason| reason.code()))
        && is(&expected.forwarded, forwarded)
        && is(&expected.subject, subject(handled))
        && expected.status.is_none_or(|wanted| Some(wanted) == status(handled))
}

fn wanted(expected: &Expected) -> String {
    let part = |before: &str, value: &Option<String>| value.as_ref().map(|value| format!("{before} {value}"));
    let parts = [
        part("route", &expected.route),
        part("refused with", &expected.refused),
        expected.status.map(|status| format!("status {status}")),
        part("forwarded to", &expected.forwarded),
        expected.subject.as_deref().map(whose),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn got(handled: &Handled) -> String {
    let place = match (route(handled), handled.endpoint) {
        (Some(route), _) => format!("route {route}"),
        (None, Some(endpoint)) => format!("the gateway's own {endpoint}"),
        (None, None) => "no route".to_owned(),
    };
    let end = match &handled.decision {
        Decision::Forward(forwarding) => format!("forwarded to {}", forwarding.url),
        Decision::Answer(answer) => format!("status {}", answer.status),
    };
    let refused = handled.refused.map(|reason| format!("refused with {}", reason.code()));
    // What the gateway answers itself is mostly for nobody in particular.
    let is_forwarded = matches!(handled.decision, Decision::Forward(_));
    let subject = subject(handled).filter(|subject| is_forwarded || !subject.is_empty());
    [Some(place), refused, Some(end), subject.map(whose)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn whose(subject: &str) -> String {
    format!("as {}", if subject.is_empty() { "nobody" } else { subject })
}

fn route(handled: &Handled) -> Option<&str> {
    handled.route.as_ref().map(|route| route.name.as_str())
}

fn status(handled: &Handled) -> Option<u64> {
    match &handled.decision {
        Decision::Answer(answer) => Some(answer.status.into()),
        Decision::Forward(_) => None,
    }
}

/// As whom a request is let through; empty for nobody, None if it is refused.
fn subject(handled: &Handled) -> Option<&str> {
    let identity = handled.refused.is_none().then_some(handled.identity.as_ref());
    identity.map(|identity| identity.and_then(|identity| identity.subject.as_deref()).unwrap_or_default())
}

/// Path and query of a URL.
fn behind_host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/")
}

/// The value of a secret, as long as any has to be, and of no use outside of this process.
fn made_up(name: &str) -> Secret {
    Secret::new(format!("made up for a test: {name}"))
}
