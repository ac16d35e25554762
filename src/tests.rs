//! The adapter under Node.
//!
//! A plain `#[test]` would silently not run here.

use super::budget::Held;
use super::glue;
use super::platform::Platform;
use edgegate_core::ports::Body;
use edgegate_core::refusal::Reason;
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Request, Response};

mod handler;

pub use handler::{compiled, pages, unreadable};

#[path = "../tests/support/corpus.rs"]
mod corpus;
#[path = "../tests/support/parsers.rs"]
mod parsers;

/// A value by its JavaScript.
fn js(source: &str) -> JsValue {
    js_sys::eval(source).unwrap()
}

async fn settled(value: impl Into<JsValue>) -> JsValue {
    JsFuture::from(Promise::resolve(&value.into())).await.unwrap()
}

/// Calls a JavaScript function.
fn call(source: &str, arguments: &[&JsValue]) -> JsValue {
    let function: js_sys::Function = js(source).dyn_into().unwrap();
    function.apply(&JsValue::UNDEFINED, &arguments.iter().copied().collect::<Array>()).unwrap()
}

fn request(source: &str) -> Request {
    js(&format!("new Request({source})")).dyn_into().unwrap()
}

async fn text(response: &Response) -> String {
    settled(call("r => r.text()", &[response])).await.as_string().unwrap()
}

/// The response's fields as `name: value` lines.
fn headers(response: &Response) -> String {
    call("r => [...r.headers].map(([n, v]) => `${n}: ${v}`).join('\\n')", &[response]).as_string().unwrap()
}

#[wasm_bindgen_test]
fn a_request_is_described_by_method_exact_url_and_fields() {
    let described = glue::describe(&request(
        "'https://gate.example:8443/a%20b;c?q=%27&&e=', { method: 'PUT', body: 'x', headers: [['X-One', '1'], ['x-one', '2'], ['A', '']] }",
    ));
    let described = described.unwrap();
    let mut lines: Vec<&str> = described.split('\n').collect();
    let line = ["PUT", "https://gate.example:8443/a%20b;c?q=%27&&e=", ""];
    assert_eq!(lines.drain(..3).collect::<Vec<_>>(), line);
    for field in [["a", ""], ["x-one", "1, 2"]] {
        assert!(lines.chunks(2).any(|pair| pair == field), "{lines:?}");
    }
    assert!(lines.chunks(2).all(|pair| pair.len() == 2));
}

/// The `Request` of the Fetch standard cannot be made so; the runtime's own, off the wire, can.
#[wasm_bindgen_test]
fn a_body_where_none_belongs_is_described() {
    for (method, body, odd) in [("GET", "{}", "body"), ("HEAD", "{}", "body"), ("GET", "null", ""), ("POST", "{}", "")]
    {
        let request = js(&format!("({{ method: '{method}', url: 'https://h/', body: {body}, headers: [] }})"));
        let described = glue::describe(request.unchecked_ref()).unwrap();
        assert_eq!(described, format!("{method}\nhttps://h/\n{odd}"));
    }
}

#[wasm_bindgen_test]
async fn a_second_write_within_a_second_is_made_a_moment_later() {
    let env = js("({ KV: { put: async (k, v, o) => {
        if (++globalThis.puts === 1) throw new Error('429');
        globalThis.written = `${k} ${v} ${o.expiration}`; } } })");
    js("globalThis.puts = 0");
    glue::kv_put(&env, "KV", "k", "v", 1e9, 3000).await.unwrap();
    assert_eq!(js("`${globalThis.puts} ${globalThis.written}`").as_string().unwrap(), "2 k v 1000000000");
}

#[wasm_bindgen_test]
async fn an_answer_keeps_two_cookies_apart() {
    let lines = "content-type\ntext/html\nset-cookie\na=1; Path=/\nset-cookie\nb=2\n";
    let answer = glue::answer(&request("'https://h/'"), 403, lines, &"no\n".into()).unwrap();
    let answer: Response = answer.dyn_into().unwrap();
    assert_eq!(call("r => r.status", &[&answer]).as_f64(), Some(403.0));
    assert_eq!(call("r => r.headers.getSetCookie().join('|')", &[&answer]).as_string().unwrap(), "a=1; Path=/|b=2");
    assert_eq!(call("r => r.headers.get('content-type')", &[&answer]).as_string().unwrap(), "text/html");
    assert_eq!(text(&answer).await, "no\n");
}

