//! The decision log: one JSON line per request, no secret, no token, no address with a credential in it.

use serde::Serialize;

use crate::gate::{Gate, Judged};

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
        route: judged.route.as_ref().map(|route| route.name.as_str()),
        credential: identity.map(|identity| identity.kind),
        key_id: identity.and_then(|identity| identity.key_id.as_deref()),
        subject: identity.and_then(|identity| identity.subject.as_deref()).map(|subject| gate.subject_digest(subject)),
        request_id,
        kv: spent.kv,
        kv_ms: spent.kv_ms,
        ledger: spent.ledger,
        ledger_ms: spent.ledger_ms,
        origin_ms: spent.origin_ms,
    };
    serde_json::to_string(&line).unwrap_or_default()
}
