//! `forward` of a route: the origin, and what it gets beside the request.

use super::accept;
use super::bucket;
use super::deployment;
use super::origin_credentials::{self, is_same};
use super::rules;
use super::table::Table;
use super::text;
use crate::sections::Surroundings;
use crate::shape::{route, route_forward};
use crate::{Forward, NamePattern, Origin, OriginCredentials, PathPattern, Via};

/// Reads the table. `is_open`: nothing opens the route, since it is open to everybody.
pub(super) fn read(
    table: &Table<'_>,
    around: &Surroundings<'_, '_>,
    from: Option<&PathPattern>,
    is_open: bool,
) -> Option<Forward> {
    let gets_passwords = accept::names(table, "luminate");
    let table = table.table(&route::FORWARD)?;
    let origin = table.text(&route_forward::ORIGIN);
    let origin = origin.and_then(|name| {
        let origin = around.origins.find(&name, name.value)?;
        if gets_passwords {
            deployment::check_for_passwords(&name, &origin);
            bucket::check_for_calls(&name, &origin);
        }
        Some(origin)
    });
    let path = table.parsed(&route_forward::PATH, PathPattern::parse);
    if let (Some(from), Some(to)) = (from, &path)
        && from.is_prefix() != to.is_prefix()
    {
        let reason = format!("`{to}` and the route's `{from}` must both end with `/*`, or neither");
        table.wrong(&route_forward::PATH, &reason);
    }
    let host = table.checked(&route_forward::HOST, text::authority);
    let by_url = origin.as_ref().is_some_and(|origin| matches!(origin.via, Via::Url(_)));
    if by_url && table.has(&route_forward::HOST) {
        let reason = "is possible only for an origin by `service` or `handler`; by `url` the platform always sends that URL's host";
        table.wrong(&route_forward::HOST, reason);
    }
    bucket::check_forward(&table, origin.as_deref());
    if origin.is_some() && !by_url && table.has(&route_forward::MAP) {
        let reason = "is for an origin by `url`: no other has an address of its own; leave it out";
        table.wrong(&route_forward::MAP, reason);
    }
    let map = by_url && table.flag(&route_forward::MAP);
    let jwt_audience = table.checked(&route_forward::JWT_AUDIENCE, text::audience);
    if jwt_audience.is_some() && !around.signs_identities {
        table.wrong(&route_forward::JWT_AUDIENCE, "needs a key to sign with: `[identity] keys = [\"…\"]`");
    }
    let jwt_claims = table.list(&route_forward::JWT_CLAIMS, rules::claim);
    if !jwt_claims.is_empty() && !table.has(&route_forward::JWT_AUDIENCE) {
        table.wrong(&route_forward::JWT_CLAIMS, "has no effect without `jwt_audience`");
    }
    let set = set(&table);
    let mut remove = Vec::new();
    for text in table.texts(&route_forward::REMOVE) {
        let Some(names) = text.parsed(NamePattern::parse).map(NamePattern::folded) else { continue };
        if names.touches("edgegate-") {
            text.wrong(&format!("`{names}` covers the `Edgegate-*` headers that tell the origin who calls"));
        }
        remove.push(names);
    }
    let origin = origin?;
    let (credentials, passes_authorization) = credentials(&table, &origin, is_open);
    let is_secret = |name: &str| credentials.headers.iter().any(|(secret, _)| is_same(secret, name));
    if let Some((name, _)) = set.iter().find(|(name, _)| is_secret(name)) {
        table.wrong(&route_forward::SET, &format!("`{name}` has its value from `set_secret`"));
    }
    Some(Forward { origin, path, host, map, set, remove, jwt_audience, jwt_claims, credentials, passes_authorization })
}

/// What the origin is shown, and whether the client's Authorization is for it.
fn credentials(table: &Table<'_>, origin: &Origin, is_open: bool) -> (OriginCredentials, bool) {
    let key = &route_forward::AUTHORIZATION;
    let passes = table.is_word(key);
    if passes && !is_open {
        table.wrong(
            key,
            "`pass` is for routes with `accept = [\"none\"]`: elsewhere Authorization is the gateway's to judge",
        );
    }
    if passes && origin.credentials.authorization.is_some() {
        let reason = format!("`pass` has no place here: `[origins.{}]` has an `authorization` of its own", origin.name);
        table.wrong(key, &reason);
    }
    let own = OriginCredentials {
        authorization: if passes { None } else { origin_credentials::authorization(table, key) },
        headers: origin_credentials::headers(table, &route_forward::SET_SECRET),
    };
    if origin.insecure {
        let keys = [key, &route_forward::SET_SECRET];
        for key in keys.into_iter().filter(|key| table.has(key)) {
            let reason = format!("would travel in the clear, since `[origins.{}]` is `insecure = true`", origin.name);
            table.wrong(key, &reason);
        }
    }
    (origin_credentials::together(own, &origin.credentials), passes)
}

fn set(table: &Table<'_>) -> Vec<(String, String)> {
    let mut set: Vec<(String, String)> = Vec::new();
    let Some(table) = table.free_table(&route_forward::SET) else { return set };
    for (name, value) in table.all_texts() {
        if let Err(reason) = text::settable_header(name) {
            value.wrong(&reason);
        }
        if set.iter().any(|(earlier, _)| earlier.eq_ignore_ascii_case(name)) {
            value.wrong(&format!("`{name}` is set twice; header names have no case"));
        }
        value.parsed(text::header_value);
        set.push((name.to_owned(), value.value.to_owned()));
    }
    set
}
