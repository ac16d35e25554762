//! The Cookie header (RFC 6265 section 4.2.1) without normalisation.

use crate::refusal::Reason;

/// The value of the only cookie of that name.
///
/// # Errors
/// `SessionDuplicate` if the name occurs twice, or hides where only some origins would look for it: two
/// Cookie headers reach the Worker joined by a comma, and a comma is part of a value here.
pub fn sole<'a>(header: &'a str, name: &str) -> Result<Option<&'a str>, Reason> {
    let mut found = None;
    for (cookie, value) in pairs(header) {
        if cookie == name && found.replace(value).is_some() {
            return Err(Reason::SessionDuplicate);
        }
        let hidden = value.split(',').skip(1).any(|piece| piece.trim_start().split('=').next() == Some(name));
        if hidden {
            return Err(Reason::SessionDuplicate);
        }
    }
    Ok(found)
}

/// The header without the cookies that `drop` names; None if none is left.
pub fn cut(header: &str, drop: impl Fn(&str) -> bool) -> Option<String> {
    let kept: Vec<&str> = header
        .split(';')
        .filter(|piece| !drop(piece.split('=').next().unwrap_or_default().trim()))
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .collect();
    (!kept.is_empty()).then(|| kept.join("; "))
}

fn pairs(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header.split(';').map(|piece| {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        (name.trim(), value.trim())
    })
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
    fn two_or_hidden_ones_are_refused() {
        for header in ["s=1; s=2", "s=1;s=1", "a=1, s=2", "a=1,s=2; b=3", "s=1, s=2"] {
            assert_eq!(sole(header, "s"), Err(Reason::SessionDuplicate), "{header}");
        }
    }

    #[test]
    fn cutting_leaves_the_others() {
        assert_eq!(cut("a=1; s=2; b=3", |n| n == "s").as_deref(), Some("a=1; b=3"));
        assert_eq!(cut("s=2", |n| n == "s"), None);
    }
}
