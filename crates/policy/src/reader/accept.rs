//! `accept` of a route: which credentials open it, and what else follows from them.

use super::names::Named;
use super::order;
use super::suggest;
use super::table::Table;
use super::value::Text;
use crate::facts::{PRESETS, words};
use crate::sections::Surroundings;
use crate::shape::{root, route};
use crate::{CredentialKind, Dialect, Facts, Xsrf};

/// What a route accepts.
pub(super) struct Accepted {
    /// In the order in which they are asked.
    pub(super) kinds: Vec<CredentialKind>,
    /// What holds where the route says nothing else.
    pub(super) dialect: Dialect,
    /// The same.
    pub(super) xsrf: Xsrf,
}

/// Reads the list. A preset stands for several entries.
pub(super) fn read(table: &Table<'_>, around: &Surroundings<'_, '_>) -> Accepted {
    let texts = table.texts(&route::ACCEPT);
    let last = texts.len().saturating_sub(1);
    let mut accepted = Accepted { kinds: Vec::new(), dialect: Dialect::default(), xsrf: Xsrf::default() };
    for (index, text) in texts.iter().enumerate() {
        if text.value == "none" && index != last {
            text.wrong("`none` lets everybody through, so it must be the last entry");
        }
        let Some((_, parts)) = PRESETS.iter().find(|(name, _)| *name == text.value) else {
            credential(text, text.value, around, &mut accepted.kinds);
            continue;
        };
        (accepted.dialect, accepted.xsrf) = (Dialect::SuperOffice, Xsrf::Always);
        for part in *parts {
            if texts.iter().any(|other| other.value == *part) {
                text.wrong(&format!("`{}` stands for `{part}` already; leave that out", text.value));
            }
            credential(text, part, around, &mut accepted.kinds);
        }
    }
    check_together(table, texts.len(), &accepted.kinds);
    accepted
}

/// Whether `accept` holds a word, even if what it needs is missing or wrong.
pub(super) fn names(table: &Table<'_>, word: &str) -> bool {
    let Some(toml::de::DeValue::Array(items)) = table.entries.get("accept").map(toml::Spanned::get_ref) else {
        return false;
    };
    items.iter().any(|item| matches!(item.get_ref(), toml::de::DeValue::String(name) if name == word))
}

/// What cannot stand beside what.
fn check_together(table: &Table<'_>, entries: usize, kinds: &[CredentialKind]) {
    let has = |kind: fn(&CredentialKind) -> bool| kinds.iter().any(kind);
    let is_for_http = |accept: &CredentialKind| matches!(accept, CredentialKind::HttpSession(_));
    if has(is_for_http) && !kinds.iter().all(|one| is_for_http(one) || matches!(one, CredentialKind::Anonymous)) {
        table.wrong(&route::ACCEPT, "`http-session` stands alone, or before `none`: nothing else is taken by http");
    }
    let is_webhook = |accept: &CredentialKind| matches!(accept, CredentialKind::Webhook(_));
    if has(is_webhook) && !kinds.iter().all(is_webhook) {
        table
            .wrong(&route::ACCEPT, "a `webhook` stands alone, or beside other webhooks: its sender shows nothing else");
    }
    let fields: Vec<&str> = kinds.iter().filter_map(signed_field).collect();
    if fields.iter().enumerate().any(|(at, field)| fields.iter().skip(at + 1).any(|other| other == field)) {
        table.wrong(&route::ACCEPT, "two senders sign in the same header field; give each a route of its own");
    }
    if entries > 1 && names(table, "luminate") {
        table.wrong(&route::ACCEPT, "`luminate` stands alone: the dialect says what opens its addresses");
    }
    if has(|one| matches!(one, CredentialKind::Basic(_))) && has(|one| matches!(one, CredentialKind::TokenPair)) {
        let reason = "`basic` and `token-pair` both read `Authorization: Basic`; give each a route of its own";
        table.wrong(&route::ACCEPT, reason);
    }
    if has(|one| matches!(one, CredentialKind::Ticket(_))) && has(|one| matches!(one, CredentialKind::AppTicket(_))) {
        table.wrong(&route::ACCEPT, "`ticket` takes every ticket, so `app-ticket` beside it protects nothing");
    }
}

/// The header field in which a sender of webhooks signs.
fn signed_field(accept: &CredentialKind) -> Option<&str> {
    match accept {
        CredentialKind::Webhook(webhook) => Some(&webhook.format.field),
        _ => None,
    }
}

/// Adds what one word stands for.
fn credential(text: &Text<'_>, word: &str, around: &Surroundings<'_, '_>, kinds: &mut Vec<CredentialKind>) {
    let Some(one) = kind(text, word, around) else { return };
    order::insert(kinds, one, |accept| accept.facts().turn);
}

fn kind(text: &Text<'_>, word: &str, around: &Surroundings<'_, '_>) -> Option<CredentialKind> {
    let (plain, name) = word.split_once(':').map_or((word, None), |(plain, name)| (plain, Some(name)));
    let Some(facts) = Facts::ALL.iter().find(|facts| facts.word == plain && facts.is_named == name.is_some()) else {
        text.wrong(&unknown(word));
        return None;
    };
    let needs = match word {
        "bearer" if around.root.has(&root::OAUTH) => &[],
        _ => facts.needs,
    };
    let by = if word == text.value { String::new() } else { format!("`{}` stands for `{word}`; ", text.value) };
    for needed in needs {
        if !around.root.has_table(needed) {
            let reason = format!("{by}`{word}` needs a table `[{needed}]`, and there is none");
            text.wrong(&reason);
        }
    }
    let has_no_host =
        |kind: &CredentialKind| matches!(kind, CredentialKind::HttpSession(luminate) if luminate.http_host.is_none());
    let kind = CredentialKind::of(facts, around, Named { text, name: name.unwrap_or_default() });
    let kind = kind.filter(|kind| !has_no_host(kind));
    match &kind {
        Some(kind) => check_alone(text, kind, &by, around),
        None if word == "http-session" => {
            text.wrong("`http-session` needs `http_host` in `[luminate]`, and there is none")
        }
        None => {}
    }
    kind
}

/// What one kind needs beside its tables.
fn check_alone(text: &Text<'_>, kind: &CredentialKind, by: &str, around: &Surroundings<'_, '_>) {
    match kind {
        CredentialKind::Link(link) if around.brokers.things().any(|broker| broker.link.name == link.name) => {
            let name = &link.name;
            text.wrong(&format!("`[links.{name}]` is what a broker signs people in with; it opens nothing else"));
        }
        CredentialKind::AppTicket(ticket) if ticket.app_tokens.is_empty() => {
            text.wrong(&format!("{by}`app-ticket` needs `app_tokens` in `[ticket]`, and there are none"));
        }
        _ => {}
    }
}

fn unknown(word: &str) -> String {
    if CONNECTION.iter().any(|scheme| word.eq_ignore_ascii_case(scheme)) {
        return format!("`{word}` {OF_CONNECTION}");
    }
    let known = words();
    let known = known.iter().map(String::as_str);
    format!("`{word}` is no kind of credential{}", suggest::hint(word, known, "possible"))
}

const CONNECTION: [&str; 3] = ["negotiate", "ntlm", "kerberos"];
const OF_CONNECTION: &str = "authenticates a connection, and connections to origins are shared by all clients here: \
    relayed, one client's handshake would serve the next, so it is neither ended nor relayed. Name a `broker` on the \
    route: an endpoint in your network that does it on its own connection (docs/superoffice.md)";
