//! `forward` of a route: the origin, and what it gets beside the request.

use super::deployment;
use super::table::Table;
use super::text;
use crate::sections::Surroundings;
use crate::shape::{route, route_forward};
use crate::{Forward, NamePattern, PathPattern, Via};

/// Reads the table.
pub(super) fn read(
    table: &Table<'_>,
    around: &Surroundings<'_, '_>,
    from: Option<&PathPattern>,
    gets_passwords: bool,
) -> Option<Forward> {
    let table = table.table(&route::FORWARD)?;
    let origin = table.text(&route_forward::ORIGIN);
    let origin = origin.and_then(|name| {
        let origin = around.origins.find(&name, name.value)?;
        if gets_passwords {
            deployment::check_for_passwords(&name, &origin);
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
        let reason = "is possible only for an origin by `service`; by `url` the platform always sends that URL's host";
        table.wrong(&route_forward::HOST, reason);
    }
    let jwt_audience = table.checked(&route_forward::JWT_AUDIENCE, text::audience);
    if jwt_audience.is_some() && !around.signs_identities {
        table.wrong(&route_forward::JWT_AUDIENCE, "needs a key to sign with: `[identity] keys = [\"…\"]`");
    }
    let set = set(&table);
    let mut remove = Vec::new();
    for text in table.texts(&route_forward::REMOVE) {
        let Some(names) = text.parsed(NamePattern::parse) else { continue };
        if names.touches("edgegate-") {
            text.wrong(&format!("`{names}` covers the `Edgegate-*` headers that tell the origin who calls"));
        }
        remove.push(names);
    }
    Some(Forward { origin: origin?, path, host, set, remove, jwt_audience })
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
