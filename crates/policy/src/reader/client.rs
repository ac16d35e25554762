//! `[registry]` and `[clients.*]`, and the rules that hold for every client, registered by whatever way.

use super::keys;
use super::names::Names;
use super::problem::Report;
use super::table::Table;
use super::text;
use crate::client::{check, redirect_uri, resource, secret_digest};
use crate::shape::{client, registry, root};
use crate::{Client, ClientKind, Key, Registry};

/// `[registry]`
pub(super) fn registry(report: &mut Report, root: &Table<'_>, keys: &Names<Key>) -> Option<Registry> {
    let table = root.table(report, &root::REGISTRY)?;
    Some(Registry {
        keys: keys::list(report, &table, &registry::KEYS, keys, keys::CLIENT),
        cache: table.seconds(report, &registry::CACHE),
    })
}

/// Every `[clients.*]`.
pub(super) fn clients(report: &mut Report, root: &Table<'_>) -> Vec<Client> {
    let tables = root.named(report, &root::CLIENTS);
    let mut clients = Vec::with_capacity(tables.len());
    for (id, table) in tables {
        if let Err(reason) = text::client_id(id) {
            report.add(table.line, format!("clients: {reason}"));
        }
        if !root.has(&root::REGISTRY) {
            let reason = "the digest of its secret is keyed, and there is no `[registry]` to say by what";
            report.add(table.line, format!("{}: {reason}", table.label));
        }
        clients.extend(client(report, id, &table));
    }
    clients
}

fn client(report: &mut Report, id: &str, table: &Table<'_>) -> Option<Client> {
    let kind = table.word(report, &client::KIND, ClientKind::ALL);
    let digest = table.parsed(report, &client::SECRET_DIGEST, secret_digest);
    let client = Client {
        id: id.to_owned(),
        name: table.checked(report, &client::NAME, text::title).unwrap_or_else(|| id.to_owned()),
        kind: kind?,
        secrets: digest.into_iter().collect(),
        redirect_uris: table.list(report, &client::REDIRECT_URIS, redirect_uri),
        scope: table.list(report, &client::SCOPE, text::scope),
        subject: table.checked(report, &client::SUBJECT, text::name),
        acts_for_others: table.flag(report, &client::ACT_FOR_OTHERS),
        introspects_all: table.flag(report, &client::INTROSPECT),
        needs_pkce: table.flag_or(report, &client::PKCE, kind != Some(ClientKind::TokenPair)),
        needs_dpop: table.flag(report, &client::DPOP),
        resources: table.list(report, &client::RESOURCES, resource),
        changes: 0,
    };
    let has_secret = table.has(&client::SECRET_DIGEST);
    match client.kind {
        ClientKind::Public if has_secret => {
            table.wrong(
                report,
                &client::SECRET_DIGEST,
                "is not for a public client: what everybody holds is no secret",
            );
        }
        ClientKind::Confidential | ClientKind::TokenPair if !has_secret => {
            let reason = "`secret_digest` is missing; `edgegate client new` makes a secret and its digest";
            report.add(table.line, format!("{}: {reason}", table.label));
        }
        _ => {}
    }
    if let Err((key, reason)) = check(&client) {
        table.wrong_at(report, key, &reason);
    }
    Some(client)
}
