//! The Cookie header (RFC 6265 section 4.2.1) without normalisation.
//!
//! Two Cookie headers reach the Worker joined by a comma, which no cookie's name or value may hold. What stands
//! behind a comma is never read as a credential; [`hides`] finds it, so that it is not forwarded as one either.

use crate::http::{halves, pieces};
use crate::refusal::Reason;

/// The value of the only cookie of that name.
///
/// # Errors
/// `SessionDuplicate` if the name occurs twice.
///
/// # Example
/// ```
/// use edgegate_core::http::cookie::sole;
/// use edgegate_core::refusal::Reason;
///
/// assert_eq!(sole("a=1; b=2", "b"), Ok(Some("2")));
/// assert_eq!(sole("b=1; b=2", "b"), Err(Reason::SessionDuplicate));
/// ```
pub fn sole<'a>(header: &'a str, name: &str) -> Result<Option<&'a str>, Reason> {
    let mut found = None;
    for (cookie, value) in pieces(header, b';').map(pair) {
        if cookie == name && found.replace(value).is_some() {
            return Err(Reason::SessionDuplicate);
        }
    }
    Ok(found)
}

/// Every value that somebody could read under that name, hidden ones included.
pub fn all<'a>(header: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    header.split([';', ',']).map(pair).filter(move |(cookie, _)| *cookie == name).map(|(_, value)| value)
}

/// The values that stand where a cookie may, not behind a comma.
pub fn visible<'a>(header: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    pieces(header, b';').map(pair).filter(move |(cookie, _)| *cookie == name).map(|(_, value)| value)
}

/// Whether a name of those stands behind a comma, where only some origins would look for it.
pub fn hides(header: &str, is_one: impl Fn(&str) -> bool) -> bool {
    header.contains(',') && header.split(';').any(|piece| piece.split(',').skip(1).any(|hidden| is_one(pair(hidden).0)))
}

/// Every name that somebody could read, hidden ones included.
pub fn names(header: &str) -> impl Iterator<Item = &str> {
    pieces(header, b';').flat_map(|piece| pieces(piece, b',')).map(|piece| pair(piece).0)
}

/// The header without the cookies that `drop` names; None if none is left.
///
/// # Example
/// ```
/// use edgegate_core::http::cookie::cut;
///
/// assert_eq!(cut("a=1; session=x", |name, _| name == "session").as_deref(), Some("a=1"));
/// assert_eq!(cut("session=x", |name, _| name == "session"), None);
/// ```
pub fn cut(header: &str, drop: impl Fn(&str, &str) -> bool) -> Option<String> {
    let dropped = |piece: &str| {
        let (name, value) = pair(piece);
        drop(name, value)
    };
    let kept: Vec<&str> =
        pieces(header, b';').map(str::trim).filter(|piece| !piece.is_empty() && !dropped(piece)).collect();
    (!kept.is_empty()).then(|| kept.join("; "))
}

/// Whether some origin takes a cookie's name for another: nginx ignores case, PHP takes an index off and makes `.` and a
/// space `_`.
pub fn reads_as(name: &str, other: &str) -> bool {
    let base = name.split('[').next().unwrap_or_default();
    let folded = |b: u8| if matches!(b, b'.' | b' ') { b'_' } else { b.to_ascii_lowercase() };
    base.bytes().map(folded).eq(other.bytes().map(folded))
}

fn pair(piece: &str) -> (&str, &str) {
    let (name, value) = halves(piece, b'=').unwrap_or((piece, ""));
    (name.trim(), value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cookie_is_found() {
        assert_eq!(sole("a=1; s=x=y; b", "s"), Ok(Some("x=y")));
        assert_eq!(sole("a=1", "s"), Ok(None));
    }

    #[test]
    fn two_are_refused() {
        for header in ["s=1; s=2", "s=1;s=1", "s; s=1"] {
            assert_eq!(sole(header, "s"), Err(Reason::SessionDuplicate), "{header}");
        }
    }

    #[test]
    fn what_stands_behind_a_comma_is_found_and_not_read() {
        for header in ["a=1, s=2", "a=1,s=2; b=3", "x, s=2", "a=\"z, s=2\""] {
            assert!(hides(header, |name| name == "s"), "{header}");
            assert_eq!(sole(header, "s"), Ok(None), "{header}");
            assert_eq!(all(header, "s").count(), 1, "{header}");
        }
        assert!(!hides("a=1; s=2", |name| name == "s"));
        assert_eq!(all("s=1; a=2, s=3", "s").collect::<Vec<_>>(), ["1", "3"]);
    }

    #[test]
    fn aliases_of_a_name() {
        for name in ["__Host-edgegate", "__HOST-EDGEGATE", "__host-edgegate[x]", "__Host-edgegate[", "._host-edgegate"]
        {
            assert!(reads_as(name, "__Host-edgegate"), "{name}");
        }
        assert!(!reads_as("edgegate2", "edgegate") && !reads_as("edge-gate", "edge_gate") && !reads_as("", "a"));
    }

    #[test]
    fn cutting_leaves_the_others() {
        assert_eq!(cut("a=1; s=2; b=3", |n, _| n == "s").as_deref(), Some("a=1; b=3"));
        assert_eq!(cut("s=2", |n, v| n == "s" && v == "2"), None);
    }
}
