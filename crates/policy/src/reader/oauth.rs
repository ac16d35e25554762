//! `[oauth]`.

use super::names::Names;
use super::table::Table;
use super::text;
use super::time;
use crate::sections::key;
use crate::sections::{registry, session};
use crate::shape::{oauth, root};
use crate::{Dialect, Key, OAuth, SHARDS};

/// `[oauth]`
pub(crate) fn oauth(root: &Table<'_>, keys: &Names<Key>) -> Option<OAuth> {
    let table = root.table(&root::OAUTH)?;
    for (needed, why) in [
        (&registry::SECTION, "its clients are found by what it says"),
        (&session::SECTION, "the authorization page asks who is there"),
    ] {
        if !root.has(needed) {
            table.report.add(table.line, format!("oauth: {why}, and there is no `[{}]`", needed.name));
        }
    }
    let keys = key::list(&table, &oauth::KEYS, keys, key::SEAL);
    let path = table.checked_or(&oauth::PATH, base_path);
    let access_lifetime = table.seconds(&oauth::ACCESS_LIFETIME);
    let refresh_lifetime = table.seconds(&oauth::REFRESH_LIFETIME);
    let grant_lifetime = table.seconds(&oauth::GRANT_LIFETIME);
    for (shorter, longer) in [
        ((&oauth::ACCESS_LIFETIME, access_lifetime), (&oauth::REFRESH_LIFETIME, refresh_lifetime)),
        ((&oauth::REFRESH_LIFETIME, refresh_lifetime), (&oauth::GRANT_LIFETIME, grant_lifetime)),
    ] {
        if shorter.1 > longer.1 {
            let key = if table.has(shorter.0) { shorter.0 } else { longer.0 };
            let (less, more) = (time::show_duration(shorter.1), time::show_duration(longer.1));
            let reason = format!("{} = {less} does not fit into {} = {more}", shorter.0.name, longer.0.name);
            table.wrong(key, &reason);
        }
    }
    Some(OAuth {
        keys,
        path,
        dialect: dialect(&table),
        code_lifetime: table.seconds(&oauth::CODE_LIFETIME),
        access_lifetime,
        refresh_lifetime,
        grant_lifetime,
        remember_consent: table.seconds(&oauth::REMEMBER_CONSENT),
        retry_window: table.seconds(&oauth::RETRY_WINDOW),
        shards: key::shards(&table, &oauth::SHARDS).unwrap_or(SHARDS),
        cache: table.seconds(&oauth::CACHE),
        query: table.flag(&oauth::QUERY),
        scopes: scopes(&table),
    })
}

/// `dialect` of `[oauth]`.
fn dialect(table: &Table<'_>) -> Dialect {
    table.word(&oauth::DIALECT, &oauth::DIALECTS).unwrap_or_default()
}

fn scopes(table: &Table<'_>) -> Vec<(String, String)> {
    let Some(table) = table.free_table(&oauth::SCOPES) else { return Vec::new() };
    let mut scopes = Vec::new();
    for (name, value) in table.all_texts() {
        if let Err(reason) = text::scope(name).and_then(|_| text::title(value.value)) {
            value.wrong(&reason);
        }
        scopes.push((name.to_owned(), value.value.to_owned()));
    }
    scopes
}

fn base_path(text: &str) -> Result<(), String> {
    text::exact_path(text)?;
    match text.len() > 1 && !text.ends_with('/') && !text.starts_with("/.") {
        true => Ok(()),
        false => Err(format!("`{text}` must be a path like `/oauth`, without a slash at its end")),
    }
}
