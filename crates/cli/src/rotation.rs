//! Whether a policy changes keys step by step, beside the one that was deployed last.
//!
//! While a deployment goes out, isolates of the one before answer too, and know only its keys. So a key is in a list before it
//! makes anything, and what made something until now stays in the list.

use edgegate_core::policy::{Key, KeyList, Policy, SHARDS, SingleUse};

/// What skips a step, one sentence each: it, and what to do.
pub fn skipped(policy: &Policy, deployed: &Policy) -> Vec<String> {
    let before = deployed.key_lists();
    let mut skipped: Vec<String> = policy.keys.iter().filter_map(|key| another(key, deployed)).collect();
    skipped.extend(moved(policy, deployed));
    if (deployed.single_use, policy.single_use) == (SingleUse::Ledger, SingleUse::BestEffort) {
        let why =
            "what the deployed policy used up or revoked in the Ledger is not asked for any more, so it works again";
        skipped.push(format!("storage: `single_use` was \"ledger\"; {why}"));
    }
    for list in policy.key_lists() {
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
fn first_at_once(list: &KeyList<'_>, before: &KeyList<'_>) -> Option<String> {
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
fn out_at_once(list: &KeyList<'_>, before: &KeyList<'_>) -> Option<String> {
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

fn has(list: &KeyList<'_>, key: &Key) -> bool {
    list.keys.iter().any(|other| other.id == key.id)
}
