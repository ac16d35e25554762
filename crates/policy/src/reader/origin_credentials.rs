//! What the gateway shows an origin: `set_secret` and `authorization` of an origin and of a route.

use std::sync::Arc;

use super::names::Names;
use super::problem::Report;
use super::table::Table;
use super::text;
use crate::field_name::fold;
use crate::shape::{Key, origin_authorization};
use crate::{Origin, OriginAuthorization, OriginCredentials, Route};

/// `authorization = { … }`, where it is a table.
pub(super) fn authorization(table: &Table<'_>, key: &Key) -> Option<OriginAuthorization> {
    let inner = table.table(key)?;
    let [basic, bearer] = [&origin_authorization::BASIC, &origin_authorization::BEARER];
    if inner.has(basic) == inner.has(bearer) {
        table.wrong(key, "holds exactly one of `basic` and `bearer`");
        return None;
    }
    let name = |key: &Key| inner.checked(key, text::secret);
    name(basic).map(OriginAuthorization::Basic).or_else(|| name(bearer).map(OriginAuthorization::Bearer))
}

/// `set_secret = { … }`: headers, each with the name of its secret.
pub(super) fn headers(table: &Table<'_>, key: &Key) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    let Some(table) = table.free_table(key) else { return headers };
    for (name, value) in table.all_texts() {
        if let Err(reason) = text::settable_header(name) {
            value.wrong(&reason);
        }
        if headers.iter().any(|(earlier, _)| is_same(earlier, name)) {
            value.wrong(&format!("`{name}` is set twice; origins read `-`, `_` and `.` of header names as one"));
        }
        value.parsed(text::secret);
        headers.push((name.to_owned(), value.value.to_owned()));
    }
    headers
}

/// What an origin gets along a route: what the route says, and of its origin what the route does not say anew.
pub(super) fn together(route: OriginCredentials, origin: &OriginCredentials) -> OriginCredentials {
    let is_new = |name: &str| !route.headers.iter().any(|(known, _)| is_same(known, name));
    let of_origin: Vec<_> = origin.headers.iter().filter(|(name, _)| is_new(name)).cloned().collect();
    OriginCredentials {
        authorization: route.authorization.or_else(|| origin.authorization.clone()),
        headers: route.headers.into_iter().chain(of_origin).collect(),
    }
}

/// Whether some origin reads two names of headers as one.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

/// The origin learns the values, so none of them is the secret of something else. `taken`: names of all other secrets.
pub(super) fn check_secrets(report: &Report, taken: &[String], origins: &Names<Origin>, routes: &[Arc<Route>]) {
    let of_origins = origins.things().map(|origin| (format!("origins.{}", origin.name), &origin.credentials));
    let of_routes = routes.iter().map(|route| (format!("routes.{}", route.name), &route.forward.credentials));
    let mut told: Vec<&str> = Vec::new();
    for (table, credentials) in of_origins.chain(of_routes) {
        for name in credentials.secrets().filter(|name| taken.iter().any(|other| other == name)) {
            if told.contains(&name) {
                continue;
            }
            told.push(name);
            let reason = "is another's secret already, and would be sent to the origin";
            report.add(report.place(&table).unwrap_or(1), format!("{table}: `{name}` {reason}"));
        }
    }
}
