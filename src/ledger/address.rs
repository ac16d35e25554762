//! Where an object of the Ledger is found, and what a call says beside its body.
//!
//! An address is the object's name and, a line each, the location hint and the jurisdiction of the policy. `storage.js` makes
//! the call's URL of the last two and the caller's clock: `https://ledger/<Unix seconds>/<hint>/<jurisdiction>`. An object
//! that asks another one has no policy and goes by the URL of the call that it answers.

use edgegate_core::http::Deployment;
use edgegate_core::policy::SHARDS;
use edgegate_core::ports::{ClaimKey, OBJECT_BYTES};
use edgegate_core::state::State;

/// The object of a claim: one of as many as the policy says for the key that made the credential, or for what none made.
pub fn of_claim(gate: &State, key: &ClaimKey) -> String {
    let of_key = gate.policy.objects.shards.iter().find(|(id, _)| key.is_by(id)).map(|(_, shards)| *shards);
    let of_grants = gate.policy.oauth.as_ref().filter(|_| key.is_by("")).map(|oauth| oauth.shards);
    let shards = of_key.or(of_grants).unwrap_or(SHARDS);
    format!("ledger-{}\n{}", number(&key.0, shards), place(gate))
}

/// The object of guesses at an account, or of a network.
pub fn of_guesses(gate: &State, key: &ClaimKey) -> String {
    format!("{}\n{}", guesses(&key.0), place(gate))
}

/// The object of requests along a route.
pub fn of_rate(gate: &State, key: &ClaimKey) -> String {
    format!("rates-{}\n{}", number(&key.0, SHARDS), place(gate))
}

/// The name of the object that has the guesses under a key.
pub fn guesses(key: &[u8]) -> String {
    format!("guesses-{}", number(key, SHARDS))
}

/// What a call's URL says of its caller: its clock, and where objects lie.
pub fn of_caller(url: &str) -> (Option<i64>, String) {
    let mut parts = url.splitn(5, '/').skip(3);
    let now = parts.next().and_then(|now| now.parse().ok());
    (now, parts.next().unwrap_or_default().replace('/', "\n"))
}

/// workerd on one's own machine knows no jurisdictions.
fn place(gate: &State) -> String {
    let objects = &gate.policy.objects;
    let jurisdiction = objects.jurisdiction.as_deref().filter(|_| gate.deployment == Deployment::Public);
    format!("{}\n{}", objects.location_hint.as_deref().unwrap_or_default(), jurisdiction.unwrap_or_default())
}

/// The first byte decides alone where there are 32 objects, and was all that decided when there were no others.
fn number(key: &[u8], shards: u16) -> u16 {
    let choosing: &[u8] = key.get(..OBJECT_BYTES).unwrap_or_default();
    let number = choosing.iter().rev().fold(0, |number, byte| number << 8 | u16::from(*byte));
    number % shards.max(1)
}
