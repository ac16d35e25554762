//! The requests of `fixtures/corpus.json` through one gate, one after the other, and what was decided of each.
//! The native tests and the wasm tests run the same code over the same bytes and compare with the same file.

use edgegate_core::digest::{hex, sha256};
use edgegate_core::exchange::decision::Decision;
use edgegate_core::exchange::{Handled, Moment};
use edgegate_core::http::{Headers, Incoming};
use edgegate_core::policy::Policy;
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::state::State;
use edgegate_core::testing::{Memory, World, finish};

/// The file: an array of `{"request", "headers"?, "body"?, "decided"}`.
pub const CORPUS: &str = include_str!("../../fixtures/corpus.json");
/// The policy of all native tests.
pub const POLICY: &str = include_str!("../../fixtures/gate.toml");
/// Unix seconds of the first request.
pub const NOW: u64 = 1_800_000_000;

/// Cases with what was decided and what the file says.
pub struct Case {
    pub request: String,
    pub decided: String,
    pub recorded: String,
}

/// Runs them all.
pub fn run() -> Vec<Case> {
    let cases: serde_json::Value = serde_json::from_str(CORPUS).expect("the corpus is JSON");
    let policy = Policy::read(POLICY).expect("the policy is valid");
    let secrets = Secrets::new(&policy, "", |name| (name != "ABSENT_KEY").then(|| Secret::new(value_of(name))));
    let gate = State::new(policy, secrets);
    let ports = Memory::new(&World::at(NOW));
    let cases = cases.as_array().expect("an array");
    cases
        .iter()
        .map(|case| Case {
            request: case["request"].as_str().unwrap_or_default().to_owned(),
            decided: decide(&gate, &ports, case),
            recorded: case["decided"].as_str().unwrap_or_default().to_owned(),
        })
        .collect()
}

fn value_of(name: &str) -> String {
    match name {
        "IDENTITY_KEY" => r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"AA"}"#.to_owned(),
        other => format!("{other}-0123456789abcdef0123456789abcdef"),
    }
}

fn decide(gate: &State, ports: &Memory, case: &serde_json::Value) -> String {
    let (method, url) = case["request"].as_str().unwrap_or_default().split_once(' ').expect("METHOD URL");
    let headers = case["headers"].as_object().into_iter().flatten();
    let headers = Headers::new(headers.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect());
    let client_address = headers.get("cf-connecting-ip").and_then(|address| address.parse().ok());
    let incoming = Incoming { method, url, headers, odd_body: false, client_address };
    // A second a request, so that no key is written twice within one.
    ports.world.pass(1);
    let moment = Moment { now: ports.world.clock.get(), request_id: "request-1" };
    let ports = ports.with_body(case["body"].as_str().unwrap_or_default().as_bytes());
    let before = ports.spent.get();
    let handled = finish(gate.handle(&incoming, moment, &ports)).expect("decided");
    let told = format!("{}\n{}", transcript(&handled), ports.spent.get().storage() - before.storage());
    let digest: String = hex(&sha256(&[told.as_bytes()])).chars().take(16).collect();
    format!("{} {digest}", handled.refused.map_or("ok", |reason| reason.code()))
}

/// Everything that decides what happens; not the words of pages.
fn transcript(handled: &Handled) -> String {
    let route = handled.route.as_ref().map(|route| route.name.as_str());
    match &handled.decision {
        Decision::Forward(to) => format!(
            "{route:?} {:?} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {}",
            handled.identity,
            to.origin.name,
            to.url,
            to.remove,
            to.set,
            to.set_by_policy,
            to.answer,
            to.cookies,
            to.body,
            to.private
        ),
        Decision::Answer(answer) => {
            let body = if answer.body.starts_with("<!doctype") { "a page" } else { answer.body.as_str() };
            format!("{route:?} {:?} {} {:?} {body}", handled.identity, answer.status, answer.headers)
        }
    }
}
