//! `session list`, `session revoke --subject`, `grant list` and `grant revoke`: what a person has at the running gateway.
//!
//! The gateway finds it by lists of Workers KV, which may not show yet what began within the last minute. So whoever ends
//! something looks twice.

use serde_json::{Value, json};

use super::admin::check_subject;
use super::args::{Common, EndGrants, EndSessions, OfPerson};
use super::client::Gateway;
use super::columns;
use super::host::{self, Stream};
use super::output::{Failure, Report};
use super::time;
use super::workspace::Workspace;

/// The sessions of a person.
///
/// # Errors
/// As [`Gateway::post`]; exit code 2 for what the gateway need not be asked.
pub fn list_sessions(common: &Common, of: &OfPerson) -> Result<Report, Failure> {
    let sessions = listed(common, of, "session")?;
    let head = ["SESSION", "SINCE", "BY", "WITH", "NETWORK"].map(str::to_owned);
    let rows = sessions.iter().map(|one| {
        let with = [text(one, "program"), text(one, "system")].into_iter().filter(|word| !word.is_empty());
        [
            text(one, "id"),
            moment(one, "since"),
            text(one, "by"),
            with.collect::<Vec<_>>().join(" on "),
            text(one, "network"),
        ]
    });
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    Ok(told(&rows, "There is no session of this person.", json!({"sessions": sessions})))
}

/// What a person allowed clients.
///
/// # Errors
/// As [`list_sessions`].
pub fn list_grants(common: &Common, of: &OfPerson) -> Result<Report, Failure> {
    let grants = listed(common, of, "grant")?;
    let head = ["GRANT", "SINCE", "CLIENT", "NAME", "SCOPE"].map(str::to_owned);
    let rows = grants.iter().map(|one| {
        [text(one, "id"), moment(one, "since"), text(one, "client"), text(one, "client_name"), text(one, "scope")]
    });
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    Ok(told(&rows, "No client has a grant of this person.", json!({"grants": grants})))
}

/// Ends all sessions of a person.
///
/// # Errors
/// As [`list_sessions`].
pub fn end_sessions(common: &Common, subject: &str, end: &EndSessions) -> Result<Report, Failure> {
    let whose = Whose { subject, issuer: end.issuer.as_deref(), id: None };
    let what = What { path: "session", one: "session", several: "sessions" };
    ended(common, end.held.at.gateway.as_deref(), &what, &whose, end.no_wait)
}

/// Ends what a person allowed clients.
///
/// # Errors
/// As [`list_sessions`].
pub fn end_grants(common: &Common, end: &EndGrants) -> Result<Report, Failure> {
    let OfPerson { subject, issuer, at } = &end.of;
    let whose = Whose { subject, issuer: issuer.as_deref(), id: end.id.as_deref() };
    let what = What { path: "grant", one: "grant", several: "grants" };
    ended(common, at.gateway.as_deref(), &what, &whose, end.no_wait || end.id.is_some())
}

/// What is ended, as the admin API and people call it.
struct What {
    path: &'static str,
    one: &'static str,
    several: &'static str,
}

impl What {
    fn counted(&self, count: u64) -> String {
        let Self { one, several, .. } = self;
        if count == 1 { format!("1 {one}") } else { format!("{count} {several}") }
    }
}

/// Of whom, and which.
struct Whose<'a> {
    subject: &'a str,
    issuer: Option<&'a str>,
    id: Option<&'a str>,
}

impl Whose<'_> {
    fn body(&self, cursor: &str) -> Value {
        let issuer = self.issuer.map(|issuer| if issuer == "-" { "" } else { issuer });
        let members = [("issuer", issuer), ("id", self.id), ("cursor", Some(cursor).filter(|text| !text.is_empty()))];
        let mut body = json!({"subject": self.subject});
        for (name, value) in members {
            if let (Some(object), Some(value)) = (body.as_object_mut(), value) {
                object.insert(name.to_owned(), json!(value));
            }
        }
        body
    }
}

