//! `client new`: a client for the policy, made without any gateway.

use std::path::Path;

use serde_json::json;
use zeroize::Zeroizing;

use super::args::{Common, NewClient};
use super::host::{self, Stream};
use super::keys;
use super::output::{Failure, Report};
use super::registration;
use super::workspace::{Workspace, read_stdin};
use edgegate_core::credential::registry;
use edgegate_core::digest::{from_base64url, hex};
use edgegate_core::policy::{Client, ClientKind, Policy, Registry, SecretDigest};
use edgegate_core::secret::Secret;

/// Prints a `[clients.ID]`, and its secret beside it.
///
/// # Errors
/// Exit code 2: the policy would not take it, a secret is not there, or what was given as one could be guessed.
pub fn run(common: &Common, args: &NewClient) -> Result<Report, Failure> {
    if args.secret_stdin && common.secrets.as_deref() == Some(Path::new("-")) {
        return Err(Failure::usage("standard input cannot be both the secrets and the client's secret")
            .todo("Put the secrets in a file and name it with --secrets."));
    }
    let workspace = Workspace::open(common).map_err(|failure| match failure.message.contains(": clients.") {
        true => failure.todo("Take the [clients.ID] that is not finished out of it: what this prints is a whole one."),
        false => failure,
    })?;
    let registry = registration::registry(&workspace)?;
    let id = args.id.clone().map_or_else(random_id, Ok)?;
    let before = workspace.policy.clients.iter().find(|client| client.id == id);
    let mut client = Client { id, ..registration::read(&args.registration, before.map(AsRef::as_ref))? };
    let secret = match client.kind {
        ClientKind::Public if args.secret_stdin => {
            return Err(Failure::usage("a public client has no secret: what everybody holds is none")
                .todo("Leave --secret-stdin out, or name another --kind."));
        }
        ClientKind::Public => None,
        _ if args.secret_stdin => Some(given()?),
        _ => Some(Zeroizing::new(format!("egk_{}", keys::random(32)?.as_str()))),
    };
    let mut notes = Vec::new();
    if let Some(secret) = &secret {
        client.secrets = vec![digest(&workspace, registry, &client.id, secret)?];
        notes.push(keyed_by(registry));
    }
    let is_known = before.is_some();
    check(&workspace, &client, is_known)?;
    if is_known {
        notes.push(format!("the policy has {} already: put this in the place of its table", client.id));
    }
    let made = secret.filter(|_| !args.secret_stdin);
    let mut told = json!({"client_id": client.id, "kind": client.kind.word(), "toml": table(&client, &client.id)});
    let mut warnings = Vec::new();
    if let Some(members) = told.as_object_mut() {
        let digests = client.secrets.iter().map(|digest| ("secret_digest", digest.text.as_str()));
        for (name, value) in digests.chain(made.iter().map(|secret| ("client_secret", secret.as_str()))) {
            members.insert(name.to_owned(), json!(value));
        }
    }
    if let Some(secret) = made {
        warnings.push(format!("client_secret  {}", secret.as_str()));
        notes.insert(
            0,
            "the secret is not shown again: the policy has a digest of it, and nothing else does".to_owned(),
        );
    }
    Ok(Report { warnings, ..Report::fine(table(&client, &client.id), told).with(notes) })
}

fn digest(workspace: &Workspace, registry: &Registry, id: &str, secret: &str) -> Result<SecretDigest, Failure> {
    let key = registry.keys.first().ok_or_else(|| Failure::usage("[registry] names no key"))?;
    let value = workspace.secret(&key.secret, workspace.policy.gateway.issuer.is_loopback())?;
    Ok(SecretDigest { text: registry::digest(&value, id, &Secret::new(secret)), until: None })
}

fn keyed_by(registry: &Registry) -> String {
    let key = registry.keys.first().map(|key| format!("{} (key {})", key.secret, key.id)).unwrap_or_default();
    format!("the digest is made with {key}, and holds as long as the gateway has the same value of it")
}

