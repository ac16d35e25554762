//! The decision log: one JSON line per request, no secret, no token, no address with a credential in it.

use crate::digest::base64url;
use crate::exchange::Handled;
use crate::state::State;

/// What a request cost outside the gate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// KV operations.
    pub kv: u32,
    /// Milliseconds waited on KV.
    pub kv_ms: u64,
    /// Durable Object operations.
    pub ledger: u32,
    /// Milliseconds waited on the Durable Object.
    pub ledger_ms: u64,
    /// Milliseconds until the origin's answer began.
    pub origin_ms: u64,
}

/// What the line of a request says.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Whose key digests subjects.
    pub state: &'a State,
    /// What was decided.
    pub handled: &'a Handled,
    /// The request's method.
    pub method: &'a str,
    /// Unique per request; told to client and origin too.
    pub request_id: &'a str,
    /// What it cost so far.
    pub spent: Spent,
}

impl Entry<'_> {
    /// The line for a request that ended with `status`. `reason` is a refusal's code, or `ok`.
    ///
    /// # Example
    /// ```
    /// # use edgegate_core::{policy::Policy, secrets::Secrets, testing::{EXAMPLE, secret}};
    /// # let policy = Policy::read(EXAMPLE).unwrap();
    /// # let secrets = Secrets::new(&policy, "", secret);
    /// use edgegate_core::exchange::Moment;
    /// use edgegate_core::http::{Headers, Incoming};
    /// use edgegate_core::log::{Entry, Spent};
    /// use edgegate_core::state::State;
    /// use edgegate_core::testing::{Memory, World, finish};
    ///
    /// let state = State::new(policy, secrets);
    /// let url = "https://gate.example.org/downloads/a.pdf";
    /// let request = Incoming { method: "GET", url, headers: Headers::new(Vec::new()), odd_body: false, client_address: None };
    /// let ports = Memory::new(&World::at(1_800_000_000));
    /// let handled = finish(state.handle(&request, Moment { now: 1_800_000_000, request_id: "r1" }, &ports)).unwrap();
    ///
    /// let spent = Spent::default();
    /// let line = Entry { state: &state, handled: &handled, method: "GET", request_id: "r1", spent }.line(401);
    /// assert!(line.starts_with(r#"{"edgegate":"refused","reason":"credential_missing","status":401"#));
    /// ```
    pub fn line(&self, status: u16) -> String {
        let decided = if self.handled.refused.is_some() { "refused" } else { "decided" };
        self.written(decided, Some(status))
    }

    /// The line for a request that an origin has and has not answered: it may be the only one, if the visitor left.
    pub fn forwarded(&self) -> String {
        self.written("forwarded", None)
    }

    fn written(&self, what: &str, status: Option<u16>) -> String {
        let Self { state, handled, method, request_id, spent } = *self;
        let identity = handled.identity.as_ref();
        let subject = identity.and_then(|identity| identity.subject.as_deref());
        let mut line = Line::default();
        line.word("edgegate", what);
        line.word("reason", handled.refused.map_or("ok", |reason| reason.code()));
        if let Some(status) = status {
            line.number("status", status.into());
        }
        line.word("method", if method.len() <= 20 { method } else { "long" });
        line.known("route", handled.route.as_ref().map(|route| route.name.as_str()).or(handled.endpoint));
        line.known("credential", identity.map(|identity| identity.kind));
        line.known("key_id", identity.and_then(|identity| identity.key_id.as_deref()));
        line.known("client", identity.and_then(|identity| identity.client.as_deref()));
        line.known("subject", subject.map(|subject| subject_digest(state, subject)).as_deref());
        line.known("recheck", identity.and_then(|identity| identity.unanswered));
        line.word("request_id", request_id);
        line.number("kv", spent.kv.into());
        line.number("kv_ms", spent.kv_ms);
        line.number("ledger", spent.ledger.into());
        line.number("ledger_ms", spent.ledger_ms);
        if status.is_some() {
            line.number("origin_ms", spent.origin_ms);
        }
        line.end()
    }
}

/// A JSON object, member after member. Written here and not by serde, which is asked for every sign of it: the line is
/// written for every request.
#[derive(Default)]
struct Line(String);

impl Line {
    fn word(&mut self, name: &str, value: &str) {
        self.name(name);
        match value.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
            true => self.0.extend(["\"", value, "\""]),
            false => self.0.push_str(&serde_json::to_string(value).unwrap_or_default()),
        }
    }

    /// A member that is left out where there is nothing to say.
    fn known(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.word(name, value);
        }
    }

    fn number(&mut self, name: &str, value: u64) {
        self.name(name);
        self.0.push_str(&value.to_string());
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }

    fn name(&mut self, name: &str) {
        let before = if self.0.is_empty() { "{\"" } else { ",\"" };
        self.0.extend([before, name, "\":"]);
    }
}

/// A digest of a subject: keyed with a seal key where the policy has one, so that a log does not give away who
/// somebody is; without one it is only a name for the same person.
fn subject_digest(state: &State, subject: &str) -> String {
    let digest = state.secrets.usable(true).digest(&state.policy, &[b"edgegate log v1\0", subject.as_bytes()]);
    base64url(digest.split_at_checked(9).map_or(&[], |(start, _)| start))
}
