//! Writes what a tag stands for, so that it cannot change how the page around it is read.

use crate::tags::Expansion;

/// Where a tag stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Between elements.
    Text,
    /// In a title or a textarea, which hold no elements.
    PlainText,
    /// In an attribute with quotes.
    Quoted,
    /// In an attribute without.
    Unquoted,
    /// In a script that has no `<!--` open, or in a style.
    Code,
    /// In a comment, or in a script after `<!--`.
    Comment,
}

/// Writes it; false and nothing written if it has no safe form there.
pub fn write(expansion: &Expansion, place: Place, out: &mut Vec<u8>) -> bool {
    let text = match (expansion, place) {
        (Expansion::Markup(markup), Place::Text) => {
            out.extend_from_slice(markup.as_bytes());
            return true;
        }
        (Expansion::Markup(_), _) => return false,
        (Expansion::Plain(text), _) => text,
    };
    let is_safe = match place {
        Place::Text | Place::PlainText | Place::Quoted => true,
        // An empty value would make the next attribute its value.
        Place::Unquoted => !text.is_empty() && text.bytes().all(is_plain),
        Place::Code => text.bytes().all(is_plain),
        // Nor may it bring a dash to one that stands beside it.
        Place::Comment => {
            let has_dashes = text.starts_with('-') || text.ends_with('-') || text.contains("--");
            !text.is_empty() && !has_dashes && text.bytes().all(is_plain)
        }
    };
    match place {
        _ if !is_safe => return false,
        Place::Code | Place::Comment => out.extend_from_slice(text.as_bytes()),
        _ => escape(text, out),
    }
    true
}

fn escape(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            other => out.push(other),
        }
    }
}

/// What needs no escaping in any place.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._~:/?#&=%+;@,-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, place: Place) -> Option<String> {
        let mut out = Vec::new();
        write(&Expansion::Plain(text.to_owned()), place, &mut out).then(|| String::from_utf8(out).unwrap())
    }

    #[test]
    fn text_is_escaped_for_its_place() {
        assert_eq!(written("a<b>&\"'", Place::Text).as_deref(), Some("a&lt;b&gt;&amp;&quot;&#39;"));
        assert_eq!(written("a b", Place::Quoted).as_deref(), Some("a b"));
        assert_eq!(written("a&b", Place::Unquoted).as_deref(), Some("a&amp;b"));
        assert_eq!(written("a&b", Place::Code).as_deref(), Some("a&b"));
        for (text, place) in [
            ("a b", Place::Unquoted),
            ("", Place::Unquoted),
            ("a>b", Place::Unquoted),
            ("a'", Place::Code),
            ("<", Place::Comment),
            ("-a", Place::Comment),
            ("a-", Place::Comment),
            ("a--b", Place::Comment),
            ("", Place::Comment),
        ] {
            assert_eq!(written(text, place), None, "{text:?} {place:?}");
        }
    }

    #[test]
    fn markup_is_only_for_text() {
        let markup = Expansion::Markup("<b>".to_owned());
        for place in [Place::PlainText, Place::Quoted, Place::Unquoted, Place::Code, Place::Comment] {
            assert!(!write(&markup, place, &mut Vec::new()));
        }
        assert!(write(&markup, Place::Text, &mut Vec::new()));
    }
}