fn listed(common: &Common, of: &OfPerson, what: &str) -> Result<Vec<Value>, Failure> {
    check_subject(&of.subject)?;
    let workspace = Workspace::open(common)?;
    let gateway = Gateway::of(&workspace, of.at.gateway.as_deref())?;
    let whose = Whose { subject: &of.subject, issuer: of.issuer.as_deref(), id: None };
    let mut all = Vec::new();
    pages(&gateway, &format!("{what}/list"), &whose, |page| {
        let things = page.get(format!("{what}s")).and_then(Value::as_array);
        all.extend(things.ok_or_else(|| other_version(&format!("{what}s")))?.iter().cloned());
        Ok(())
    })?;
    all.sort_by_key(|one| one.get("since").and_then(Value::as_u64));
    Ok(all)
}

fn ended(
    common: &Common,
    gateway: Option<&str>,
    what: &What,
    whose: &Whose<'_>,
    no_wait: bool,
) -> Result<Report, Failure> {
    check_subject(whose.subject)?;
    let workspace = Workspace::open(common)?;
    let gateway = Gateway::of(&workspace, gateway)?;
    let look = || {
        let mut count = 0;
        pages(&gateway, &format!("{}/revoke", what.path), whose, |page| {
            let ended = page.get("ended").and_then(Value::as_u64);
            count += ended.ok_or_else(|| other_version("ended"))?;
            Ok(())
        })?;
        Ok::<u64, Failure>(count)
    };
    let first = look()?;
    let mut notes = Vec::new();
    let second = match no_wait {
        true => 0,
        false => {
            if !common.json {
                let (count, seconds) = (what.counted(first), WAIT);
                let said = format!(
                    "{count} ended. Looking again in {seconds} s for what began just now; --no-wait leaves that out.\n"
                );
                host::print(Stream::Err, &said);
            }
            host::pause(WAIT);
            look()?
        }
    };
    if no_wait && whose.id.is_none() {
        notes.push("what began within the last minute may not have been found: run this again in a minute".to_owned());
    }
    notes.push(
        "at once where the route's revocation is strict, and where this call arrived; elsewhere within the cache time and Workers KV's lag"
            .to_owned(),
    );
    let count = first + second;
    Ok(Report::fine(format!("{} ended", what.counted(count)), json!({"ended": count})).with(notes))
}

fn pages(
    gateway: &Gateway,
    endpoint: &str,
    whose: &Whose<'_>,
    mut each: impl FnMut(&Value) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut cursor = String::new();
    loop {
        let page = gateway.post(endpoint, &whose.body(&cursor))?;
        each(&page)?;
        match page.get("cursor").and_then(Value::as_str).filter(|next| !next.is_empty()) {
            None => return Ok(()),
            Some(next) if next == cursor => return Err(Failure::gateway("the gateway's list does not end")),
            Some(next) => next.clone_into(&mut cursor),
        }
    }
}

fn told<const N: usize>(rows: &[[String; N]], nothing: &str, json: Value) -> Report {
    let shown = if rows.len() > 1 { columns::show(rows) } else { nothing.to_owned() };
    Report::fine(shown, json).with(vec!["what began within the last minute may be missing".to_owned()])
}

/// What a terminal only shows, and does not obey.
fn text(one: &Value, name: &str) -> String {
    one.get(name).and_then(Value::as_str).unwrap_or_default().chars().filter(|c| !c.is_control()).collect()
}

fn moment(one: &Value, name: &str) -> String {
    one.get(name).and_then(Value::as_u64).map(time::show).unwrap_or_default()
}

fn other_version(name: &str) -> Failure {
    Failure::gateway(format!("the gateway's answer has no `{name}`; is its version another one?"))
}

/// Longer than Workers KV takes to show a key everywhere.
const WAIT: u32 = 65; // seconds
