//! Addresses of the origin in the head of its answer.

use crate::forward::returned::Mapping;
use crate::gate::answered::Edit;

/// Fields of the origin's answer that may name its addresses; empty where it has none.
#[derive(Debug, Clone, Default)]
pub struct Said<'a> {
    /// Location.
    pub location: &'a str,
    /// Content-Location.
    pub content_location: &'a str,
    /// Refresh.
    pub refresh: &'a str,
    /// Link.
    pub link: &'a str,
    /// Each Set-Cookie.
    pub cookies: Vec<&'a str>,
}

impl<'a> Said<'a> {
    /// From a line for each field, and one for each cookie.
    pub fn read(mut lines: impl Iterator<Item = &'a str>) -> Self {
        let mut line = || lines.next().unwrap_or_default();
        let (location, content_location, refresh, link) = (line(), line(), line(), line());
        Self { location, content_location, refresh, link, cookies: lines.collect() }
    }
}

/// What has to change, before anything else is added.
pub fn edits<'a>(mapping: &Mapping<'_>, said: &Said<'_>) -> Vec<Edit<'a>> {
    let mut edits = Vec::new();
    let mut set = |name: &'static str, mapped: Option<String>| edits.extend(mapped.map(|value| Edit::Set(name, value)));
    set("location", mapping.reference(said.location));
    set("content-location", mapping.reference(said.content_location));
    set("refresh", mapping.refresh(said.refresh));
    set("link", mapping.link(said.link));
    edits.extend(cookies(mapping, &said.cookies));
    edits
}

/// All cookies anew, in their order, if one of them changes. A control character would not outlast that, nor would a byte
/// that is no UTF-8, which the runtime hands over as U+FFFD: then all stay.
fn cookies<'a>(mapping: &Mapping<'_>, said: &[&str]) -> Vec<Edit<'a>> {
    let mapped: Vec<Option<String>> = said.iter().map(|cookie| mapping.cookie(cookie)).collect();
    let is_kept = mapped.iter().all(Option::is_none);
    if is_kept || said.iter().any(|cookie| cookie.chars().any(is_lost)) {
        return Vec::new();
    }
    let one = |(mapped, cookie): (Option<String>, &&str)| {
        Edit::Append("set-cookie", mapped.unwrap_or_else(|| (*cookie).to_owned()))
    };
    core::iter::once(Edit::Remove("set-cookie")).chain(mapped.into_iter().zip(said).map(one)).collect()
}

fn is_lost(c: char) -> bool {
    c.is_control() || c == char::REPLACEMENT_CHARACTER
}
