//! `nonce`, `ticket`, `token` and `session`: what is asked of the running gateway.

use std::path::Path;

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::args::{Common, Held, MintToken, Nonce, Ticket};
use super::client::Gateway;
use super::host::{self, Stream};
use super::output::{Exit, Failure, Report};
use super::time;
use super::workspace::{Workspace, read_stdin, read_text};
use edgegate_core::sealed::encoding::Encoding;
use edgegate_core::sealed::record::{is_name, is_scope};
use edgegate_core::sealed::seal::Kind;

/// A link that signs somebody in once.
///
/// # Errors
/// As [`Gateway::post`]; exit code 2 for what the gateway need not be asked.
pub fn nonce(common: &Common, args: &Nonce) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    check_subject(&args.subject)?;
    check_lifetime(args.lifetime)?;
    check_route(&workspace, &args.route)?;
    let mut body = json!({"subject": args.subject, "route": args.route});
    put(&mut body, "path", args.path.as_ref().map(|path| json!(path)));
    put(&mut body, "lifetime", args.lifetime.map(|seconds| json!(seconds)));
    let answer = Gateway::of(&workspace, args.at.gateway.as_deref())?.post("nonce", &body)?;
    let url = text(&answer, "url")?.to_owned();
    let notes = vec![format!("it works once, within {}", expires_in(&answer))];
    Ok(Report::fine(url, answer).with(notes))
}

/// A fresh token.
///
/// # Errors
/// As [`nonce`].
pub fn mint(common: &Common, args: &MintToken) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    check_subject(&args.subject)?;
    check_lifetime(args.lifetime)?;
    if !args.client.is_empty() && !is_name(&args.client) {
        return Err(Failure::usage("--client takes 1 to 255 printable ASCII characters without a space"));
    }
    if !is_scope(&args.scope) {
        return Err(Failure::usage("--scope takes words separated by one space, without `\"` and `\\`"));
    }
    let mut body = json!({"subject": args.subject, "client": args.client, "scope": args.scope});
    put(&mut body, "route", args.route.as_ref().map(|route| json!(route)));
    put(&mut body, "lifetime", args.lifetime.map(|seconds| json!(seconds)));
    let mut answer = Gateway::of(&workspace, args.at.gateway.as_deref())?.post("token", &body)?;
    let header = format!("Authorization: Bearer {}", text(&answer, "access_token")?);
    let notes = vec![format!("it lives for {}", expires_in(&answer))];
    put(&mut answer, "header", Some(json!(header)));
    Ok(Report::fine(header, answer).with(notes))
}

/// A fresh ticket.
///
/// # Errors
/// As [`nonce`].
pub fn ticket(common: &Common, args: &Ticket) -> Result<Report, Failure> {
    let workspace = Workspace::open(common)?;
    check_subject(&args.subject)?;
    check_lifetime(args.lifetime)?;
    if workspace.policy.ticket.is_none() {
        let path = workspace.path.display();
        return Err(Failure::usage(format!("{path} has no [ticket], so its gateway makes none"))
            .todo("Name the gateway's policy with --policy; the demo's is demo/edgegate.toml."));
    }
    let mut body = json!({"subject": args.subject});
    put(&mut body, "lifetime", args.lifetime.map(|seconds| json!(seconds)));
    let mut answer = Gateway::of(&workspace, args.at.gateway.as_deref())?.post("ticket", &body)?;
    let header = format!("Authorization: {}", text(&answer, "authorization")?);
    let mut notes = vec![format!("it lives for {}", expires_in(&answer))];
    if workspace.policy.ticket.as_ref().is_some_and(|ticket| !ticket.app_tokens.is_empty()) {
        notes.push("routes that accept `app-ticket` want SO-AppToken beside it".to_owned());
    }
    put(&mut answer, "header", Some(json!(header)));
    Ok(Report::fine(header, answer).with(notes))
}

/// What a token is.
///
/// # Errors
/// As [`nonce`].
pub fn show(common: &Common, args: &Held) -> Result<Report, Failure> {
    let (workspace, token) = open_with(common, args, Kind::Token)?;
    let answer =
        Gateway::of(&workspace, args.at.gateway.as_deref())?.post("token/show", &json!({"token": token.as_str()}))?;
    let state = text(&answer, "state")?;
    let mut lines = format!("state    {state}\n");
    for name in ["subject", "client", "scope", "key_id"] {
        let value = answer.get(name).and_then(Value::as_str).unwrap_or_default();
        if !value.is_empty() {
            lines.push_str(&format!("{name:<8} {value}\n"));
        }
    }
    for name in ["issued", "expires"] {
        if let Some(at) = answer.get(name).and_then(Value::as_u64) {
            lines.push_str(&format!("{name:<8} {}\n", time::show(at)));
        }
    }
    let exit = if state == "live" { Exit::Fine } else { Exit::Refused };
    Ok(Report { exit, ..Report::fine(lines, answer) })
}

