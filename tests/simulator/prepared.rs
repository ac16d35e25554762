//! What every story begins with: a world in which one of each credential was handed out.

use std::rc::Rc;

use edgegate_core::policy::Policy;
use edgegate_core::refusal::Reason;
use edgegate_core::sealed::seal::{self, Kind, Terms};
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::secrets::SigningKey;
use edgegate_core::testing::{Memory, World};
use serde_json::json;

use crate::support::story::Story;
use crate::support::{NOW, Request, Site, admin_request, fixture, oauth, policy, secrets};

/// Versions of the policy, one deployed after the other: a second seal key, then its turn, then another rule.
pub const VERSIONS: usize = 4;
/// The version from which on the second key signs.
pub const SECOND_KEY_FROM: usize = 2;
/// The version from which on the route `account` asks the Ledger each time.
pub const STRICT_FROM: usize = 3;
/// Seconds for which a refresh or a code may be repeated.
pub const WINDOW: u64 = 10;

/// Things that work once.
pub const ONCE: [&str; 4] = ["nonce", "link", "signed redirect", "the other nonce"];

/// Access and refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pair {
    pub access: String,
    pub refresh: String,
}

pub struct Prepared {
    world: Rc<World>,
    versions: Vec<(Policy, Secrets)>,
    pub once: [Request; ONCE.len()],
    pub token: String,
    pub session: String,
    pub code: Request,
    pub pair: Pair,
    /// What opens nothing, each with what it is, and why it is refused.
    pub dead: Vec<(&'static str, Reason, Request)>,
}

thread_local! {
    static PREPARED: &'static Prepared = Box::leak(Box::new(Prepared::new()));
}

/// The same in every thread and run.
pub fn prepared() -> &'static Prepared {
    PREPARED.with(|prepared| *prepared)
}

impl Prepared {
    fn new() -> Self {
        let mut story = Story::new();
        story.site = Site::new(&World::at(NOW), &text(0));
        for step in ["token", "session", "link /once/a exp=3600", "redirect /landing/?cons_id=1", "grant shop"] {
            story.step(step);
        }
        let pair = Pair { access: story.names["access"].clone(), refresh: story.names["refresh"].clone() };
        story.step("code shop");
        let nonces = [story.site.nonce("account"), story.site.nonce("account")];
        let nonce = |which: usize| Request::get(&format!("/account/?NONCE_TOKEN={}", nonces[which]));
        Self {
            once: [nonce(0), story.request("GET {link}"), story.request("GET {redirect}"), nonce(1)],
            token: story.names["token"].clone(),
            session: story.names["session"].clone(),
            code: token_request(&story, "{redeem}"),
            pair,
            dead: dead(&story),
            world: story.site.ports.world,
            versions: (0..VERSIONS).map(read).collect(),
        }
    }

    /// The world as it was, for one story.
    pub fn world(&self) -> Rc<World> {
        self.world.copy()
    }

    /// An isolate at a version of the policy, in the location of these ports.
    pub fn isolate(&self, ports: &Memory, version: usize) -> Site {
        let (policy, secrets) = self.versions[version].clone();
        Site::running(ports, policy, secrets)
    }
}

fn read(version: usize) -> (Policy, Secrets) {
    let policy = policy(&text(version));
    let secrets = secrets(&policy);
    (policy, secrets)
}

fn text(version: usize) -> String {
    let keys = [r#"["seal-1"]"#, r#"["seal-1", "seal-2"]"#, r#"["seal-2", "seal-1"]"#][version.min(2)];
    let revocation = if version >= STRICT_FROM { "strict" } else { "cached" };
    fixture("simulator.toml").replace("{keys}", keys).replace("{revocation}", revocation)
}

fn token_request(story: &Story, form: &str) -> Request {
    Request::new("POST", "/oauth/token").form(&story.fill(&format!("{form}&{{shop}}")))
}

/// A visit with a token, on the route that asks the Ledger each time or on the other.
pub fn with_token(token: &str, strict: bool) -> Request {
    Request::get(place(strict)).bearer(token)
}

/// The same with a session.
pub fn with_session(session: &str, strict: bool) -> Request {
    Request::get(place(strict)).session(session)
}

fn place(strict: bool) -> &'static str {
    if strict { "/strict/" } else { "/account/" }
}

