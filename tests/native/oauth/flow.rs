//! The way of a client through the gate, step by step.

use std::rc::Rc;

use edgegate_core::credential::registry::digest;
use edgegate_core::exchange::Handled;
use edgegate_core::refusal::Reason;
use edgegate_core::secret::Secret;
use edgegate_core::testing::World;
use serde_json::Value;

use crate::support::{self, NOW, Request, Site, answer, fixture, refusal};

pub const SECRET: &str = "egk_0123456789abcdef0123456789abcdef";
pub const CALLBACK: &str = "https://shop.example/cb";

/// The policy with this retry window.
pub fn policy(window: &str) -> String {
    policy_with(window, "ledger", "revocation = \"strict\"")
}

pub fn policy_with(window: &str, single_use: &str, revocation: &str) -> String {
    let key = support::secret("CLIENT_KEY").unwrap();
    let text = fixture("oauth.toml");
    let text = text.replace("{window}", window).replace("{single-use}", single_use).replace("{revocation}", revocation);
    text.replace("{digest}", &digest(&key, "shop", &Secret::new(SECRET)))
        .replace("{other-digest}", &digest(&key, "other", &Secret::new(SECRET)))
}

pub fn site(window: &str) -> Site {
    Site::new(&World::at(NOW), &policy(window))
}

/// Isolates of one gate: two in one location, one elsewhere, where KV lags.
pub fn sites(policy: &str, lag: u64) -> ([Site; 3], Rc<World>) {
    let world = World::at(NOW);
    world.lag.set(lag);
    let here = Site::new(&world, policy);
    let beside = Site::beside(&here.ports, policy);
    ([here, beside, Site::new(&world, policy)], world)
}

/// Access and refresh token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    pub access: String,
    pub refresh: String,
}

/// Lets a person allow what the query asks; the parameters that the browser comes back with.
pub fn authorize(site: &Site, session: &str, query: &str) -> Vec<(String, String)> {
    let address = format!("/oauth/authorize?{query}");
    let page = site.ask(&Request::get(&address).session(session));
    let (_, rest) = answer(&page).body.split_once("name=\"consent\" value=\"").expect("the page of consent");
    let (consent, _) = rest.split_once('"').unwrap();
    let form = Request::new("POST", &address).session(session).form(&format!("consent={consent}&decision=allow"));
    let handled = site.ask(&form);
    assert_eq!(handled.refused, None);
    let (_, location) = answer(&handled).headers.iter().find(|(name, _)| *name == "location").unwrap().clone();
    let (_, query) = location.split_once('?').unwrap();
    query.split('&').map(|pair| pair.split_once('=').unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

pub fn code(site: &Site, query: &str) -> String {
    let back = authorize(site, &site.session(), query);
    back.into_iter().find(|(name, _)| name == "code").unwrap().1
}

pub fn shops_code(site: &Site) -> String {
    code(site, "response_type=code&client_id=shop")
}

/// A request of a client to an endpoint of the authorization server.
pub fn post(endpoint: &str, client: &str, form: &str) -> Request {
    let secret = if client == "app" { String::new() } else { format!("&client_secret={SECRET}") };
    Request::new("POST", &format!("/oauth/{endpoint}")).form(&format!("{form}&client_id={client}{secret}"))
}

pub fn redeem(code: &str) -> Request {
    post("token", "shop", &format!("grant_type=authorization_code&code={code}"))
}

pub fn refresh(token: &str) -> Request {
    post("token", "shop", &format!("grant_type=refresh_token&refresh_token={token}"))
}

pub fn revoke(token: &str) -> Request {
    post("revoke", "shop", &format!("token={token}"))
}

pub fn json(handled: &Handled) -> Value {
    serde_json::from_str(&answer(handled).body).unwrap()
}

/// The tokens of an answer that has to give some.
pub fn pair(handled: &Handled) -> Pair {
    assert_eq!(handled.refused, None);
    let body = json(handled);
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Pair { access: text("access_token"), refresh: text("refresh_token") }
}

pub fn shops_pair(site: &Site) -> Pair {
    pair(&site.ask(&redeem(&shops_code(site))))
}

/// What becomes of a call with a token; None: it goes through.
pub fn call(site: &Site, path: &str, token: &str) -> Option<Reason> {
    refusal(&site.ask(&Request::get(path).bearer(token)))
}
