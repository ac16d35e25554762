//! The texts of the gateway's own pages, one file a language. The Worker holds English alone; the others stand in the
//! module that `edgegate build` writes beside the policy.

use std::sync::OnceLock;

/// English, in which everything is said that another language lacks.
pub const ENGLISH: &str = include_str!("../texts/en.txt");

/// The languages that the gateway has, English first.
#[cfg(feature = "reader")]
pub const LANGUAGES: [(&str, &str); 15] = [
    ("en", ENGLISH),
    ("de", include_str!("../texts/de.txt")),
    ("fr", include_str!("../texts/fr.txt")),
    ("es", include_str!("../texts/es.txt")),
    ("pt", include_str!("../texts/pt.txt")),
    ("it", include_str!("../texts/it.txt")),
    ("nl", include_str!("../texts/nl.txt")),
    ("pl", include_str!("../texts/pl.txt")),
    ("da", include_str!("../texts/da.txt")),
    ("nb", include_str!("../texts/nb.txt")),
    ("sv", include_str!("../texts/sv.txt")),
    ("fi", include_str!("../texts/fi.txt")),
    ("ja", include_str!("../texts/ja.txt")),
    ("ar", include_str!("../texts/ar.txt")),
    ("he", include_str!("../texts/he.txt")),
];

/// The texts of a language.
#[cfg(feature = "reader")]
pub fn of(language: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(name, _)| *name == language).map(|(_, texts)| *texts)
}

/// The text of a key in English. The lines are found once in an isolate: a page asks for a dozen.
pub fn english(key: &str) -> Option<&'static str> {
    static LINES: OnceLock<Vec<(&str, &str)>> = OnceLock::new();
    let lines = LINES.get_or_init(|| all(ENGLISH).collect());
    lines.iter().find(|(known, _)| *known == key).map(|(_, text)| *text)
}

/// The text of a key, in texts of one language.
pub fn find<'t>(texts: &'t str, key: &str) -> Option<&'t str> {
    texts.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "))
}

/// Every key with its text.
pub fn all(texts: &str) -> impl Iterator<Item = (&str, &str)> {
    texts.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "))
}

/// The names in braces that a text has, sorted.
#[cfg(feature = "reader")]
pub fn placeholders(text: &str) -> Vec<&str> {
    let parts = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
    let mut names: Vec<&str> = parts.map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}
