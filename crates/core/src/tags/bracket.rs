//! Recognises `[[...]]`.

use crate::tags::scan::from;

/// What stands where a `[` was found.
#[derive(Debug, PartialEq, Eq)]
pub enum Bracket<'a> {
    /// Nothing of ours.
    No,
    /// It is not told before more bytes come.
    Unfinished,
    /// The text between the brackets.
    Tag(&'a str),
}

/// Reads at a `[`.
pub fn read(bytes: &[u8]) -> Bracket<'_> {
    read_on(bytes, &mut 0)
}

/// The same, going on where it stopped when more bytes came. `seen`: how many between the brackets were looked at.
pub fn read_on<'a>(bytes: &'a [u8], seen: &mut usize) -> Bracket<'a> {
    match bytes.get(1) {
        Some(b'[') => {}
        Some(_) => return Bracket::No,
        None => return Bracket::Unfinished,
    }
    let inner = from(bytes, 2);
    // NUL to space's predecessor are the control characters; brackets of any kind end the hope.
    let is_inside = |byte: &u8| !matches!(byte, 0..0x20 | 0x7f | b'[' | b']' | b'<' | b'>');
    let length = *seen + inner.iter().take(LONGEST + 1).skip(*seen).take_while(|byte| is_inside(byte)).count();
    *seen = length;
    if length > LONGEST {
        return Bracket::No;
    }
    match (inner.get(length), inner.get(length + 1)) {
        (Some(b']'), Some(b']')) => match inner.get(..length).map(core::str::from_utf8) {
            Some(Ok(tag)) => Bracket::Tag(tag),
            _ => Bracket::No,
        },
        (None, _) | (Some(b']'), None) => Bracket::Unfinished,
        _ => Bracket::No,
    }
}

/// How many bytes a tag takes on the page.
pub fn length(tag: &str) -> usize {
    tag.len() + 4
}

/// The most bytes between the brackets.
const LONGEST: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_tag_is_one() {
        assert_eq!(read(b"[[S86:true]] x"), Bracket::Tag("S86:true"));
        assert_eq!(read(b"[[]]"), Bracket::Tag(""));
        for none in ["[x", "[[a]b]]", "[[a[", "[[a<b]]", "[[a>", "[[a\nb]]", "[[a\0", "[[a\x7f"] {
            assert_eq!(read(none.as_bytes()), Bracket::No, "{none:?}");
        }
        for unfinished in ["[", "[[", "[[a", "[[a]"] {
            assert_eq!(read(unfinished.as_bytes()), Bracket::Unfinished, "{unfinished:?}");
        }
        assert_eq!(read(b"[[\xff]]"), Bracket::No);
    }

    #[test]
    fn a_tag_is_bounded() {
        let longest = "x".repeat(LONGEST);
        assert_eq!(read(format!("[[{longest}]]").as_bytes()), Bracket::Tag(&longest));
        assert_eq!(read(format!("[[{longest}").as_bytes()), Bracket::Unfinished);
        assert_eq!(read(format!("[[{longest}x]]").as_bytes()), Bracket::No);
        assert_eq!(read(format!("[[{longest}x").as_bytes()), Bracket::No);
    }
}
