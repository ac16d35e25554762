//! What the native tests share: the gate of `fixtures/gate.toml` over the ports in memory.

#![allow(dead_code, missing_docs)] // each test program uses its part of it

pub mod address;
pub mod corpus;
pub mod jws;
pub mod luminate;
pub mod oauth;
pub mod parsers;
pub mod schemes;
pub mod story;

use std::path::Path;
use std::rc::Rc;
use std::sync::LazyLock;

use edgegate_core::exchange::decision::{Decision, Forwarding};
use edgegate_core::exchange::{Handled, Moment};
use edgegate_core::http::answer::Answer;
use edgegate_core::http::{Deployment, Headers, Incoming};
use edgegate_core::policy::Policy;
use edgegate_core::refusal::Reason;
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::state::State;
use edgegate_core::testing::{Memory, World, finish};
use serde_json::{Value, json};

/// Unix seconds at which most tests begin.
pub const NOW: u64 = 1_800_000_000;
pub const HOST: &str = "https://gate.example.org";
pub const POLICY: &str = include_str!("../../fixtures/gate.toml");
/// What the Worker and the tool take for published: the secrets of the demo.
pub const PUBLISHED: &str = include_str!("../../demo/.dev.vars");

/// The value of a secret: none for ABSENT_KEY, a JWK for identity keys (RFC 7517 appendix A.2), else a text.
pub fn secret(name: &str) -> Option<Secret> {
    match name {
        "ABSENT_KEY" | "ABSENT_HOOK" => None,
        "STANDARD_HOOK" => Some(Secret::new("whsec_c3RhbmRhcmQtd2ViaG9va3Mtc2VjcmV0LTAxMjM=")),
        "IDENTITY_KEY" => Some(Secret::new(JWK)),
        other => Some(Secret::new(format!("{other}-0123456789abcdef0123456789abcdef"))),
    }
}

static FIXTURE: LazyLock<Policy> = LazyLock::new(|| read(POLICY));

pub fn policy(text: &str) -> Policy {
    if text == POLICY { FIXTURE.clone() } else { read(text) }
}

fn read(text: &str) -> Policy {
    let policy = Policy::read(text).unwrap_or_else(|problems| panic!("{problems:#?}"));
    Policy::decode(&policy.compile()).unwrap()
}

pub fn secrets(policy: &Policy) -> Secrets {
    Secrets::new(policy, PUBLISHED, secret)
}

