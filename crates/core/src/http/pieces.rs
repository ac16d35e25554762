//! A text cut at a byte of ASCII. Every request is cut with it: it sets no searcher up, which would cost more than to search pieces
//! this short.

/// The pieces between a separator, empty ones included, as [`str::split`] gives them. The separator is ASCII.
///
/// # Example
/// ```
/// use edgegate_core::http::pieces;
///
/// assert_eq!(pieces("a&&b", b'&').collect::<Vec<_>>(), ["a", "", "b"]);
/// ```
pub fn pieces(text: &str, separator: u8) -> Pieces<'_> {
    Pieces { rest: Some(text), separator }
}

/// An iterator over those pieces.
#[derive(Debug, Clone)]
pub struct Pieces<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest?;
        let (piece, rest) = halves(text, self.separator).map_or((text, None), |(piece, rest)| (piece, Some(rest)));
        self.rest = rest;
        Some(piece)
    }
}

/// What stands before and behind the first separator, as [`str::split_once`] gives them. The separator is ASCII.
pub fn halves(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::{halves, pieces};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_are_those_of_the_standard_library(text in "[a&;=é\n]{0,12}") {
            for separator in ['&', ';', '=', '\n'] {
                let own: Vec<&str> = pieces(&text, separator as u8).collect();
                prop_assert_eq!(own, text.split(separator).collect::<Vec<_>>());
                prop_assert_eq!(halves(&text, separator as u8), text.split_once(separator));
            }
        }
    }
}