#[wasm_bindgen_test]
fn an_answer_without_a_body_has_none() {
    let answer = glue::answer(&request("'https://h/'"), 204, "allow\nGET\n", &"".into()).unwrap();
    assert!(call("r => r.body", &[&answer]).is_null());
}

#[wasm_bindgen_test]
async fn an_amended_answer_keeps_body_and_status() {
    let original = js(
        "new Response('made', { status: 201, statusText: 'Made', headers: { 'x-gone': '1', vary: 'Accept', 'set-cookie': 'o=1' } })",
    );
    let original: Response = original.dyn_into().unwrap();
    let edits = "-x-gone\n=cache-control\nprivate\n+vary\nOrigin\n+set-cookie\ns=2\n-not-there\n";
    let amended = glue::amended(&original, edits).unwrap();
    assert_eq!(call("r => `${r.status} ${r.statusText}`", &[&amended]).as_string().unwrap(), "201 Made");
    assert_eq!(call("r => r.headers.getSetCookie().join('|')", &[&amended]).as_string().unwrap(), "o=1|s=2");
    let fields = headers(&amended);
    assert!(fields.contains("vary: Accept, Origin") && fields.contains("cache-control: private"), "{fields}");
    assert!(!fields.contains("x-gone"), "{fields}");
    assert_eq!(text(&amended).await, "made");
}

#[wasm_bindgen_test]
fn an_amended_switch_of_protocols_is_the_same_object() {
    let response = js("Object.assign(new Response(null), { webSocket: {} })");
    let same = glue::amended(response.unchecked_ref(), "=a\nb\n").unwrap();
    assert_eq!(JsValue::from(same), response);
}

/// An environment whose binding `ORIGIN` answers with what it was asked.
const ENV: &str = "({ ORIGIN: { fetch: async (url, init) => {
    const r = new Request(url, { ...init, duplex: 'half' });
    return Response.json({ url, method: init.method, redirect: init.redirect, cache: init.cache ?? null,
        headers: Object.fromEntries(init.headers), body: init.body ? await r.text() : null });
} } })";

async fn forwarded(request: &Request, edits: &str, body: Option<&[u8]>, no_store: bool) -> serde_json::Value {
    let url = "https://gate.example/to?%zz";
    let body = body.map(Uint8Array::from);
    let sent = glue::forward(&js(ENV), Some("ORIGIN"), url, request, edits, body, None, no_store).unwrap();
    let response: Response = settled(sent).await.dyn_into().unwrap();
    serde_json::from_str(&text(&response).await).unwrap()
}

#[wasm_bindgen_test]
async fn a_request_is_forwarded_with_its_edits() {
    let request = request(
        "'https://gate.example/from', { headers: { authorization: 'Bearer x', 'x-keep': '1', cookie: 'a=1; s=2', 'edgegate-subject': 'root' } }",
    );
    let edits = "-authorization\n-edgegate-subject\n=cookie\na=1\n=edgegate-subject\njo\n+x-keep\n2\n";
    let got = forwarded(&request, edits, None, true).await;
    assert_eq!(got["url"], "https://gate.example/to?%zz");
    assert_eq!(got["headers"], serde_json::json!({"cookie": "a=1", "edgegate-subject": "jo", "x-keep": "1, 2"}));
    assert_eq!((got["method"].as_str(), got["redirect"].as_str()), (Some("GET"), Some("manual")));
    assert_eq!(got["cache"], "no-store");
    assert!(got["body"].is_null());
    let open = forwarded(&request, "", None, false).await;
    assert!(open["cache"].is_null(), "an open route may be cached");
}

#[wasm_bindgen_test]
async fn a_body_goes_through_or_is_replaced() {
    let post = || {
        request("'https://gate.example/', { method: 'POST', body: 'as it came', headers: { 'content-length': '10' } }")
    };
    assert_eq!(forwarded(&post(), "", None, true).await["body"], "as it came");
    let replaced = forwarded(&post(), "", Some(b"cut"), true).await;
    assert_eq!(replaced["body"], "cut");
    assert!(replaced["headers"]["content-length"].is_null(), "{replaced}");
    // A body that is empty after the credential was cut from it still takes the original's place.
    let emptied = forwarded(&post(), "", Some(b""), true).await;
    assert_ne!(emptied["body"], "as it came");
}

