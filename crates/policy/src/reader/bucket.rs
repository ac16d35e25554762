//! A bucket as an origin: what the file says of it, and what of a route or a table means nothing to one.

use super::names::Names;
use super::table::Table;
use super::text;
use super::value::Text;
use crate::shape::{origin, route, route_forward};
use crate::{BearerUse, Bucket, Forward, Origin, Via};

/// The keys of an origin that speak of a bucket; None where there is no `r2`, or a wrong one.
pub(crate) fn read(table: &Table<'_>) -> Option<Bucket> {
    let binding = table.checked(&origin::R2, text::binding);
    let index = table.checked(&origin::INDEX, document);
    let not_found = table.checked(&origin::NOT_FOUND, key);
    let uploads = table.flag(&origin::UPLOADS);
    if !table.has(&origin::R2) {
        for key in [&origin::INDEX, &origin::NOT_FOUND, &origin::UPLOADS].into_iter().filter(|key| table.has(key)) {
            table.wrong(key, "has no effect on this origin, which is no bucket; leave it out");
        }
    }
    if table.has(&origin::R2) {
        for key in [&origin::AUTHORIZATION, &origin::SET_SECRET].into_iter().filter(|key| table.has(key)) {
            table.wrong(key, NO_HEADERS);
        }
    }
    Some(Bucket { binding: binding?, index, not_found, uploads })
}

/// Reports a bucket that takes uploads under one name and is trusted under another.
pub(crate) fn check_alike(table: &Table<'_>, origin: Option<&Origin>, others: &Names<Origin>) {
    let Some(Via::Bucket(bucket)) = origin.map(|origin| &origin.via) else { return };
    let differs = |other: &Bucket| other.binding == bucket.binding && other.uploads != bucket.uploads;
    let other = others.things().find(|other| matches!(&other.via, Via::Bucket(other) if differs(other)));
    if let Some(other) = other {
        let reason = format!(
            "is the bucket of `[origins.{}]` as well, and only one of the two says `uploads = true`",
            other.name
        );
        table.wrong(&origin::R2, &reason);
    }
}

/// Reports a bucket where the gateway itself asks an origin something; `text` is where it is named for that.
pub(crate) fn check_for_calls(text: &Text<'_>, origin: &Origin) {
    if matches!(origin.via, Via::Bucket(_)) {
        text.wrong(&format!(
            "`{}` is a bucket, which answers no questions; name an origin by `url`, `service` or `handler`",
            origin.name
        ));
    }
}

/// Reports what a route says of its forwarding that a bucket never sees.
pub(crate) fn check_forward(table: &Table<'_>, origin: Option<&Origin>) {
    if !matches!(origin.map(|origin| &origin.via), Some(Via::Bucket(_))) {
        return;
    }
    let keys = [
        &route_forward::HOST,
        &route_forward::SET,
        &route_forward::SET_SECRET,
        &route_forward::AUTHORIZATION,
        &route_forward::REMOVE,
        &route_forward::JWT_AUDIENCE,
    ];
    for key in keys.into_iter().filter(|key| table.has(key)) {
        table.wrong(key, NO_HEADERS);
    }
}

/// Reports what else of a route a bucket cannot keep.
pub(crate) fn check_route(table: &Table<'_>, forward: Option<&Forward>, methods: &[String], bearer: &BearerUse) {
    let Some(Via::Bucket(bucket)) = forward.map(|forward| &forward.origin.via) else { return };
    for method in methods {
        match method.as_str() {
            "GET" | "HEAD" => {}
            "PUT" | "DELETE" if bucket.uploads => {}
            "PUT" | "DELETE" => {
                let reason = format!("`{method}` changes the bucket, whose origin lacks `uploads = true`");
                table.wrong(&route::METHODS, &reason);
            }
            _ => {
                let reason = format!("`{method}` means nothing to a bucket, which takes GET, HEAD, PUT and DELETE");
                table.wrong(&route::METHODS, &reason);
            }
        }
    }
    if table.has(&route::HEADERS) {
        table.wrong(&route::HEADERS, NO_HEADERS);
    }
    if bearer.form {
        table.wrong(&route::BEARER, "`form` has no effect: a form is not sent to a bucket");
    }
}

/// Said of what an origin would get in header fields.
const NO_HEADERS: &str = "has no effect: a bucket gets the name of an object, and no headers";

/// Name of an object within a folder.
fn document(text: &str) -> Result<(), String> {
    match text.contains('/') || text.len() > 128 {
        true => Err(format!("`{text}` is not possible here: a name of at most 128 bytes without `/`")),
        false => key(text),
    }
}

/// Key of an object.
fn key(text: &str) -> Result<(), String> {
    match text.is_empty() || text.len() > 1024 || text.starts_with('/') || text.chars().any(char::is_control) {
        true => Err(format!("`{text}` is not possible here: a key of 1 to 1024 bytes without a `/` in front")),
        false => Ok(()),
    }
}
