//! Where a tag ends, and what its attributes are (WHATWG HTML 13.2.5.6 to 13.2.5.40).

use crate::tags::scan::{find, from, is_space};

/// Reads a tag up to its `>`; goes on where it stopped when more bytes came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagEnd {
    within: Within,
    seen: usize,
}

/// Where in a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Name,
    BeforeAttribute,
    Attribute,
    AfterAttribute,
    BeforeValue,
    Quoted(u8),
    Unquoted,
    Slash,
}

impl TagEnd {
    /// Before the first byte after `<` or `</`.
    pub const START: Self = Self { within: Within::Name, seen: 0 };

    /// The tag's length up to and with `>`, and whether it closes itself. The bytes begin where the tag
    /// begins, as they did in the calls before.
    pub fn find(&mut self, bytes: &[u8]) -> Option<(usize, bool)> {
        while let Some(byte) = bytes.get(self.seen).copied() {
            self.seen += 1;
            self.within = match self.within {
                Within::Quoted(quote) => {
                    let value = from(bytes, self.seen - 1);
                    match find([quote], value) {
                        Some(length) => {
                            self.seen += length;
                            Within::BeforeAttribute
                        }
                        None => {
                            self.seen = bytes.len();
                            return None;
                        }
                    }
                }
                within if byte == b'>' => {
                    self.within = within;
                    return Some((self.seen, within == Within::Slash));
                }
                Within::Unquoted if !is_space(byte) => Within::Unquoted,
                Within::Unquoted => Within::BeforeAttribute,
                Within::BeforeValue => match byte {
                    b'"' | b'\'' => Within::Quoted(byte),
                    _ if is_space(byte) => Within::BeforeValue,
                    _ => Within::Unquoted,
                },
                _ if byte == b'/' => Within::Slash,
                Within::Name if !is_space(byte) => Within::Name,
                Within::Attribute | Within::AfterAttribute if byte == b'=' => Within::BeforeValue,
                Within::Attribute | Within::AfterAttribute if is_space(byte) => Within::AfterAttribute,
                _ if is_space(byte) => Within::BeforeAttribute,
                // A `=` where a name should begin is the name's first character.
                _ => Within::Attribute,
            };
        }
        None
    }

    /// The same place, for bytes that begin where these ended.
    pub fn cut(self) -> Self {
        Self { seen: 0, ..self }
    }
}

/// A tag's name in lower case.
#[derive(Debug, Clone, Copy)]
pub struct Name {
    bytes: [u8; LONGEST_NAME],
    length: usize,
}

impl Name {
    /// The name that these bytes, after `<` or `</`, begin with. One that is too long is empty: it is
    /// no name of HTML.
    #[inline]
    pub fn of(bytes: &[u8]) -> Self {
        let mut name = Self { bytes: [0; LONGEST_NAME], length: 0 };
        for byte in bytes.iter().take_while(|byte| !ends_name(**byte)) {
            let Some(to) = name.bytes.get_mut(name.length) else {
                return Self { bytes: [0; LONGEST_NAME], length: 0 };
            };
            *to = byte.to_ascii_lowercase();
            name.length += 1;
        }
        name
    }

    /// In lower case.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Whether this byte ends a tag's name.
pub fn ends_name(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'/' | b'>')
}

/// One attribute, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// In any case.
    pub name: &'a [u8],
    /// Between the quotes; empty if there is none.
    pub value: &'a [u8],
    /// Where the value begins in the tag.
    pub at: usize,
    /// Whether the value stands in quotes.
    pub is_quoted: bool,
}

impl Attribute<'_> {
    /// Whether it is that one, given in lower case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The attributes of a complete tag `<name ...>`, in order.
pub fn attributes(tag: &[u8]) -> impl Iterator<Item = Attribute<'_>> {
    let in_name = |byte: &&u8| !ends_name(**byte);
    let mut at = 1 + from(tag, 1).iter().take_while(in_name).count();
    core::iter::from_fn(move || {
        let count = |at: usize, is: &dyn Fn(u8) -> bool| from(tag, at).iter().take_while(|byte| is(**byte)).count();
        at += count(at, &|byte| is_space(byte) || byte == b'/');
        let start = at;
        tag.get(at).filter(|byte| **byte != b'>')?;
        at += 1 + count(at + 1, &|byte| !(is_space(byte) || matches!(byte, b'/' | b'>' | b'=')));
        let name = tag.get(start..at).unwrap_or_default();
        let spaces = count(at, &is_space);
        if tag.get(at + spaces) != Some(&b'=') {
            return Some(Attribute { name, value: &[], at, is_quoted: false });
        }
        at += spaces + 1;
        at += count(at, &is_space);
        let quote = tag.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        at += usize::from(quote.is_some());
        let length = match quote {
            Some(quote) => count(at, &|byte| byte != quote),
            None => count(at, &|byte| !(is_space(byte) || byte == b'>')),
        };
        let value = from(tag, at).get(..length).unwrap_or_default();
        let attribute = Attribute { name, value, at, is_quoted: quote.is_some() };
        at += length + usize::from(quote.is_some());
        Some(attribute)
    })
}

/// The longest name that is told from others.
const LONGEST_NAME: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tag: &str) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        attributes(tag.as_bytes()).map(|attribute| (text(attribute.name), text(attribute.value))).collect()
    }

    #[test]
    fn a_tag_ends_where_a_browser_ends_it() {
        for (tag, closes) in [
            ("a>", false),
            ("a/>", true),
            ("a b=/>", false),
            ("a b=x/c='>", false),
            ("a b='>'>", false),
            ("a b= \"'>\"c='>' / >", false),
            ("a =\">", false),
            ("a b\">", false),
            ("a b=c\">", false),
            ("a b =\n'>'/>", true),
            ("a b= >", false),
            ("a/b='>'>", false),
        ] {
            let page = format!("{tag}'\">");
            let mut whole = TagEnd::START;
            assert_eq!(whole.find(page.as_bytes()), Some((tag.len(), closes)), "{tag}");
            let mut piecewise = TagEnd::START;
            let ends: Vec<_> = (0..tag.len()).filter_map(|end| piecewise.find(&tag.as_bytes()[..end])).collect();
            assert_eq!((ends, piecewise.find(tag.as_bytes())), (vec![], Some((tag.len(), closes))), "{tag}");
        }
    }

    #[test]
    fn attributes_are_what_a_browser_reads() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read("<a>"), []);
        assert_eq!(
            read("<a b C=d/e f='g h'i=\"\"/>"),
            [pair("b", ""), pair("C", "d/e"), pair("f", "g h"), pair("i", "")]
        );
        assert_eq!(read("<a =b=c d = 'e' f= >"), [pair("=b", "c"), pair("d", "e"), pair("f", "")]);
        assert_eq!(read("<a/b/'c'=d>"), [pair("b", ""), pair("'c'", "d")]);
    }
}
