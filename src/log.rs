//! The decision log: one JSON line per request, no secret, no token, no address with a credential in it.

use serde::Serialize;

use crate::digest::{base64url, hmac_sha256, sha256};
use crate::gate::{Gate, Judged};
use crate::policy::KeyUse;

/// What a request cost outside the gate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// KV operations.
    pub kv: u32,
    /// Milliseconds waited on KV.
    pub kv_ms: u64,
    /// Durable Object operations.
    pub ledger: u32,
    /// Milliseconds waited on the Durable Object.
    pub ledger_ms: u64,
    /// Milliseconds until the origin's answer began.
    pub origin_ms: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    edgegate: &'static str,
    reason: &'static str,
    status: u16,
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    request_id: &'a str,
    kv: u32,
    kv_ms: u64,
    ledger: u32,
    ledger_ms: u64,
    origin_ms: u64,
}

/// The line for a request that ended with `status`. `reason` is a refusal's code, or `ok`.
pub fn line(gate: &Gate, judged: &Judged, method: &str, request_id: &str, status: u16, spent: Spent) -> String {
    let identity = judged.identity.as_ref();
    let line = Line {
        edgegate: if judged.refused.is_some() { "refused" } else { "decided" },
        reason: judged.refused.map_or("ok", |reason| reason.code()),
        status,
        method: if method.len() <= 20 { method } else { "long" },
        route: judged.route.as_ref().map(|route| route.name.as_str()).or(judged.endpoint),
        credential: identity.map(|identity| identity.kind),
        key_id: identity.and_then(|identity| identity.key_id.as_deref()),
        subject: identity.and_then(|identity| identity.subject.as_deref()).map(|subject| subject_digest(gate, subject)),
        request_id,
        kv: spent.kv,
        kv_ms: spent.kv_ms,
        ledger: spent.ledger,
        ledger_ms: spent.ledger_ms,
        origin_ms: spent.origin_ms,
    };
    serde_json::to_string(&line).unwrap_or_default()
}

/// A digest of a subject: keyed with a seal key where the policy has one, so that a log does not give away who
/// somebody is; without one it is only a name for the same person.
fn subject_digest(gate: &Gate, subject: &str) -> String {
    let seal = gate.policy.keys.iter().find(|key| key.usage == KeyUse::Seal);
    let secret = seal.and_then(|key| gate.keyring.secret(&key.secret, true).ok());
    let parts: [&[u8]; 2] = [b"edgegate log v1\0", subject.as_bytes()];
    let digest = secret.map_or_else(|| sha256(&parts), |secret| hmac_sha256(secret, &parts));
    base64url(digest.split_at_checked(9).map_or(&[], |(start, _)| start))
}
