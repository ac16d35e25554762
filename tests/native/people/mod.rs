//! What a person has, found by who it is: listed, ended, and shown to the person.

mod consent;
mod ended;
mod many;
mod me;

use edgegate_core::exchange::Handled;
use serde_json::{Value, json};

use crate::support::oauth::{authorization, code, consent, fields, tokens};
use crate::support::{Request, Site, set_cookies};

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A session of somebody, opened by a nonce.
fn session_of(site: &Site, subject: &str) -> String {
    let nonce = site.admin("nonce", &json!({"subject": subject, "route": "account"}));
    let request = Request::get(&format!("/account/?NONCE_TOKEN={}", nonce["nonce"].as_str().unwrap()));
    cookie(&site.ask(&request.with("user-agent", FIREFOX).with("cf-connecting-ip", "203.0.113.7")))
}

fn cookie(handled: &Handled) -> String {
    let cookies = set_cookies(handled);
    let value = cookies.iter().find_map(|cookie| cookie.strip_prefix("__Host-edgegate=")?.split(';').next());
    value.expect("a session").to_owned()
}

fn account(session: &str) -> Request {
    Request::get("/account/").session(session)
}

fn strict(session: &str) -> Request {
    Request::get("/strict/").session(session)
}

/// What the shop gets when the person of the session allows it: its access token.
fn grant(site: &Site, session: &str) -> String {
    let address = authorization("shop", "https://shop.example/cb", "");
    let code = code(site, &address, session, &consent(site, &address, session));
    let verifier = crate::support::oauth::VERIFIER;
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri=https://shop.example/cb&code_verifier={verifier}&{}",
        fields("shop")
    );
    tokens(site, &form, None).0
}

/// Every page of a list.
fn listed(site: &Site, what: &str, whose: &Value) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let mut body = whose.clone();
        if let Some(cursor) = cursor {
            body["cursor"] = cursor;
        }
        let page = site.admin(&format!("{what}/list"), &body);
        all.extend(page[format!("{what}s")].as_array().unwrap().iter().cloned());
        match page.get("cursor") {
            None => return all,
            Some(next) => cursor = Some(next.clone()),
        }
    }
}

/// How many were ended, over all pages.
fn ended(site: &Site, what: &str, whose: &Value) -> u64 {
    let (mut all, mut cursor) = (0, None);
    loop {
        let mut body = whose.clone();
        if let Some(cursor) = cursor {
            body["cursor"] = cursor;
        }
        let page = site.admin(&format!("{what}/revoke"), &body);
        assert_eq!(page["state"], "revoked");
        all += page["ended"].as_u64().unwrap();
        match page.get("cursor") {
            None => return all,
            Some(next) => cursor = Some(next.clone()),
        }
    }
}
