//! `edgegate secrets`: which secrets the policy names, what each is for, and which are there.

use serde_json::{Value, json};

use super::args::Common;
use super::keys;
use super::output::{Exit, Failure, Report};
use super::workspace::Workspace;
use edgegate_core::http::Deployment;
use edgegate_core::policy::{Key, KeyUse, MacAlgorithm, Policy, SecretUse};
use edgegate_core::secrets::Secrets;

/// Lists them, never their values.
///
/// # Errors
/// Exit code 2: the policy or the file cannot be read.
pub fn run(common: &Common) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    let (policy, secrets) = (&workspace.policy, workspace.secrets());
    let names = policy.secret_names();
    let entries: Vec<Entry> = names.iter().map(|name| entry(&workspace, &secrets, name)).collect();
    let open = entries.iter().filter(|entry| !entry.state.is_good).count();
    let width = names.iter().map(|name| name.len()).max().unwrap_or_default();
    let line = |entry: &Entry| format!("{:width$}  {:<9}  {}\n", entry.name, entry.state.word, entry.purpose);
    let summary = match open {
        0 if entries.iter().any(|entry| entry.state.word == "published") => {
            format!(
                "Every one has a value in {}; those published by the demo count on loopback only.\n",
                workspace.source
            )
        }
        0 => format!("Every one has a value in {}.\n", workspace.source),
        open => format!("{open} of {} to be set; this looked in {}.\n", names.len(), workspace.source),
    };
    let unknown: Vec<&str> = workspace
        .vars
        .names()
        .into_iter()
        .filter(|name| !names.contains(name) && *name != Deployment::BINDING)
        .collect();
    let mut notes: Vec<String> = entries.iter().filter_map(|entry| entry.state.note(entry.name)).collect();
    if !unknown.is_empty() {
        notes.push(format!("the policy does not name {}", unknown.join(", ")));
    }
    let json = json!({
        "secrets": entries.iter().map(Entry::json).collect::<Vec<Value>>(),
        "source": workspace.source,
        "unnamed": unknown,
    });
    let text = format!("{}\n{summary}", entries.iter().map(line).collect::<String>());
    Ok(Report { exit: if open == 0 { Exit::Fine } else { Exit::Refused }, ..Report::fine(text, json).with(notes) })
}

struct Entry<'a> {
    name: &'a str,
    state: State,
    purpose: String,
}

impl Entry<'_> {
    fn json(&self) -> Value {
        json!({"name": self.name, "state": self.state.word, "ok": self.state.is_good, "used_for": self.purpose})
    }
}

/// Whether a secret is there, and would do.
struct State {
    word: &'static str,
    is_good: bool,
}

impl State {
    fn note(&self, name: &str) -> Option<String> {
        match self.word {
            "published" if !self.is_good => Some(format!(
                "{name} holds a value that the demo publishes, which counts as missing; `edgegate key new` makes one"
            )),
            "malformed" => Some(format!("{name} is no private P-256 JWK; `edgegate key new --identity` makes one")),
            _ => None,
        }
    }
}

fn entry<'a>(workspace: &Workspace, secrets: &Secrets, name: &'a str) -> Entry<'a> {
    let policy = &workspace.policy;
    let key = policy.keys.iter().find(|key| key.secret == name);
    let is_identity = key.is_some_and(|key| key.usage == KeyUse::Identity);
    let state = match secrets.usable(true).secret(name) {
        Err(_) => State { word: "missing", is_good: false },
        Ok(value) if is_identity && !keys::is_private_jwk(value) => State { word: "malformed", is_good: false },
        Ok(_) if secrets.published().contains(&name) => {
            State { word: "published", is_good: policy.gateway.issuer.is_loopback() }
        }
        Ok(_) => State { word: "set", is_good: true },
    };
    Entry { name, state, purpose: purpose(policy, name) }
}

/// What the value is for, by every place that names the secret.
fn purpose(policy: &Policy, name: &str) -> String {
    let places = policy.secrets().filter(|secret| secret.name == name);
    let purposes = places.map(|secret| match secret.usage {
        SecretUse::Key(key) => format!("{} (key {})", format_of(policy, key), key.id),
        SecretUse::Admin => "the admin API".to_owned(),
        SecretUse::Administrator(name) => format!("password of the Luminate administrator {name}"),
        SecretUse::Issuer(name) => format!("the gateway's own secret at the issuer {name}"),
        SecretUse::Provider(name) => format!("the gateway's own secret at the provider {name}"),
        SecretUse::Machine(name) => format!("password of {name}, for HTTP Basic"),
        SecretUse::Application => "SO-AppToken".to_owned(),
        SecretUse::Maintenance => "the operator's look during maintenance".to_owned(),
        SecretUse::Origin(name) => format!("shown to the origin {name}"),
        SecretUse::Webhook(name) => format!("webhooks of {name}"),
    });
    purposes.collect::<Vec<_>>().join(", ")
}

fn format_of(policy: &Policy, key: &Key) -> String {
    let uses = |keys: &[std::sync::Arc<Key>]| keys.iter().any(|used| used.id == key.id);
    match key.usage {
        KeyUse::Link(algorithm) => {
            let mac = if algorithm == MacAlgorithm::HmacSha1 { "HMAC-SHA-1" } else { "HMAC-SHA-256" };
            let links = policy.links.iter().filter(|link| uses(&link.keys)).map(|link| link.name.as_str());
            format!("links {}, {mac}", links.collect::<Vec<_>>().join(" "))
        }
        KeyUse::Digest => {
            let redirects = policy.signed_redirects.iter().filter(|redirect| uses(&redirect.keys));
            format!("signed redirects {}", redirects.map(|one| one.name.as_str()).collect::<Vec<_>>().join(" "))
        }
        KeyUse::Seal => {
            let lists = [
                ("tokens", policy.bearer.as_ref().map(|bearer| &bearer.keys)),
                ("OAuth", policy.oauth.as_ref().map(|oauth| &oauth.keys)),
                ("sessions", policy.session.as_ref().map(|session| &session.keys)),
                ("nonces", policy.nonce.as_ref().map(|nonce| &nonce.keys)),
                ("the Luminate dialect", policy.luminate.as_ref().map(|luminate| &luminate.session.keys)),
            ];
            let used = lists.into_iter().filter(|(_, keys)| keys.is_some_and(|keys| uses(keys))).map(|(name, _)| name);
            used.collect::<Vec<_>>().join(", ")
        }
        KeyUse::Identity => "identity JWTs".to_owned(),
        KeyUse::Assertion => "the origin's password check".to_owned(),
        KeyUse::Client => "client ids, digests of client secrets".to_owned(),
    }
}
