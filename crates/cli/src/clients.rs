//! `client add`, `list`, `rotate` and `remove`: clients of the running gateway.

use serde_json::{Map, Value, json};

use super::admin::text;
use super::args::{AddClient, Common, ListClients, RemoveClient, RotateClient};
use super::client::Gateway;
use super::columns;
use super::output::{Failure, Report};
use super::registration;
use super::time;
use super::workspace::Workspace;
use edgegate_core::credential::registry::{self, LONGEST_OVERLAP};
use edgegate_core::policy::{Client, ClientKind};
use edgegate_core::sealed::seal::{self, Kind};

/// Registers a client.
///
/// # Errors
/// As [`Gateway::post`]; exit code 2 for what the gateway need not be asked.
pub fn add(common: &Common, args: &AddClient) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    registration::registry(&workspace)?;
    let client = registration::read(&args.registration, None)?;
    if client.name.is_empty() {
        return Err(Failure::usage("--name is missing: the id is random, and nobody would know the client by it")
            .todo("Write what people read on the consent page, for example --name 'Booking widget'"));
    }
    let answer = Gateway::of(&workspace, args.at.gateway.as_deref())?.post("client/add", &body(&client))?;
    let (shown, note) = match client.kind {
        ClientKind::Public => (identity(&answer)?, "a public client has no secret; PKCE takes its place".to_owned()),
        _ => (credentials(&answer)?, ONCE.to_owned()),
    };
    Ok(Report::fine(shown, answer).with(vec![note]))
}

/// Every client, of the policy and registered.
///
/// # Errors
/// As [`add`].
pub fn list(common: &Common, args: &ListClients) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    registration::registry(&workspace)?;
    let gateway = Gateway::of(&workspace, args.at.gateway.as_deref())?;
    let mut clients: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let body = if cursor.is_empty() { json!({}) } else { json!({"cursor": cursor}) };
        let page = gateway.post("client/list", &body)?;
        let listed = page.get("clients").and_then(Value::as_array);
        clients.extend(listed.ok_or_else(|| other_version("clients"))?.iter().map(without_secrets));
        match page.get("cursor").and_then(Value::as_str).filter(|next| !next.is_empty()) {
            None => break,
            Some(next) if next == cursor => return Err(Failure::gateway("the gateway's list does not end")),
            Some(next) => next.clone_into(&mut cursor),
        }
    }
    let head = ["CLIENT", "KIND", "NAME", "FROM", "REDIRECT URIS"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(clients.iter().map(row)).collect();
    let shown = match clients.is_empty() {
        true => "There is no client, in the policy or registered.".to_owned(),
        false => columns::show(&rows),
    };
    Ok(Report::fine(shown, json!({"clients": clients})))
}

/// A new secret for a registered client.
///
/// # Errors
/// As [`add`].
pub fn rotate(common: &Common, args: &RotateClient) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    let cache = registration::registry(&workspace)?.cache;
    let todo = "prints its table with another secret's digest; put it into the policy and deploy it.";
    check_registered(&workspace, &args.id, &format!("`edgegate client new --id {}` {todo}", args.id))?;
    let overlap = args.overlap.unwrap_or(0);
    if overlap > LONGEST_OVERLAP {
        let longest = time::show_duration(LONGEST_OVERLAP);
        return Err(Failure::usage(format!("--overlap is at most {longest}: a secret that is replaced has to go")));
    }
    let mut body = json!({"client_id": args.id});
    if let Some(members) = body.as_object_mut().filter(|_| overlap > 0) {
        members.insert("overlap".to_owned(), json!(overlap));
    }
    let mut answer = Gateway::of(&workspace, args.at.gateway.as_deref())?.post("client/rotate", &body)?;
    let until = time::now() + overlap;
    if let Some(members) = answer.as_object_mut() {
        members.insert("old_secret_until".to_owned(), json!(until));
    }
    let old = match overlap {
        0 => "the secret before it is worth nothing any more; --overlap would have kept it for a while".to_owned(),
        _ => format!("the secret before it works until {}; those before that one do not", time::show(until)),
    };
    Ok(Report::fine(credentials(&answer)?, answer).with(vec![ONCE.to_owned(), old, elsewhere(cache)]))
}

/// Ends a registered client.
///
/// # Errors
/// As [`add`].
pub fn remove(common: &Common, args: &RemoveClient) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    let cache = registration::registry(&workspace)?.cache;
    check_registered(&workspace, &args.id, &format!("Take [clients.{}] out of the policy, and deploy it.", args.id))?;
    let body = json!({"client_id": args.id});
    let answer = Gateway::of(&workspace, args.at.gateway.as_deref())?.post("client/remove", &body)?;
    let state = text(&answer, "state")?.to_owned();
    let follows = "it gets no token any more, those that it has from [oauth] are refused, and so are its id and secret";
    Ok(Report::fine(state, answer).with(vec![follows.to_owned(), elsewhere(cache)]))
}

/// What the admin API wants to know of a client.
fn body(client: &Client) -> Value {
    let mut members: Map<String, Value> = registry::described(client);
    members.remove("client_id"); // the gateway makes it
    if client.kind != ClientKind::TokenPair {
        members.insert("pkce".to_owned(), json!(client.needs_pkce)); // where it is not said, it is true
    }
    Value::Object(members)
}

/// Refuses an id that the gateway would not find. A text that may be a secret is not repeated.
fn check_registered(workspace: &Workspace, id: &str, todo: &str) -> Result<(), Failure> {
    if workspace.policy.clients.iter().any(|client| client.id == id) {
        let path = workspace.path.display();
        return Err(Failure::usage(format!("the client {id} stands in {path}, and is changed there")).todo(todo));
    }
    if seal::is_written_as(Kind::Client, id) {
        return Ok(());
    }
    let prefix = Kind::Client.prefix();
    Err(Failure::usage(format!("CLIENT_ID is no registered client's: their ids begin with {prefix}_"))
        .todo("`edgegate client list` shows them."))
}

fn identity(answer: &Value) -> Result<String, Failure> {
    Ok(format!("client_id      {}\n", text(answer, "client_id")?))
}

fn credentials(answer: &Value) -> Result<String, Failure> {
    Ok(format!("{}client_secret  {}\n", identity(answer)?, text(answer, "client_secret")?))
}

/// A client as it was listed, even if some gateway told more than it should.
fn without_secrets(client: &Value) -> Value {
    let mut client = client.clone();
    if let Some(members) = client.as_object_mut() {
        members.retain(|name, _| !name.contains("secret"));
    }
    client
}

fn row(client: &Value) -> [String; 5] {
    let text = |name: &str| plain(client.get(name).and_then(Value::as_str).unwrap_or_default());
    let uris = client.get("redirect_uris").and_then(Value::as_array);
    let uris: Vec<String> = uris.into_iter().flatten().filter_map(Value::as_str).map(plain).collect();
    [text("client_id"), text("kind"), text("name"), text("from"), uris.join(" ")]
}

/// What a terminal only shows, and does not obey.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn elsewhere(cache: u64) -> String {
    let cache = time::show_duration(cache);
    format!("at once where this call arrived; elsewhere within the registry's cache ({cache}) and Workers KV's lag")
}

fn other_version(name: &str) -> Failure {
    Failure::gateway(format!("the gateway's answer has no `{name}`; is its version another one?"))
}

const ONCE: &str = "the secret is not shown again: the gateway keeps a digest of it, and nothing else does";
