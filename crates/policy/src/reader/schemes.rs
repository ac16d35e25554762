//! `[basic]`, `[ticket]` and `[brokers.*]`.

use super::names::Names;
use super::sections;
use super::table::Table;
use super::text;
use super::value::Text;
use crate::shape::{basic, broker, machine, root, ticket};
use crate::{BaseUrl, Basic, Broker, Link, Machine, Ticket};

/// `[basic]`. `taken`: names of secrets that are somebody else's; those that are named here are added.
pub(super) fn basic(root: &Table<'_>, taken: &mut Vec<String>) -> Option<Basic> {
    let table = root.table(&root::BASIC)?;
    let people = table.flag_or(&basic::PEOPLE, root.has(&root::SIGN_IN));
    if people && !root.has(&root::SIGN_IN) {
        let reason = "who checks the passwords of people is said in `[sign_in]`, and there is none";
        table.wrong(&basic::PEOPLE, reason);
    }
    let mut machines = Vec::new();
    for (name, table) in table.named(&basic::MACHINES) {
        if let Err(reason) = text::login_name(name) {
            table.report.add(table.line, format!("basic.machines: {reason}"));
        }
        let secret = table.text(&machine::SECRET).and_then(|text| secret(&text, taken));
        let subject = table.checked(&machine::SUBJECT, text::name).unwrap_or_else(|| name.to_owned());
        machines.extend(secret.map(|secret| Machine { name: name.to_owned(), secret, subject }));
    }
    if !people && machines.is_empty() {
        let reason = "basic: nobody has a password: neither people, by `[sign_in]`, nor `[basic.machines.NAME]`";
        table.report.add(table.line, String::from(reason));
    }
    Some(Basic { people, cache: table.seconds(&basic::CACHE), machines })
}

/// `[ticket]`
pub(super) fn ticket(root: &Table<'_>, taken: &mut Vec<String>) -> Option<Ticket> {
    let table = root.table(&root::TICKET)?;
    if !root.has(&root::SESSION) {
        table.report.add(table.line, String::from("ticket: it stands for a session, and there is no `[session]`"));
    }
    let texts = table.texts(&ticket::APP_TOKENS);
    if texts.len() > 2 {
        table.wrong(&ticket::APP_TOKENS, "holds more than two: one in use, and one that takes its place");
    }
    let app_tokens = texts.iter().filter_map(|text| secret(text, taken)).collect();
    let lifetime = table.seconds(&ticket::LIFETIME);
    Some(Ticket { lifetime, pages: table.flag(&ticket::PAGES), app_tokens })
}

/// Every `[brokers.*]`.
pub(super) fn brokers(root: &Table<'_>, links: &Names<Link>) -> Names<Broker> {
    let mut brokers = Names::new("brokers");
    for (name, table) in root.named(&root::BROKERS) {
        sections::check_name("brokers", name, &table);
        if !root.has(&root::SESSION) {
            table.report.add(table.line, format!("{}: it opens a session, and there is no `[session]`", table.label));
        }
        let url = table.parsed(&broker::URL, BaseUrl::parse);
        if url.as_ref().is_some_and(|url| !url.is_https() && !url.is_loopback()) {
            let reason = "is http: who is on the way could take the answer that signs somebody in; use https";
            table.wrong(&broker::URL, reason);
        }
        let link = table.text(&broker::LINK).and_then(|text| {
            let link = links.find(&text, text.value)?;
            check_link(&text, &link, links);
            Some(link)
        });
        let broker = url.zip(link).map(|(url, link)| Broker { name: name.to_owned(), url, link });
        brokers.add(name, broker);
    }
    brokers
}

/// A secret that is nobody else's.
fn secret(text: &Text<'_>, taken: &mut Vec<String>) -> Option<String> {
    text.parsed(text::secret)?;
    if taken.iter().any(|other| other == text.value) {
        text.wrong(&format!("`{}` is another's secret already; each has a value of its own", text.value));
    }
    taken.push(text.value.to_owned());
    Some(text.value.to_owned())
}

/// What a broker signs opens a session for whomever it names, so it is as strict as a link can be.
fn check_link(text: &Text<'_>, link: &Link, links: &Names<Link>) {
    for (is_so, demand) in [
        (link.single_use, "`single_use = true`: whoever finds its answer in a history would be signed in"),
        (
            link.subject.as_ref().is_some_and(|subject| subject != "state"),
            "a `subject`: the parameter that says who was signed in, and that is not `state`",
        ),
        (link.cover_method && link.cover_host, "method and host covered: its answer is for this gate alone"),
    ] {
        if !is_so {
            text.wrong(&format!("`[links.{}]` needs {demand}", link.name));
        }
    }
    let shares =
        |other: &&std::sync::Arc<Link>| other.name != link.name && other.keys.iter().any(|key| link.keys.contains(key));
    if let Some(other) = links.things().find(shares) {
        let reason = format!(
            "`[links.{}]` has a key in common with `[links.{}]`: who signs those could sign anybody in",
            link.name, other.name
        );
        text.wrong(&reason);
    }
}