#[wasm_bindgen_test]
async fn a_body_is_read_up_to_its_limit() {
    let stream = "'https://h/', { method: 'POST', duplex: 'half', body: new ReadableStream({ type: 'bytes', start(c) {
        for (let i = 0; i < 4; i++) c.enqueue(new Uint8Array([i, i])); c.close(); } }) }";
    assert_eq!(read(&request(stream), 8).await, Ok(vec![0, 0, 1, 1, 2, 2, 3, 3]));
    assert_eq!(read(&request(stream), 7).await, Err(Reason::BodyTooLarge));
    assert_eq!(read(&request("'https://h/'"), 0).await, Ok(Vec::new()));
}

async fn read(request: &Request, limit: usize) -> Result<Vec<u8>, Reason> {
    let (state, env, held) = (handler::state(), js("({})").unchecked_into(), Held::new()?);
    Platform::new(&state, &env, &JsValue::UNDEFINED, request, &held).read(limit).await
}

#[wasm_bindgen_test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let silent = "'https://h/', { method: 'POST', duplex: 'half', body: new ReadableStream({ type: 'bytes' }) }";
    let silent = request(silent);
    assert!(glue::read_next(&silent, 20).await.unwrap().is_undefined());
    let answer = glue::answer(&silent, 408, "", &"late".into()).unwrap();
    assert!(answer.dyn_into::<Response>().is_ok(), "at once: nothing more is read of it");
}

#[wasm_bindgen_test]
async fn a_body_that_would_be_too_much_is_not_read() {
    let (held, body) = (Held::new().unwrap(), "'https://h/', { method: 'POST', body: 'a=b' }");
    assert_eq!(held.more(37 << 20), Err(Reason::Overloaded), "a quarter is left to what is small");
    held.more(35 << 20).unwrap();
    assert_eq!(read(&request(body), 8).await, Ok(b"a=b".to_vec()));
    for _ in 1..(13 << 20) / (16 << 10) {
        held.more(16 << 10).unwrap();
    }
    assert_eq!(read(&request(body), 8).await, Err(Reason::Overloaded));
    drop(held);
    assert_eq!(read(&request(body), 8).await, Ok(b"a=b".to_vec()));
}

#[wasm_bindgen_test]
async fn a_body_without_end_is_not_read_to_its_end() {
    let endless = request(
        "'https://h/', { method: 'POST', duplex: 'half', body: new ReadableStream({ type: 'bytes', pull(c) { globalThis.pulled = (globalThis.pulled ?? 0) + 1; c.enqueue(new Uint8Array(1024)); } }) }",
    );
    assert_eq!(read(&endless, 4096).await, Err(Reason::BodyTooLarge));
    assert!(js("globalThis.pulled").as_f64().unwrap() < 10.0);
}

#[wasm_bindgen_test]
async fn a_signature_verifies_under_the_public_half() {
    let pair =
        settled(js("crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])"))
            .await;
    let jwk = settled(call("p => crypto.subtle.exportKey('jwk', p.privateKey).then(JSON.stringify)", &[&pair])).await;
    let jwk = jwk.as_string().unwrap();
    for _ in 0..2 {
        let signature = glue::sign_es256(&jwk, b"input").await.unwrap();
        assert_eq!(signature.clone().unchecked_into::<Uint8Array>().length(), 64);
        let verify = "(p, s, t) => crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, p.publicKey, s, new TextEncoder().encode(t))";
        assert_eq!(settled(call(verify, &[&pair, &signature, &"input".into()])).await, JsValue::TRUE);
        assert_eq!(settled(call(verify, &[&pair, &signature, &"other".into()])).await, JsValue::FALSE);
    }
}

#[wasm_bindgen_test]
async fn a_key_that_is_none_is_an_error() {
    for jwk in ["", "{}", r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}"#] {
        assert!(glue::sign_es256(jwk, b"input").await.is_err(), "{jwk}");
    }
}

