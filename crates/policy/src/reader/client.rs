//! `[clients.*]`, and the rules that hold for every client, registered by whatever way.

use super::page_texts;
use super::table::Table;
use super::text;
use crate::client::{check, redirect_uri, resource, secret_digest};
use crate::sections::registry;
use crate::shape::{client, root};
use crate::{Client, ClientKind};

/// Every `[clients.*]`.
pub(crate) fn clients(root: &Table<'_>) -> Vec<Client> {
    let tables = root.named(&root::CLIENTS);
    let mut clients = Vec::with_capacity(tables.len());
    for (id, table) in tables {
        if let Err(reason) = text::client_id(id) {
            table.report.add(table.line, format!("clients: {reason}"));
        }
        if !root.has(&registry::SECTION) {
            let reason = "the digest of its secret is keyed, and there is no `[registry]` to say by what";
            table.report.add(table.line, format!("{}: {reason}", table.label));
        }
        clients.extend(client(id, &table));
    }
    clients
}

fn client(id: &str, table: &Table<'_>) -> Option<Client> {
    let kind = table.word(&client::KIND, ClientKind::ALL);
    let digest = table.parsed(&client::SECRET_DIGEST, secret_digest);
    let client = Client {
        id: id.to_owned(),
        name: table.checked(&client::NAME, text::title).unwrap_or_else(|| id.to_owned()),
        homepage: table.checked(&client::HOMEPAGE, page_texts::https),
        logo: table.checked(&client::LOGO, page_texts::https),
        kind: kind?,
        secrets: digest.into_iter().collect(),
        redirect_uris: table.list(&client::REDIRECT_URIS, redirect_uri),
        scope: table.list(&client::SCOPE, text::scope),
        subject: table.checked(&client::SUBJECT, text::name),
        acts_for_others: table.flag(&client::ACT_FOR_OTHERS),
        introspects_all: table.flag(&client::INTROSPECT),
        needs_pkce: table.flag_or(&client::PKCE, kind != Some(ClientKind::TokenPair)),
        needs_dpop: table.flag(&client::DPOP),
        resources: table.list(&client::RESOURCES, resource),
        changes: 0,
    };
    let has_secret = table.has(&client::SECRET_DIGEST);
    match client.kind {
        ClientKind::Public if has_secret => {
            table.wrong(&client::SECRET_DIGEST, "is not for a public client: what everybody holds is no secret");
        }
        ClientKind::Confidential | ClientKind::TokenPair if !has_secret => {
            let reason = "`secret_digest` is missing; `edgegate client new` makes a secret and its digest";
            table.report.add(table.line, format!("{}: {reason}", table.label));
        }
        _ => {}
    }
    if let Err((key, reason)) = check(&client) {
        table.wrong_at(key, &reason);
    }
    Some(client)
}
