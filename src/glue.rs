//! Declarations of the functions in JavaScript: `glue.js`, `reading.js`, `bucket.js`, `storage.js`, `signatures.js`,
//! `upstream.js`, `background.js`.

use super::form::FormGuard;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{Request, Response};

#[wasm_bindgen(module = "/src/background.js")]
extern "C" {
    /// `lines`: address and question by turns.
    #[wasm_bindgen(js_name = keepAsking)]
    pub async fn keep_asking(context: &JsValue, env: &JsValue, binding: &str, lines: &js_sys::Array);
}

#[wasm_bindgen(module = "/src/bucket.js")]
extern "C" {
    /// `asked`: the binding, and what the core's `Asked` writes.
    #[wasm_bindgen(catch, js_name = ask)]
    pub fn bucket_ask(
        env: &JsValue,
        asked: &str,
        request: &Request,
        body: Option<Uint8Array>,
    ) -> Result<js_sys::Promise, JsValue>;

    /// What the core's `Told` reads.
    #[wasm_bindgen(catch, js_name = told)]
    pub fn bucket_told(outcome: &JsValue) -> Result<String, JsValue>;

    #[wasm_bindgen(catch, js_name = answer)]
    pub fn bucket_answer(outcome: &JsValue, status: u16, shows: &str, edits: &str) -> Result<Response, JsValue>;
}

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    pub fn describe(request: &Request) -> Result<String, JsValue>;

    #[wasm_bindgen(catch)]
    pub fn forward(
        env: &JsValue,
        binding: Option<&str>,
        url: &str,
        request: &Request,
        edits: &str,
        body: Option<Uint8Array>,
        guard: Option<FormGuard>,
        no_store: bool,
    ) -> Result<js_sys::Promise, JsValue>;

    /// A line for the operator's log. Here, because printing a value of JavaScript's from Rust costs 1 kB.
    pub fn complain(what: &str, error: &JsValue);

    /// Until it settles, whether its client is still there or not.
    pub fn kept(context: &JsValue, promise: &js_sys::Promise) -> js_sys::Promise;

    pub fn settled(
        sent: &js_sys::Promise,
        context: &JsValue,
        timeout: u32,
        limit: u32,
        milliseconds: u32,
        exchange: &JsValue,
    ) -> js_sys::Promise;

    #[wasm_bindgen(catch)]
    pub fn received(response: &Response, addresses: bool) -> Result<String, JsValue>;

    #[wasm_bindgen(catch)]
    pub fn amended(response: &Response, edits: &str) -> Result<Response, JsValue>;

    #[wasm_bindgen(catch)]
    pub fn described(response: &Response) -> Result<String, JsValue>;

    #[wasm_bindgen(catch)]
    pub fn filtered(response: &Response, edits: &str, filter: JsValue, context: &JsValue) -> Result<Response, JsValue>;

    #[wasm_bindgen(catch, js_name = forwardForPart)]
    pub fn forward_for_part(
        env: &JsValue,
        binding: Option<&str>,
        url: &str,
        request: &Request,
        edits: &str,
    ) -> Result<js_sys::Promise, JsValue>;

    /// A Response, or a promise of one.
    #[wasm_bindgen(catch)]
    pub fn answer(request: &Request, status: u16, lines: &str, body: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch)]
    pub fn instead(response: &Response, status: u16, lines: &str) -> Result<Response, JsValue>;
}

#[wasm_bindgen(module = "/src/reading.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = readNext)]
    pub async fn read_next(request: &Request, milliseconds: u32) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/storage.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = kvGet)]
    pub async fn kv_get(
        env: &JsValue,
        binding: &str,
        key: &str,
        cache: u32,
        milliseconds: u32,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = kvPut)]
    pub async fn kv_put(
        env: &JsValue,
        binding: &str,
        key: &str,
        value: &str,
        expiration: f64,
        milliseconds: u32,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = kvList)]
    pub async fn kv_list(
        env: &JsValue,
        binding: &str,
        prefix: &str,
        cursor: &str,
        limit: u32,
        milliseconds: u32,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = ledgerAsk)]
    pub async fn ledger_ask(
        env: &JsValue,
        binding: &str,
        address: &str,
        question: &str,
        milliseconds: u32,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = withinLimit)]
    pub async fn within_limit(env: &JsValue, binding: &str, key: &str, milliseconds: u32) -> Result<JsValue, JsValue>;

    pub async fn pause(milliseconds: u32);
}

#[wasm_bindgen(module = "/src/signatures.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = signEs256)]
    pub async fn sign_es256(jwk: &str, bytes: &[u8]) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = verifyJws)]
    pub async fn verify_jws(algorithm: &str, jwk: &str, input: &[u8], signature: &[u8]) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/upstream.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = callOrigin)]
    pub async fn call_origin(
        env: &JsValue,
        binding: Option<&str>,
        url: &str,
        lines: &str,
        body: Option<&str>,
        limit: u32,
        milliseconds: u32,
    ) -> Result<JsValue, JsValue>;
}