pub fn refresh(token: &str) -> Request {
    let fields = oauth::fields("shop");
    Request::new("POST", "/oauth/token").form(&format!("grant_type=refresh_token&refresh_token={token}&{fields}"))
}

pub fn revoke_grant(token: &str) -> Request {
    Request::new("POST", "/oauth/revoke").form(&format!("token={token}&{}", oauth::fields("shop")))
}

pub fn revoke_token(token: &str) -> Request {
    admin_request("token/revoke", &json!({ "token": token }))
}

pub fn sign_in() -> Request {
    Request::new("POST", "/.edgegate/sign-in").form("account=jo&password=right")
}

pub fn sign_out(session: &str) -> Request {
    Request::new("POST", "/.edgegate/sign-out").session(session)
}

/// Forged, expired and unknown ones of each kind.
fn dead(story: &Story) -> Vec<(&'static str, Reason, Request)> {
    let site = &story.site;
    let key = site.gate.policy.key("seal-1").unwrap();
    let own = crate::support::secret("SEAL_KEY").unwrap();
    let sealed = |kind, secret: &Secret, from: u64, until: u64, audience| {
        let payload: &[u8] = if kind == Kind::Refresh { &[0; 29] } else { &[] };
        let terms = Terms { kind, issued: from, expires: until, audience, payload };
        let sealed = seal::seal(&terms, SigningKey { key, secret }, &site.ports).unwrap();
        String::from_utf8(sealed.text().expose().to_vec()).unwrap()
    };
    let forged = |kind, audience| sealed(kind, &Secret::new("guessed"), NOW, NOW + 3600, audience);
    let expired = |kind, audience| sealed(kind, &own, NOW - 7200, NOW, audience);
    let unknown = |kind, audience| sealed(kind, &own, NOW - 600, NOW + 3600, audience);
    let nonce = |text: String| Request::get(&format!("/account/?NONCE_TOKEN={text}"));
    let code = |text: String| token_request(story, &format!("grant_type=authorization_code&code={text}"));
    vec![
        ("a forged token", Reason::TokenForged, with_token(&forged(Kind::Token, ""), false)),
        ("an expired token", Reason::TokenExpired, with_token(&expired(Kind::Token, ""), false)),
        ("a token without a record", Reason::TokenUnknown, with_token(&unknown(Kind::Token, ""), true)),
        ("a forged session", Reason::SessionForged, with_session(&forged(Kind::Session, ""), false)),
        ("an expired session", Reason::SessionExpired, with_session(&expired(Kind::Session, ""), false)),
        ("a session without a record", Reason::SessionUnknown, with_session(&unknown(Kind::Session, ""), true)),
        ("a forged nonce", Reason::NonceForged, nonce(forged(Kind::Nonce, "account"))),
        ("an expired nonce", Reason::NonceExpired, nonce(expired(Kind::Nonce, "account"))),
        ("a nonce without a record", Reason::NonceUnknown, nonce(unknown(Kind::Nonce, "account"))),
        ("a forged code", Reason::CodeForged, code(forged(Kind::Code, ""))),
        ("an expired code", Reason::CodeExpired, code(expired(Kind::Code, ""))),
        ("a code without a record", Reason::CodeUnknown, code(unknown(Kind::Code, ""))),
        ("a forged refresh token", Reason::RefreshForged, refresh(&forged(Kind::Refresh, "grant"))),
        ("an expired refresh token", Reason::RefreshExpired, refresh(&expired(Kind::Refresh, "grant"))),
        (
            "a forged link",
            Reason::LinkSignatureMismatch,
            Request::get(&story.names["link"].replacen("/once/a", "/once/b", 1)),
        ),
        (
            "a forged redirect",
            Reason::RedirectSignatureMismatch,
            Request::get(&story.names["redirect"].replacen("cons_id=1", "cons_id=2", 1)),
        ),
        ("nothing", Reason::CredentialMissing, Request::get("/account/")),
    ]
}
