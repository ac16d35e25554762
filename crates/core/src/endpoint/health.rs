//! `/.edgegate/health`: whether the gateway could do its job, without asking storage. Only a wrong admin key is counted, as the
//! admin API counts it.

use serde_json::json;

use crate::http::answer::Answer;
use crate::policy::SingleUse;
use crate::state::State;

/// 200 if every secret of the policy is there, else 503. Names of secrets are told only on loopback; which policy it is
/// also to an administrator.
pub fn answer(state: &State, loopback: bool, is_administrator: bool) -> Answer {
    let mut missing = state.secrets.missing();
    if !loopback {
        missing.extend(state.secrets.published());
    }
    let healthy = missing.is_empty();
    let mut body = json!({
        "status": if healthy { "ok" } else { "secrets missing" },
        "version": env!("CARGO_PKG_VERSION"),
        "single_use": match state.policy.single_use {
            SingleUse::Ledger => "ledger",
            SingleUse::BestEffort => "best-effort",
        },
    });
    if let Some(body) = body.as_object_mut() {
        if loopback {
            body.insert("missing_secrets".to_owned(), json!(missing));
        }
        if let Some(digest) = state.policy.digest.as_ref().filter(|_| loopback || is_administrator) {
            body.insert("policy".to_owned(), json!(digest.to_string()));
        }
    }
    Answer::json(if healthy { 200 } else { 503 }, &body)
}
