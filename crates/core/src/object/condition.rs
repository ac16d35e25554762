//! Whether the conditions of a request hold for an object (RFC 9110 section 13).

use super::date;
use super::told::Told;
use crate::http::Headers;

/// Every field that makes a request conditional.
pub(super) const NAMES: [&str; 5] =
    ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"];

/// The conditions of a request, as it has them.
#[derive(Debug, Clone)]
pub(super) struct Conditions(Vec<(&'static str, String)>);

impl Conditions {
    /// Those that are there.
    pub(super) fn of(headers: &Headers<'_>) -> Self {
        Self(NAMES.iter().filter_map(|name| Some((*name, headers.get(name)?.to_owned()))).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.0.iter()
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// The tags of an If-Match or If-None-Match.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tags<'a> {
    /// `*`
    Any,
    /// At least one.
    Some(Vec<Tag<'a>>),
}

/// An entity-tag (section 8.8.3).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    pub(super) is_weak: bool,
    /// What stands between the quotes.
    pub(super) opaque: &'a str,
}

/// Reads the tags; None if one is not of its form.
pub(super) fn tags(value: &str) -> Option<Tags<'_>> {
    let mut rest = value.trim();
    if rest == "*" {
        return Some(Tags::Any);
    }
    let mut tags = Vec::new();
    while !rest.is_empty() {
        let unmarked = rest.strip_prefix("W/");
        let (opaque, behind) = unmarked.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        if opaque.bytes().any(|byte| byte <= b' ' || byte == 0x7F) {
            return None;
        }
        tags.push(Tag { is_weak: unmarked.is_some(), opaque });
        // RFC 9110 section 5.6.1: a recipient passes over empty elements.
        let next = behind.trim_start_matches([' ', '\t', ',']);
        if !next.is_empty() && !behind.trim_start().starts_with(',') {
            return None;
        }
        rest = next;
    }
    (!tags.is_empty()).then_some(Tags::Some(tags))
}

/// The tag of a field that has one and nothing else. Not one that is called `*`: R2 takes that for any.
pub(super) fn sole(value: &str) -> Option<Tag<'_>> {
    match tags(value)? {
        Tags::Some(list) if list.len() == 1 => list.into_iter().next().filter(|tag| tag.opaque != "*"),
        _ => None,
    }
}

/// The tag of an If-Range, without quotes, if it can hold for a part. A weak one never does (section 13.1.5), and a date is
/// too coarse for an object that is replaced twice in a second.
pub(super) fn strong(value: &str) -> Option<&str> {
    sole(value).filter(|tag| !tag.is_weak).map(|tag| tag.opaque)
}

/// What the conditions come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The request is performed.
    Holds,
    /// 412
    Failed,
    /// 304
    NotModified,
}

/// In the order of section 13.2.2. A bucket's tags are strong.
pub(super) fn judge(conditions: &Conditions, told: &Told<'_>) -> Verdict {
    let date = |name| conditions.get(name).and_then(date::seconds);
    match conditions.get("if-match") {
        Some(value) if !includes(value, told.tag, false) => return Verdict::Failed,
        None if date("if-unmodified-since").is_some_and(|date| told.uploaded > date) => return Verdict::Failed,
        _ => {}
    }
    match conditions.get("if-none-match") {
        Some(value) if includes(value, told.tag, true) => Verdict::NotModified,
        None if date("if-modified-since").is_some_and(|date| told.uploaded <= date) => Verdict::NotModified,
        _ => Verdict::Holds,
    }
}

/// Whether the part may be sent: without If-Range, or with the tag that the object has.
pub(super) fn is_of_this_version(conditions: &Conditions, told: &Told<'_>) -> bool {
    conditions.get("if-range").is_none_or(|value| strong(value) == Some(told.tag))
}

fn includes(value: &str, own: &str, takes_weak: bool) -> bool {
    match tags(value) {
        Some(Tags::Any) => true,
        Some(Tags::Some(list)) => list.iter().any(|tag| tag.opaque == own && (takes_weak || !tag.is_weak)),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_tags() {
        let of = |value: &'static str| match tags(value) {
            Some(Tags::Some(list)) => list.iter().map(|tag| (tag.is_weak, tag.opaque.to_owned())).collect(),
            Some(Tags::Any) => vec![(false, "any".to_owned())],
            None => Vec::new(),
        };
        let strong = |text: &str| (false, text.to_owned());
        assert_eq!(of("*"), [strong("any")]);
        assert_eq!(of("\"a\""), [strong("a")]);
        assert_eq!(of("\"\""), [strong("")]);
        assert_eq!(of("\"a,b\" , W/\"c\",, \"*\""), [strong("a,b"), (true, "c".to_owned()), strong("*")]);
        for value in ["", ",", "a", "\"a", "\"a\" \"b\"", "\"a b\"", "w/\"a\"", "*, \"a\"", "\"a\"x"] {
            assert_eq!(of(value), [], "{value}");
        }
    }
}