/// Ends a token.
///
/// # Errors
/// As [`nonce`].
pub fn revoke_token(common: &Common, args: &Held) -> Result<Report, Failure> {
    revoke(common, args, Kind::Token, "token")
}

/// Ends a session.
///
/// # Errors
/// As [`nonce`].
pub fn revoke_session(common: &Common, args: &Held) -> Result<Report, Failure> {
    revoke(common, args, Kind::Session, "session")
}

fn revoke(common: &Common, args: &Held, kind: Kind, what: &str) -> Result<Report, Failure> {
    let (workspace, held) = open_with(common, args, kind)?;
    let mut body = json!({});
    put(&mut body, what, Some(json!(held.as_str())));
    let answer = Gateway::of(&workspace, args.at.gateway.as_deref())?.post(&format!("{what}/revoke"), &body)?;
    let state = text(&answer, "state")?.to_owned();
    let note = "at once where the route's revocation is strict; elsewhere within the cache time and Workers KV's lag";
    Ok(Report::fine(state, answer).with(vec![note.to_owned()]))
}

/// The workspace, and the credential that the operator holds.
fn open_with(common: &Common, args: &Held, kind: Kind) -> Result<(Workspace, Zeroizing<String>), Failure> {
    if !args.misplaced.is_empty() {
        return Err(Failure::usage("a credential is read from standard input or --file, never from the command line")
            .todo("Others on this machine may have seen it there, and your shell's history keeps it: revoke it."));
    }
    let by_stdin = |path: Option<&Path>| path == Some(Path::new("-"));
    let reads_stdin = args.file.is_none() || by_stdin(args.file.as_deref());
    if reads_stdin && by_stdin(common.secrets.as_deref()) {
        return Err(Failure::usage("standard input cannot be both the secrets and the credential")
            .todo("Put the credential in a file and name it with --file."));
    }
    let workspace = Workspace::open(common)?;
    let prefix = kind.prefix();
    let or_ticket = if kind == Kind::Session { ", nor a ticket 7T:..." } else { "" };
    if reads_stdin && host::is_terminal(Stream::In) {
        let asked = format!("Paste what holds the credential ({prefix}_...{or_ticket}), then Enter and Ctrl-D:\n");
        host::print(Stream::Err, &asked);
    }
    let input = match &args.file {
        Some(path) if !reads_stdin => Zeroizing::new(read_text(path)?),
        _ => read_stdin()?,
    };
    let beginning = format!("{prefix}_");
    let is_outside = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-');
    let found = input.find(&beginning).and_then(|at| input.get(at..));
    let held = found.and_then(|rest| rest.split(is_outside).next());
    // A ticket stands for its session, and has signs of its own.
    let words = || input.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';'));
    let ticket = || words().find(|piece| Encoding::Ticket.read(piece).is_some() && kind == Kind::Session);
    let held = held.or_else(ticket).map(|held| Zeroizing::new(held.to_owned()));
    let held = held.ok_or_else(|| Failure::usage(format!("there is no {beginning}...{or_ticket} in what was read")))?;
    Ok((workspace, held))
}

/// A subject that the gateway would take.
///
/// # Errors
/// Exit code 2.
pub fn check_subject(subject: &str) -> Result<(), Failure> {
    let reason = "the subject is 1 to 255 printable ASCII characters without a space: it becomes a header";
    is_name(subject).then_some(()).ok_or_else(|| Failure::usage(reason))
}

fn check_lifetime(seconds: Option<u64>) -> Result<(), Failure> {
    let is_long = seconds.is_none_or(|seconds| seconds >= MINUTE);
    is_long.then_some(()).ok_or_else(|| Failure::usage("--lifetime is at least 60s: Workers KV forgets nothing sooner"))
}

fn check_route(workspace: &Workspace, name: &str) -> Result<(), Failure> {
    let routes = workspace.policy.routes.iter().filter(|route| route.takes_nonces());
    let names: Vec<&str> = routes.map(|route| route.name.as_str()).collect();
    if names.contains(&name) {
        return Ok(());
    }
    let list = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Err(Failure::usage(format!("the policy has no route {name} that takes nonces; those that do: {list}")))
}

fn put(object: &mut Value, name: &str, value: Option<Value>) {
    let members: Option<&mut Map<String, Value>> = object.as_object_mut();
    if let (Some(members), Some(value)) = (members, value) {
        members.insert(name.to_owned(), value);
    }
}

/// A member of an answer.
///
/// # Errors
/// Exit code 3: it is not there.
pub fn text<'a>(answer: &'a Value, name: &str) -> Result<&'a str, Failure> {
    let text = answer.get(name).and_then(Value::as_str);
    text.ok_or_else(|| Failure::gateway(format!("the gateway's answer has no `{name}`; is its version another one?")))
}

fn expires_in(answer: &Value) -> String {
    answer.get("expires_in").and_then(Value::as_u64).map_or_else(|| "its time".to_owned(), time::show_duration)
}

const MINUTE: u64 = 60;
