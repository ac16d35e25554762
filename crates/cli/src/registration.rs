//! A client from what was said of it on the command line, under the rules that the policy and the gateway have.

use super::admin::check_subject;
use super::args::Registration;
use super::output::Failure;
use super::workspace::Workspace;
use edgegate_core::policy::{self, Client, ClientKind, Registry};

/// The client without its id and secret. What is not said of it is as in `before`.
///
/// # Errors
/// Exit code 2: the policy would not take it.
pub fn read(registration: &Registration, before: Option<&Client>) -> Result<Client, Failure> {
    let kind = registration.kind.or(before.map(|before| before.kind)).unwrap_or(ClientKind::Confidential);
    // Another kind of client is another client.
    let before = before.filter(|before| before.kind == kind);
    let was = |has: fn(&Client) -> bool| before.is_some_and(has);
    if let Some(name) = &registration.name {
        policy::title(name).map_err(|reason| Failure::usage(format!("--name {reason}")))?;
    }
    if let Some(subject) = &registration.subject {
        check_subject(subject)?;
    }
    let before_list = |list: fn(&Client) -> &Vec<String>| before.map(list).cloned().unwrap_or_default();
    let redirect_uris = checked("--redirect-uri", &registration.redirect_uris, policy::redirect_uri)?;
    let scope = checked("--scope", &registration.scope, policy::scope)?;
    let resources = checked("--resource", &registration.resources, policy::resource)?;
    let client = Client {
        id: String::new(),
        name: registration.name.clone().or(before.map(|before| before.name.clone())).unwrap_or_default(),
        homepage: before.and_then(|before| before.homepage.clone()),
        logo: before.and_then(|before| before.logo.clone()),
        kind,
        secrets: Vec::new(),
        redirect_uris: said_or(redirect_uris, before_list(|before| &before.redirect_uris)),
        scope: said_or(scope, before_list(|before| &before.scope)),
        subject: registration.subject.clone().or(before.and_then(|before| before.subject.clone())),
        acts_for_others: registration.act_for_others || was(|before| before.acts_for_others),
        introspects_all: registration.introspect || was(|before| before.introspects_all),
        needs_pkce: kind != ClientKind::TokenPair
            && !registration.no_pkce
            && before.is_none_or(|before| before.needs_pkce),
        needs_dpop: registration.dpop || was(|before| before.needs_dpop),
        resources: said_or(resources, before_list(|before| &before.resources)),
        changes: 0,
    };
    policy::check_client(&client).map_err(|(key, reason)| {
        let flag = FLAGS.iter().find(|(known, _)| *known == key).map_or("", |(_, flag)| *flag);
        Failure::usage(format!("`{key}` {reason}")).todo(match key {
            "redirect_uris" if client.redirect_uris.is_empty() => {
                "Say where with --redirect-uri, or name another --kind.".to_owned()
            }
            _ => format!("Change {flag}, or name another --kind."),
        })
    })?;
    Ok(client)
}

/// The policy's `[registry]`.
///
/// # Errors
/// Exit code 2: there is none, so no client could have a secret.
pub fn registry(workspace: &Workspace) -> Result<&Registry, Failure> {
    workspace.policy.registry.as_ref().ok_or_else(|| {
        let path = workspace.path.display();
        Failure::usage(format!("{path} has no [registry], which says what client ids and secrets are made with")).todo(
            "Add to it: [keys.clients-1] with `secret = \"EDGEGATE_CLIENT_KEY\"` and `use = \"client\"`,\nand [registry] with `keys = [\"clients-1\"]`. Then: edgegate key new | npx wrangler secret put EDGEGATE_CLIENT_KEY",
        )
    })
}

fn checked(flag: &str, items: &[String], rule: fn(&str) -> Result<String, String>) -> Result<Vec<String>, Failure> {
    items.iter().map(|item| rule(item).map_err(|reason| Failure::usage(format!("{flag}: {reason}")))).collect()
}

fn said_or(said: Vec<String>, before: Vec<String>) -> Vec<String> {
    if said.is_empty() { before } else { said }
}

/// The key of a client, and what says it here.
const FLAGS: [(&str, &str); 7] = [
    ("redirect_uris", "--redirect-uri"),
    ("scope", "--scope"),
    ("resources", "--resource"),
    ("subject", "--subject"),
    ("introspect", "--introspect"),
    ("pkce", "--no-pkce"),
    ("dpop", "--dpop"),
];
