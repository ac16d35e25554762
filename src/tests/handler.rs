//! The whole handler, and the core's decisions as wasm against the same corpus as natively.

use super::super::entry;
use super::{ENV, call, corpus, headers, js, parsers, request, settled, text};
use edgegate_core::policy::Policy;
use edgegate_core::state::State;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Response;

/// The whole handler. The isolate reads its policy once, so one test asks everything.
#[wasm_bindgen_test]
async fn the_handler_checks_forwards_and_refuses() {
    let env = js(&format!(
        "({{ ...{ENV}, LINK_KEY: 'k'.repeat(40), BROKEN: {{ fetch: async () => {{ throw new Error('down'); }} }} }})"
    ));
    // As the isolate does when it starts: nothing of it is seen by the requests that follow, although its first route asks the
    // Ledger about everybody.
    let nothing = js("new Proxy({}, { get: () => ({ fetch: async () => {}, forward: async () => {} }) })");
    entry::prepare(&request("'https://edgegate.invalid/'"), nothing.unchecked_into());
    let ask = async |path: &str| -> Response {
        let request =
            request(&format!("'https://gate.example{path}', {{ headers: {{ 'x-auth-request-user': 'root' }} }}"));
        settled(entry::fetch(request, env.clone().unchecked_into(), JsValue::UNDEFINED)).await.dyn_into().unwrap()
    };
    let forwarded: serde_json::Value = serde_json::from_str(&text(&ask("/open/a%20b?x=%zz").await).await).unwrap();
    assert_eq!(forwarded["url"], "https://gate.example/open/a%20b?x=%zz");
    assert!(forwarded["headers"]["x-auth-request-user"].is_null(), "{forwarded}");
    assert_eq!(forwarded["headers"]["edgegate-route"], "open");
    assert_eq!(forwarded["headers"]["edgegate-request-id"].as_str().map(str::len), Some(32));
    let forged = ["/signed/a?eg_kid=k1&eg_exp=1900000000&eg_sig=", &"A".repeat(43)].concat();
    for (path, status) in
        [("/other", 404.0), ("/open/a%2fb", 400.0), ("/gone/", 503.0), ("/broken/", 502.0), (&forged, 403.0)]
    {
        let response = ask(path).await;
        assert_eq!(call("r => r.status", &[&response]).as_f64(), Some(status), "{path}");
        assert!(headers(&response).contains("cache-control: no-store"), "{path}");
    }
}

/// The policy of this file's isolate.
pub fn compiled() -> Vec<u8> {
    Policy::read(POLICY).unwrap().compile()
}

/// A gate with that policy.
pub fn state() -> State {
    State::made_up(Policy::read(POLICY).unwrap(), "")
}

/// Its pages are in English and have no pictures.
pub fn pages(_: u32, _: u32) -> Vec<u8> {
    Vec::new()
}

/// It can be read.
pub fn unreadable(reason: &str) {
    panic!("{reason}");
}

const POLICY: &str = "version = 1
[gateway]
issuer = 'https://gate.example'
decision_log = false
[origins.site]
service = 'ORIGIN'
[origins.gone]
service = 'GONE'
[origins.broken]
service = 'BROKEN'
[keys.k1]
secret = 'LINK_KEY'
use = 'link'
[links.files]
keys = ['k1']
[[routes]]
name = 'limited'
path = '/limited/*'
accept = ['none']
rate = { limit = 100, period = '1h', by = 'network', exact = true }
forward = { origin = 'site' }
[[routes]]
name = 'signed'
path = '/signed/*'
accept = ['link:files']
forward = { origin = 'site' }
[[routes]]
name = 'broken'
path = '/broken/*'
accept = ['none']
forward = { origin = 'broken' }
[[routes]]
name = 'gone'
path = '/gone/*'
accept = ['none']
forward = { origin = 'gone' }
[[routes]]
name = 'open'
path = '/open/*'
accept = ['none']
forward = { origin = 'site' }
";

#[wasm_bindgen_test]
fn the_corpus_is_decided_as_natively() {
    let cases = corpus::run();
    assert!(cases.len() > 200);
    let wrong = cases.iter().filter(|case| case.decided != case.recorded);
    let wrong: Vec<String> =
        wrong.map(|case| format!("{}: {}, not {}", case.request, case.decided, case.recorded)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[wasm_bindgen_test]
fn the_fuzzers_corpora_are_read_as_natively() {
    let differences = parsers::differences();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
