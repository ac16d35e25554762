//! What the gateway's own pages say, in the visitor's language.
//!
//! English is part of the gateway. Other languages, and the operator's own texts and pictures, stand in the [`Book`] beside
//! the policy, of which only what a page needs is read, when it is written.

mod book;

pub use crate::texts::book::{Book, bind};

use crate::http::language;
use crate::policy::texts;

/// The texts of one language. What they give is HTML: text is escaped, and values are HTML already.
#[derive(Debug, Clone)]
pub struct Words<'p> {
    language: &'p str,
    texts: Option<String>,
}

impl<'p> Words<'p> {
    /// In English.
    pub const fn english() -> Self {
        Self { language: "en", texts: None }
    }

    /// In that of the languages which a person wants most, or else in the first.
    pub fn choose(languages: &'p [String], accepted: Option<&str>, book: &Book) -> Self {
        let offered: Vec<&str> = languages.iter().map(String::as_str).collect();
        let Some(language) = language::wanted(accepted, &offered).or(offered.first().copied()) else {
            return Self::english();
        };
        match book.texts(language) {
            Some(texts) => Self { language, texts: Some(texts) },
            None => Self::english(),
        }
    }

    /// Its tag (RFC 5646).
    pub fn language(&self) -> &'p str {
        self.language
    }

    /// In which direction it is written, as HTML calls it.
    pub fn direction(&self) -> &'static str {
        if RIGHT_TO_LEFT.contains(&self.language) { "rtl" } else { "ltr" }
    }

    /// A text without values.
    pub fn say(&self, key: &str) -> String {
        escape(self.text(key))
    }

    /// A text with one value. A value of another direction does not turn the text around.
    pub fn with(&self, key: &str, name: &str, value: &str) -> String {
        self.say(key).replace(&["{", name, "}"].concat(), value)
    }

    fn text(&self, key: &str) -> &str {
        let own = self.texts.as_deref().and_then(|texts| texts::find(texts, key));
        own.or_else(|| texts::english(key)).unwrap_or_default()
    }
}

/// Text made safe for HTML text and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let instead = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        safe.push_str(text.get(from..at).unwrap_or_default());
        safe.push_str(instead);
        from = at + 1;
    }
    safe.push_str(text.get(from..).unwrap_or_default());
    safe
}

/// Languages that are written from right to left, those of operators included.
const RIGHT_TO_LEFT: [&str; 9] = ["ar", "he", "fa", "ur", "yi", "ps", "sd", "ug", "dv"];
