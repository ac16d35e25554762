//! Any request is decided, and without a credential that was issued no guarded route is opened and no storage
//! is touched.
use std::rc::Rc;

use arbitrary::Arbitrary;
use edgegate_core::exchange::Moment;
use edgegate_core::state::State;
use edgegate_core::refusal::Reason;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::forward::headers::is_reserved;
use edgegate_core::testing::{Memory, World, finish};
use crate::given;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    method: u8,
    own_method: &'a str,
    rest: &'a str,
    headers: Vec<(u8, &'a str)>,
    body: &'a [u8],
    later: u32,
}

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "OPTIONS", ""];
const NAMES: [&str; 23] = [
    "authorization",
    "so-apptoken",
    "x-xsrf-token",
    "upgrade",
    "sec-fetch-mode",
    "sec-fetch-dest",
    "cookie",
    "dpop",
    "x-on-behalf",
    "accept",
    "origin",
    "referer",
    "connection",
    "content-type",
    "content-length",
    "cf-connecting-ip",
    "sec-fetch-site",
    "sec-purpose",
    "access-control-request-method",
    "access-control-request-headers",
    "edgegate_subject",
    "x.forwarded-user",
    "x-plain",
];

thread_local! {
    static WORLD: (State, Rc<World>) = {
        let policy = edgegate_core::policy::Policy::read(given::POLICY).expect("valid");
        let secrets = edgegate_core::secrets::Secrets::new(&policy, "", given::secret);
        (State::new(policy, secrets), World::at(given::NOW))
    };
}

target!(|input: Input<'_>| WORLD.with(|(gate, world)| {
    let method = METHODS[usize::from(input.method) % METHODS.len()];
    let method = if method.is_empty() { input.own_method } else { method };
    let path_and_query = input.rest.strip_prefix('/').unwrap_or(input.rest);
    let url = format!("https://gate.example.org/{path_and_query}");
    let mut fields: Vec<(&str, &str)> = Vec::new();
    for (which, value) in &input.headers {
        let name = NAMES[usize::from(*which) % NAMES.len()];
        if fields.iter().all(|(known, _)| *known != name) {
            fields.push((name, *value));
        }
    }
    let incoming = crate::support::incoming(method, &url, fields.clone());
    let ports = Memory::new(world).with_body(input.body);
    world.clock.set(given::NOW + u64::from(input.later));
    let moment = Moment { now: world.clock.get(), request_id: "request-1" };
    let handled = finish(gate.handle(&incoming, moment, &ports)).expect("decided");
    // A guess at a password is counted; nothing else that a stranger sends costs storage.
    let is_guess = matches!(handled.refused, Some(Reason::SignInFailed | Reason::Throttled));
    assert!(is_guess || ports.spent.get().storage() == 0, "storage for {method} {url}: {:?}", handled.refused);
    let line = edgegate_core::log::Entry { state: gate, handled: &handled, method, request_id: moment.request_id, spent: Default::default() }.line(200);
    assert!(line.bytes().all(|b| b >= b' '), "{line}");
    assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{line}");
    assert_ne!(handled.refused, Some(Reason::Internal), "{method} {url}");
    match &handled.decision {
        Decision::Forward(to) => {
            let route = handled.route.as_ref().expect("a route");
            let is_page = route.luminate().is_some();
            assert!(is_page || !route.is_guarded(), "opened {} by {method} {url}", route.name);
            assert_eq!(handled.refused, None);
            let path = path_and_query.split('?').next();
            let sent = to.url.strip_prefix("https://origin.example.org/").and_then(|u| u.split('?').next());
            assert!(sent == path || is_page && path.is_some_and(|path| path.contains(';')), "{sent:?} for {path:?}");
            let through = fields.iter().find(|(name, _)| is_reserved(name) && !to.remove.iter().any(|r| r == name));
            assert_eq!(through, None);
        }
        Decision::Answer(answer) => {
            assert!((200..600).contains(&answer.status));
            let is_sent = handled.route.as_ref().is_some_and(|route| route.broker.is_some()) && answer.status == 303;
            let is_refusal = handled.refused.is_none() || answer.status >= 400 || is_sent;
            assert!(is_refusal, "{:?} {}", handled.refused, answer.status);
            assert!(answer.headers.iter().all(|(_, value)| !value.bytes().any(|b| b.is_ascii_control())));
        }
    }
}));