pub fn fixture(name: &str) -> String {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join("fixtures").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn fixture_json(name: &str) -> Value {
    serde_json::from_str(&fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A request that owns its parts.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// `path` is a path with a query, or a whole URL.
    pub fn new(method: &str, path: &str) -> Self {
        let url = if path.starts_with('/') { format!("{HOST}{path}") } else { path.to_owned() };
        Self { method: method.to_owned(), url, ..Self::default() }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub fn session(self, value: &str) -> Self {
        self.with("cookie", &format!("__Host-edgegate={value}"))
    }

    pub fn form(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.with("content-type", "application/x-www-form-urlencoded")
    }
}

/// A request as the Worker hands it to the gateway: the client's address is the one that the edge writes into a header.
pub fn incoming<'a>(method: &'a str, url: &'a str, headers: Vec<(&'a str, &'a str)>) -> Incoming<'a> {
    let headers = Headers::new(headers);
    let client_address = headers.get("cf-connecting-ip").and_then(|address| address.parse().ok());
    Incoming { method, url, headers, odd_body: false, client_address }
}

/// One isolate in one location.
pub struct Site {
    pub gate: State,
    pub ports: Memory,
}

impl Site {
    pub fn new(world: &Rc<World>, text: &str) -> Self {
        Self::beside(&Memory::new(world), text)
    }

    /// Another isolate in the location of these ports.
    pub fn beside(ports: &Memory, text: &str) -> Self {
        let policy = policy(text);
        let secrets = secrets(&policy);
        Self::running(ports, policy, secrets)
    }

    /// The same with what was read before.
    pub fn running(ports: &Memory, policy: Policy, secrets: Secrets) -> Self {
        Self { gate: State::new(policy, secrets), ports: ports.clone() }
    }

    /// With a secret of the test's own.
    pub fn with_secret(world: &Rc<World>, text: &str, name: &str, value: &str) -> Self {
        let policy = policy(text);
        let own = |asked: &str| if asked == name { Some(Secret::new(value)) } else { secret(asked) };
        let secrets = Secrets::new(&policy, PUBLISHED, own);
        Self { gate: State::new(policy, secrets), ports: Memory::new(world) }
    }

    /// The same, deployed on one machine for it alone.
    pub fn local(self) -> Self {
        Self { gate: self.gate.at(Deployment::Local), ..self }
    }

    /// With nothing but the policy of the fixtures.
    pub fn alone() -> Self {
        Self::new(&World::at(NOW), POLICY)
    }

    pub async fn check(&self, request: &Request) -> Handled {
        self.check_by(request, self.ports.world.clock.get()).await
    }

    /// By a clock that shows something else than the world's.
    pub fn ask_by(&self, request: &Request, now: u64) -> Handled {
        finish(self.check_by(request, now)).expect("the request was decided")
    }

    async fn check_by(&self, request: &Request, now: u64) -> Handled {
        let ports = self.ports.with_body(&request.body);
        let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let incoming = incoming(&request.method, &request.url, headers);
        let moment = Moment { now, request_id: "request-1" };
        self.gate.handle(&incoming, moment, &ports).await
    }

    pub fn ask(&self, request: &Request) -> Handled {
        finish(self.check(request)).expect("the request was decided")
    }

    /// Storage operations that a request takes.
    pub fn cost(&self, request: &Request) -> (Handled, u32) {
        let before = self.ports.spent.get().storage();
        let handled = self.ask(request);
        (handled, self.ports.spent.get().storage() - before)
    }

    /// A call of the admin API that has to succeed.
    pub fn admin(&self, what: &str, body: &Value) -> Value {
        let handled = self.ask(&admin_request(what, body));
        assert_eq!(handled.refused, None, "admin/{what} {body}");
        serde_json::from_str(&answer(&handled).body).expect("admin answers JSON")
    }

    pub fn token(&self, scope: &str) -> String {
        text(&self.admin("token", &json!({"subject": "jo", "client": "app", "scope": scope})), "access_token")
    }

    pub fn nonce(&self, route: &str) -> String {
        text(&self.admin("nonce", &json!({"subject": "jo", "route": route})), "nonce")
    }

    /// A session, opened by a nonce.
    pub fn session(&self) -> String {
        let nonce = self.nonce("account");
        let handled = self.ask(&Request::get(&format!("/account/?NONCE_TOKEN={nonce}")));
        let cookies = set_cookies(&handled);
        let value = cookies.iter().find_map(|cookie| cookie.strip_prefix("__Host-edgegate=")?.split(';').next());
        value.expect("a nonce opens a session").to_owned()
    }
}

pub fn admin_request(what: &str, body: &Value) -> Request {
    let key = String::from_utf8(secret("ADMIN_KEY").unwrap().expose().to_vec()).unwrap();
    let mut request = Request::new("POST", &format!("/.edgegate/admin/{what}"))
        .bearer(&key)
        .with("cf-connecting-ip", "10.1.2.3")
        .with("content-type", "application/json");
    request.body = body.to_string().into_bytes();
    request
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}

pub fn answer(handled: &Handled) -> &Answer {
    match &handled.decision {
        Decision::Answer(answer) => answer,
        Decision::Forward(forwarding) => panic!("forwarded to {}", forwarding.url),
    }
}

pub fn forwarding(handled: &Handled) -> &Forwarding {
    match &handled.decision {
        Decision::Forward(forwarding) => forwarding,
        Decision::Answer(answer) => panic!("{:?}: {answer:?}", handled.refused),
    }
}

/// Whether a credential was accepted: forwarded, or sent on with a session.
pub fn is_granted(handled: &Handled) -> bool {
    handled.refused.is_none() && handled.identity.is_some()
}

pub fn refusal(handled: &Handled) -> Option<Reason> {
    handled.refused
}

pub fn set_cookies(handled: &Handled) -> Vec<String> {
    match &handled.decision {
        Decision::Forward(forwarding) => forwarding.cookies.clone(),
        Decision::Answer(answer) => {
            answer.headers.iter().filter(|(name, _)| *name == "set-cookie").map(|(_, value)| value.clone()).collect()
        }
    }
}

const JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#;
