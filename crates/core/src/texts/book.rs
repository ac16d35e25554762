//! Texts and pictures of pages, in the module that `edgegate build` writes beside the policy.
//!
//! It begins with the places of its pieces, so that a page reads the one language that it is written in.

use std::cell::OnceCell;
use std::fmt;

/// The module. Without one, pages are in English and have no pictures.
#[derive(Default)]
pub struct Book {
    read: Option<Box<Read>>,
    /// Its pieces and where they are, from the first page on.
    places: OnceCell<Vec<(String, Place)>>,
}

/// The bytes from one place to another.
type Read = dyn Fn(u32, u32) -> Vec<u8>;

impl Book {
    /// The module whose bytes from one place to another somebody reads.
    pub fn new(read: impl Fn(u32, u32) -> Vec<u8> + 'static) -> Self {
        Self { read: Some(Box::new(read)), places: OnceCell::new() }
    }

    /// The texts of a language.
    pub(super) fn texts(&self, language: &str) -> Option<String> {
        String::from_utf8(self.piece(&format!("{language}.txt"))?).ok()
    }

    /// The name of the picture that plays a part: `logo`, `favicon`.
    pub fn picture(&self, part: &str) -> Option<String> {
        let mut names = self.places().iter().map(|(name, _)| name);
        names.find(|name| name.strip_prefix(part).is_some_and(|rest| rest.starts_with('.'))).cloned()
    }

    /// A piece of it.
    pub fn piece(&self, name: &str) -> Option<Vec<u8>> {
        let &(_, (from, to)) = self.places().iter().find(|(known, _)| known == name)?;
        let piece = self.read.as_ref()?(from, to);
        (piece.len() == usize::try_from(to.checked_sub(from)?).ok()?).then_some(piece)
    }

    fn places(&self) -> &[(String, Place)] {
        let found = || {
            let read = self.read.as_ref()?;
            let head = u32::try_from(MAGIC.len()).ok()?;
            let start = read(0, head + 4);
            let length = <[u8; 4]>::try_from(start.strip_prefix(MAGIC)?).ok().map(u32::from_be_bytes)?;
            let places = String::from_utf8(read(head + 4, head.checked_add(4)?.checked_add(length)?)).ok()?;
            Some(places_of(&places).collect())
        };
        self.places.get_or_init(|| found().unwrap_or_default())
    }
}

/// From where to where.
type Place = (u32, u32);

fn places_of(places: &str) -> impl Iterator<Item = (String, Place)> {
    places.lines().filter_map(|line| {
        let mut parts = line.split(' ');
        let (name, from, to) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some((name.to_owned(), (from, to)))
    })
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.read.is_some() { "Book" } else { "no Book" })
    }
}

/// Writes a module of pieces, each with its name.
///
/// # Example
/// ```
/// use edgegate_core::texts::{Book, bind};
///
/// let module = bind(&[("de.txt".to_owned(), b"home = Zur Startseite".to_vec()), ("logo.1.svg".to_owned(), b"<svg/>".to_vec())]);
/// let book = Book::new(move |from, to| module.get(from as usize..to as usize).unwrap_or_default().to_vec());
/// assert_eq!(book.picture("logo").as_deref(), Some("logo.1.svg"));
/// assert_eq!(book.piece("logo.1.svg").as_deref(), Some(b"<svg/>".as_slice()));
/// assert_eq!(book.piece("fr.txt"), None);
/// ```
pub fn bind(pieces: &[(String, Vec<u8>)]) -> Vec<u8> {
    // Their places have a fixed width, so that where the first begins is known before.
    let lines = |at: usize| {
        let mut from = at;
        let mut lines = String::new();
        for (name, piece) in pieces {
            let to = from + piece.len();
            lines.push_str(&format!("{name} {from:010} {to:010}\n"));
            from = to;
        }
        lines
    };
    let places = lines(MAGIC.len() + 4 + lines(0).len());
    let length = u32::try_from(places.len()).unwrap_or_default().to_be_bytes();
    let head = [MAGIC, &length, places.as_bytes()].concat();
    pieces.iter().fold(head, |mut module, (_, piece)| {
        module.extend(piece);
        module
    })
}

const MAGIC: &[u8] = b"edgegate pages\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_module_or_was_cut_has_no_pieces() {
        let whole = bind(&[("de.txt".to_owned(), vec![b'x'; 100])]);
        let of = |bytes: Vec<u8>| {
            Book::new(move |from, to| {
                let end = (to as usize).min(bytes.len());
                bytes.get(from as usize..end).unwrap_or_default().to_vec()
            })
        };
        assert_eq!(of(whole.clone()).texts("de"), Some("x".repeat(100)));
        for length in 0..whole.len() {
            assert_eq!(of(whole[..length].to_vec()).piece("de.txt"), None, "{length}");
        }
        assert_eq!(of(b"something else, and long enough".to_vec()).piece("de.txt"), None);
        assert_eq!(Book::default().piece("de.txt"), None);
    }
}