/// The secret that a client has already.
fn given() -> Result<Zeroizing<String>, Failure> {
    if host::is_terminal(Stream::In) {
        host::print(Stream::Err, "Paste the client's secret, then Enter and Ctrl-D:\n");
    }
    let read = read_stdin()?;
    let secret = read.strip_suffix('\n').unwrap_or(&read);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    if secret.is_empty() {
        return Err(Failure::usage("there is no secret on standard input")
            .todo("Pipe it in, for example from a file: edgegate client new --secret-stdin ... <secret.txt"));
    }
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte);
    if !secret.bytes().all(is_plain) || secret.trim() != secret {
        return Err(Failure::usage("standard input is not one line of printable ASCII without spaces at its ends")
            .todo("Clients can send no other secret (RFC 6749 appendix A.2)."));
    }
    let weak = "It is kept as a fast keyed digest, which protects what nobody can guess and nothing else: an attacker with\nthe policy and the key would try short and simple ones first. Leave --secret-stdin out, and one is made.";
    if secret.len() < LEAST_BYTES {
        return Err(Failure::usage(format!("the secret has fewer than {LEAST_BYTES} bytes")).todo(weak));
    }
    let mut different: Vec<u8> = secret.bytes().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < LEAST_DIFFERENT {
        let reason = format!("the secret has fewer than {LEAST_DIFFERENT} different characters");
        return Err(Failure::usage(reason).todo(weak));
    }
    Ok(Zeroizing::new(secret.to_owned()))
}

/// Checks the policy with the client in it. Where it has the client already, under an id that it has not.
fn check(workspace: &Workspace, client: &Client, is_known: bool) -> Result<(), Failure> {
    let id = if is_known { random_id()? } else { client.id.clone() };
    let with = format!("{}\n\n{}", workspace.text, table(client, &id));
    let Err(problems) = Policy::read(&with) else { return Ok(()) };
    let list: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    Err(Failure::usage(format!("{} would not be valid with it\n  {}", workspace.path.display(), list.join("\n  "))))
}

/// The client as the policy writes it, with nothing that goes without saying.
fn table(client: &Client, id: &str) -> String {
    let is_bare = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) && !id.is_empty();
    let key = if is_bare { id.to_owned() } else { quoted(id) };
    let mut lines = vec![format!("[clients.{key}]"), format!("kind = {}", quoted(client.kind.word()))];
    let mut say = |name: &str, value: String| lines.push(format!("{name} = {value}"));
    if !client.name.is_empty() && client.name != client.id {
        say("name", quoted(&client.name));
    }
    for digest in &client.secrets {
        say("secret_digest", quoted(&digest.text));
    }
    for (name, list) in
        [("redirect_uris", &client.redirect_uris), ("scope", &client.scope), ("resources", &client.resources)]
    {
        if !list.is_empty() {
            let items: Vec<String> = list.iter().map(|item| quoted(item)).collect();
            say(name, format!("[{}]", items.join(", ")));
        }
    }
    if let Some(subject) = &client.subject {
        say("subject", quoted(subject));
    }
    for (name, value, default) in [
        ("act_for_others", client.acts_for_others, false),
        ("introspect", client.introspects_all, false),
        ("pkce", client.needs_pkce, client.kind != ClientKind::TokenPair),
        ("dpop", client.needs_dpop, false),
    ] {
        if value != default {
            say(name, value.to_string());
        }
    }
    lines.join("\n") + "\n"
}

/// A basic string of TOML. Control characters are in none that the policy takes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn random_id() -> Result<String, Failure> {
    let bytes = from_base64url(keys::random(16)?.as_bytes()).unwrap_or_default();
    Ok(hex(&bytes))
}

const LEAST_BYTES: usize = 16;
const LEAST_DIFFERENT: usize = 8;
