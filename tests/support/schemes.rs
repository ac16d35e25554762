//! Passwords, tickets, XSRF tokens and brokers, as a program, a page and a broker have them.

use base64::prelude::{BASE64_STANDARD, Engine};
use edgegate_core::signed::link::{self, Signed, Terms};
use serde_json::json;

use super::story::Story;
use super::{Request, Site, answer, is_granted, set_cookies};

/// The password of the machine `robot` of `fixtures/gate.toml`.
pub const ROBOT: &str = "ROBOT_PASSWORD-0123456789abcdef0123456789abcdef";
/// What an application shows beside a ticket.
pub const APP_TOKEN: &str = "APP_TOKEN-0123456789abcdef0123456789abcdef";

/// `name:password` as HTTP Basic has it.
pub fn basic(name: &str, password: &str) -> String {
    BASE64_STANDARD.encode(format!("{name}:{password}"))
}

/// A browser that has signed in: its session and the token of it.
#[derive(Debug, Clone)]
pub struct Browser {
    pub session: String,
    pub xsrf: String,
}

impl Browser {
    pub fn new(site: &Site) -> Self {
        let nonce = site.nonce("account");
        Self::of(&set_cookies(&site.ask(&Request::get(&format!("/account/?NONCE_TOKEN={nonce}")))))
    }

    /// From what was set.
    pub fn of(cookies: &[String]) -> Self {
        let value = |name: &str| {
            let found =
                cookies.iter().find_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('=')?.split(';').next());
            found.unwrap_or_else(|| panic!("no {name} in {cookies:?}")).to_owned()
        };
        Self { session: value("__Host-edgegate"), xsrf: value("XSRF-TOKEN") }
    }

    /// The Cookie header that it sends.
    pub fn cookies(&self) -> String {
        format!("__Host-edgegate={}; XSRF-TOKEN={}", self.session, self.xsrf)
    }
}

/// Steps of a story:
/// `ticket`: `{ticket}`; `token-for ROUTE`: `{token}` with the route's prefix, and `{bare-token}` without; `browser [NAME]`: `{session}`, `{xsrf}` and `{cookies}`, with a prefix if it has a name;
/// `sign-out`; `broker-state PATH`: `{state}` and `{browser}`, its cookie; `broker [NAME=VALUE]...`: `{broker}`, the address of
/// the broker's answer; `brokered`: the browser follows it.
pub fn step(story: &mut Story, verb: &str, rest: &str) {
    match verb {
        "ticket" => {
            let told = story.site.admin("ticket", &json!({"subject": "jo"}));
            story.keep("ticket", told["ticket"].as_str().unwrap().to_owned());
        }
        "token-for" => {
            let told = story.site.admin("token", &json!({"subject": "jo", "route": rest}));
            let token = told["access_token"].as_str().unwrap();
            story.keep("token", token.to_owned());
            story.keep("bare-token", token[token.find("egt_").unwrap()..].to_owned());
        }
        "browser" => {
            let browser = Browser::new(&story.site);
            let prefix = if rest.is_empty() { String::new() } else { format!("{rest}-") };
            story.keep(&format!("{prefix}cookies"), browser.cookies());
            story.keep(&format!("{prefix}session"), browser.session);
            story.keep(&format!("{prefix}xsrf"), browser.xsrf);
        }
        "sign-out" => {
            story.site.ports.world.pass(1); // KV takes one write a second
            let request = Request::new("POST", "/.edgegate/sign-out").with("cookie", &story.fill("{cookies}"));
            assert_eq!(story.site.ask(&request).refused, None);
        }
        "broker-state" => broker_state(story, rest),
        "broker" => broker(story, rest),
        "brokered" => {
            let request = Request::get(&story.names["broker"]).with("cookie", &story.fill("{browser}"));
            assert!(is_granted(&story.site.ask(&request)));
        }
        other => panic!("no step is called {other}"),
    }
}

fn broker_state(story: &mut Story, path: &str) {
    let handled = story.site.ask(&Request::get(path).with("accept", "text/html"));
    let location = answer(&handled).headers.iter().find(|(name, _)| *name == "location").unwrap().1.clone();
    let state = location.strip_prefix("https://broker.example.org/sign-in?state=").unwrap();
    story.keep("state", state.to_owned());
    if let Some(cookie) = set_cookies(&handled).first() {
        story.keep("browser", cookie.split(';').next().unwrap().to_owned());
    }
}

/// What a broker does: it signs a link in the generic format, for half a minute.
fn broker(story: &mut Story, changes: &str) {
    let changed = |name: &str| changes.split(' ').find_map(|change| change.strip_prefix(name)?.strip_prefix('='));
    let (user, path) = (changed("user").unwrap_or("jo"), changed("path").unwrap_or("/.edgegate/broker/desk"));
    let query = changed("query")
        .map_or_else(|| format!("state={}&user={user}", story.names["state"]), |query| story.fill(query));
    let policy = &story.site.gate.policy;
    let profile = policy.links.iter().find(|profile| profile.name == "broker").unwrap();
    let key = policy.key("broker").unwrap();
    let key = story.site.gate.secrets.usable(false).key(key).unwrap();
    let now = story.site.ports.world.clock.get();
    let terms = Terms { expires: now + 30, ..Terms::default() };
    let signed = Signed { method: "GET", host: "gate.example.org", path, query: &query };
    let query = link::sign(profile, key, signed, terms).unwrap();
    story.keep("broker", format!("{path}?{query}"));
}
