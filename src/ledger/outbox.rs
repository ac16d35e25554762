//! Revocations: a claim for good, and a tombstone that KV gets from here, whether a client waits for it or not. `outbox.js` has the rest.
//!
//! RPC: `revoke LF key LF until LF again LF KV key LF tombstone`; answered `revoked LF`.

use crate::binding;

use super::claims;
use edgegate_core::digest::base64url;
use edgegate_core::ports::{ClaimKey, Tombstone};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use worker::{Env, Result, State};

/// The body of a call.
pub fn question(key: &ClaimKey, until: u64, tombstone: &Tombstone<'_>) -> String {
    let Tombstone { key: record, value, again } = tombstone;
    format!("revoke\n{}\n{until}\n{}\n{record}\n{value}", base64url(&key.0), u8::from(*again))
}

/// Answers a call; None if it is none of this file. What is revoked is durable before anything else happens.
pub async fn answer(state: &State, env: &Env, body: &str) -> Result<Option<&'static str>> {
    let lines: Vec<&str> = body.splitn(6, '\n').collect();
    let ["revoke", key, until, again, record, value] = lines.as_slice() else { return Ok(None) };
    let Ok(until) = until.parse::<i64>() else { return Ok(None) };
    claims::revoke(&state.storage().sql(), key, until)?;
    let buried = bury(state.as_raw(), &vault(env), record, value, until as f64, *again == "1");
    JsFuture::from(buried).await?;
    Ok(Some("revoked\n"))
}

/// Gives KV what is due. Milliseconds until something is again, if anything is left.
pub async fn deliver(state: &State, env: &Env) -> Result<Option<f64>> {
    Ok(JsFuture::from(deliver_due(state.as_raw(), &vault(env))).await?.as_f64())
}

fn vault(env: &Env) -> JsValue {
    js_sys::Reflect::get(env, &binding::KV.into()).unwrap_or_default()
}

#[wasm_bindgen(module = "/src/ledger/outbox.js")]
extern "C" {
    fn bury(state: &JsValue, kv: &JsValue, key: &str, value: &str, until: f64, again: bool) -> Promise;

    #[wasm_bindgen(js_name = deliver)]
    fn deliver_due(state: &JsValue, kv: &JsValue) -> Promise;
}