#[wasm_bindgen_test]
async fn wycheproof_holds_by_webcrypto() {
    let vectors = include_str!("../fixtures/vectors/json_web_signature_test.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    let mut valid = 0;
    for group in vectors["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            let id = test["tcId"].as_u64().unwrap();
            let is_ours =
                ["RS256", "RS384", "RS512", "PS256", "ES256"].iter().any(|name| group["public"]["alg"] == *name);
            let expected = test["result"] == "valid" && is_ours && !matches!(id, 346 | 350); // tests/native/links/wycheproof.rs
            let verdict = is_signed(&group["public"], test["jws"].as_str().unwrap()).await;
            assert_eq!(verdict, expected, "{id}: {}", test["comment"]);
            valid += usize::from(verdict);
        }
    }
    assert_eq!(valid, 24);
}

#[wasm_bindgen_test]
async fn the_signature_of_rfc_8037_holds() {
    let key = serde_json::json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let jws = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert!(is_signed(&key, jws).await);
    assert!(!is_signed(&key, &jws.replace("hgyY", "hgyZ")).await);
}

async fn is_signed(key: &serde_json::Value, text: &str) -> bool {
    let Some(jws) = edgegate_core::credential::issuer::jws::read(text) else { return false };
    let Some(algorithm) = jws.algorithm(|_| true) else { return false };
    let Some(key) = edgegate_core::credential::issuer::jwk::public(key, algorithm) else { return false };
    let (env, context) = (js("({})").unchecked_into(), JsValue::UNDEFINED);
    let (request, held) = (request("'https://h/'"), Held::new().unwrap());
    let state = handler::state();
    let ports = Platform::new(&state, &env, &context, &request, &held);
    jws.is_signed_by(&ports, algorithm, &key).await.unwrap()
}

#[wasm_bindgen_test]
async fn storage_that_hangs_or_fails_is_an_error_in_time() {
    let env = js("({ KV: { get: () => new Promise(() => {}), put: async () => { throw new Error('429'); } },
        LEDGER: { idFromName: (n) => n, get: () => ({ fetch: async () => new Response('x', { status: 500 }) }) },
        LIMITER: { limit: () => new Promise(() => {}) } })");
    assert!(glue::kv_get(&env, "KV", "k", 30, 20).await.is_err());
    assert!(glue::kv_put(&env, "KV", "k", "v", 1e9, 20).await.is_err());
    assert!(glue::ledger_ask(&env, "LEDGER", "ledger-0", "claim", 20).await.is_err());
    assert!(glue::within_limit(&env, "LIMITER", "k", 20).await.is_err());
}

// Only a promise's rejection is caught: what throws at once would end the instance and every request in flight.
#[wasm_bindgen_test]
async fn a_binding_of_another_kind_is_an_error() {
    let env = js("({ KV: 'a text', LEDGER: 'a text', LIMITER: 'a text' })");
    assert!(glue::ledger_ask(&env, "LEDGER", "ledger-0", "claim", 20).await.is_err());
    assert!(glue::within_limit(&env, "LIMITER", "k", 20).await.is_err());
    assert!(glue::kv_get(&env, "KV", "k", 30, 20).await.is_err());
    assert!(glue::kv_put(&env, "KV", "k", "v", 1e9, 20).await.is_err());
}

#[wasm_bindgen_test]
async fn an_object_is_asked_where_its_address_says() {
    let env = js("({ LEDGER: (function space(where) { return {
        jurisdiction: (j) => space(j),
        idFromName: (name) => `${where} ${name}`,
        get: (id, options) => ({ fetch: async (url) => new Response(`${id} ${JSON.stringify(options)} ${url.replace(/\\d+/, 'T')}`) }),
    }; })('anywhere') })");
    for (address, found) in [
        ("ledger-1", "anywhere ledger-1 {} https://ledger/T//"),
        ("ledger-1\nweur\n", "anywhere ledger-1 {\"locationHint\":\"weur\"} https://ledger/T/weur/"),
        ("guesses-2\n\neu", "eu guesses-2 {} https://ledger/T//eu"),
    ] {
        let answer = glue::ledger_ask(&env, "LEDGER", address, "claim", 1000).await.unwrap();
        assert_eq!(answer.as_string().unwrap(), found);
    }
}

#[wasm_bindgen_test]
fn an_object_hears_of_the_callers_clock_and_where_others_lie() {
    let heard = |url| super::ledger::address::of_caller(url);
    assert_eq!(heard("https://ledger/1800000000/weur/eu"), (Some(1_800_000_000), "weur\neu".to_owned()));
    assert_eq!(heard("https://ledger/"), (None, String::new()), "of a version that said nothing");
}
