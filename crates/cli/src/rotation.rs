//! Whether a policy changes keys step by step, beside the one that was deployed last.
//!
//! While a deployment goes out, isolates of the one before answer too, and know only its keys. So a key is in a list before it
//! makes anything, and what made something until now stays in the list.

use std::sync::Arc;

use edgegate_core::policy::{Key, Policy, SHARDS, SingleUse};

/// A list of keys by the name of its table.
struct List<'a> {
    table: String,
    keys: &'a [Arc<Key>],
    /// Whether the gateway itself makes something with the first one. Of the others somebody else does.
    makes: bool,
}

/// What skips a step, one sentence each: it, and what to do.
pub fn skipped(policy: &Policy, deployed: &Policy) -> Vec<String> {
    let before = lists(deployed);
    let mut skipped: Vec<String> = policy.keys.iter().filter_map(|key| another(key, deployed)).collect();
    skipped.extend(moved(policy, deployed));
    if (deployed.single_use, policy.single_use) == (SingleUse::Ledger, SingleUse::BestEffort) {
        let why =
            "what the deployed policy used up or revoked in the Ledger is not asked for any more, so it works again";
        skipped.push(format!("storage: `single_use` was \"ledger\"; {why}"));
    }
    for list in lists(policy) {
        let Some(before) = before.iter().find(|before| before.table == list.table) else { continue };
        skipped.extend(first_at_once(&list, before));
        skipped.extend(out_at_once(&list, before));
    }
    skipped
}

/// A key whose id, secret or use is another key's.
fn another(key: &Key, deployed: &Policy) -> Option<String> {
    let id = &key.id;
    let is_another = deployed.key(id).is_some_and(|before| **before != *key);
    let renamed = deployed.keys.iter().find(|before| before.secret == key.secret && before.id != *id);
    match renamed {
        _ if is_another => Some(format!(
            "keys.{id}: its secret, use or algorithm is not the deployed one, so everything under it ends; give the new key an id of its own"
        )),
        Some(before) => Some(format!(
            "keys.{id}: `{}` is the secret of the deployed `{}`, and the id is part of what is made and remembered; give the new key a secret of its own",
            key.secret, before.id
        )),
        None => None,
    }
}

/// Claims that would be looked for where they are not: what was used up would work again.
fn moved(policy: &Policy, deployed: &Policy) -> Vec<String> {
    let why = "so what was used up or revoked would not be found";
    let shards = |policy: &Policy, id: &str| {
        policy.objects.shards.iter().find(|(of, _)| of == id).map_or(SHARDS, |(_, shards)| *shards)
    };
    let of_keys = policy.keys.iter().filter(|key| deployed.key(&key.id).is_some());
    let mut moved: Vec<String> = of_keys
        .filter(|key| shards(policy, &key.id) != shards(deployed, &key.id))
        .map(|key| {
            let (id, before) = (&key.id, shards(deployed, &key.id));
            format!("keys.{id}: `shards` is not the deployed {before}, {why}; give the number to a new key")
        })
        .collect();
    if let (Some(oauth), Some(before)) = (&policy.oauth, &deployed.oauth)
        && oauth.shards != before.shards
    {
        moved.push(format!("oauth: `shards` is not the deployed {}, {why}; keep it while grants live", before.shards));
    }
    if policy.objects.jurisdiction != deployed.objects.jurisdiction {
        moved.push(format!("storage: `jurisdiction` is not the deployed one, {why}; keep it"));
    }
    moved
}

/// A new first key that no deployed isolate knows.
fn first_at_once(list: &List<'_>, before: &List<'_>) -> Option<String> {
    let first = list.keys.first().filter(|first| !has(before, first))?;
    let ids: Vec<String> = before.keys.iter().chain([first]).map(|key| format!("\"{}\"", key.id)).collect();
    Some(format!(
        "{}: `{}` is first, and the deployed policy does not have it, so isolates of that one refuse what it makes; deploy keys = [{}] first",
        list.table,
        first.id,
        ids.join(", ")
    ))
}

/// A deployed first key that is gone, with all that it made a moment ago.
fn out_at_once(list: &List<'_>, before: &List<'_>) -> Option<String> {
    let first = before.keys.first().filter(|first| before.makes && !has(list, first))?;
    let then = list.keys.iter().filter(|key| has(before, key)).chain([first]);
    let ids: Vec<String> = then.map(|key| format!("\"{}\"", key.id)).collect();
    let how = match ids.len() {
        1 => "keep it in the list, and put the new key behind it".to_owned(),
        _ => format!(
            "deploy keys = [{}] first, and take it out when the longest of what it made is over",
            ids.join(", ")
        ),
    };
    Some(format!("{}: `{}` is out, and was the first of the deployed policy; {how}", list.table, first.id))
}

fn has(list: &List<'_>, key: &Key) -> bool {
    list.keys.iter().any(|other| other.id == key.id)
}

fn lists(policy: &Policy) -> Vec<List<'_>> {
    let mut lists = Vec::new();
    let mut list = |table: &str, keys, makes| lists.push(List { table: table.to_owned(), keys, makes });
    for link in &policy.links {
        list(&format!("links.{}", link.name), link.keys.as_slice(), false);
    }
    for redirect in &policy.signed_redirects {
        list(&format!("signed_redirects.{}", redirect.name), redirect.keys.as_slice(), false);
    }
    let made = [
        ("bearer", policy.bearer.as_ref().map(|bearer| &bearer.keys)),
        ("session", policy.session.as_ref().map(|session| &session.keys)),
        ("nonce", policy.nonce.as_ref().map(|nonce| &nonce.keys)),
        ("oauth", policy.oauth.as_ref().map(|oauth| &oauth.keys)),
        ("luminate", policy.luminate.as_ref().map(|luminate| &luminate.session.keys)),
        ("registry", policy.registry.as_ref().map(|registry| &registry.keys)),
        ("identity", Some(&policy.identity.keys)),
    ];
    for (table, keys) in made {
        list(table, keys.map_or(&[][..], Vec::as_slice), true);
    }
    lists
}
