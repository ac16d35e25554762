//! `rate` of a route: how many requests, and whether its credentials say whose they are.

use super::suggest;
use super::table::Table;
use crate::sections::Surroundings;
use crate::shape::{MINUTE, route, route_rate};
use crate::{CredentialKind, Facts, Rate, RateBy, SingleUse};

/// `rate` of a route that accepts these kinds.
pub(super) fn read(table: &Table<'_>, around: &Surroundings<'_, '_>, kinds: &[CredentialKind]) -> Option<Rate> {
    let table = table.table(&route::RATE)?;
    let by = table.word(&route_rate::BY, &route_rate::WORDS);
    let gives = |by: RateBy| kinds.iter().any(|kind| kind.facts().counted_by.contains(&by));
    if let Some(by) = by.filter(|by| *by != RateBy::Network && !kinds.is_empty() && !gives(*by)) {
        table.wrong(&route_rate::BY, &none_of(by));
    }
    let exact = table.flag(&route_rate::EXACT);
    if exact && around.single_use == SingleUse::BestEffort {
        let reason = "`exact` counts in the ledger, which `[storage] single_use = \"best-effort\"` does without";
        table.wrong(&route_rate::EXACT, reason);
    }
    let period = table.seconds(&route_rate::PERIOD);
    if !exact && table.has(&route_rate::PERIOD) && ![10, MINUTE].contains(&period) {
        let reason = "the platform's limiter counts for `10s` or `1m`; for another time write `exact = true`";
        table.wrong(&route_rate::PERIOD, reason);
    }
    Some(Rate { limit: table.number(&route_rate::LIMIT)?, period, by: by?, exact })
}

/// Said of a word that none of the route's credentials has anything for.
fn none_of(by: RateBy) -> String {
    let gives = Facts::ALL.iter().filter(|facts| facts.counted_by.contains(&by));
    let words: Vec<String> = gives.map(|facts| facts.spelling()).collect();
    format!(
        "no credential of the route says whose `{}` it is, since `accept` has none of {}",
        by.word(),
        suggest::listed(words.iter().map(String::as_str))
    )
}
