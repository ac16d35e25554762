//! How the bytes at hand are read: the tokeniser states that matter here (WHATWG HTML 13.2.5).

use crate::tags::comment::Within;
use crate::tags::script::Level;
use crate::tags::tag::{Name, TagEnd};

/// How the next bytes are read.
#[derive(Debug, Clone, Copy)]
pub enum Context {
    /// Text and tags.
    Data,
    /// What an element without child elements holds.
    Text(Text),
    /// A script.
    Script {
        /// Whether `<!--` is open in it.
        level: Level,
        /// Dashes directly before, at most two.
        dashes: u8,
        /// Whether tags are expanded.
        expands: bool,
    },
    /// After `<!--`.
    Comment(Within),
    /// After `<!`, `<?` or `</` that begin nothing else: up to the next `>`.
    Bogus,
    /// In a tag that is too long to be kept.
    LongTag(TagEnd, Following),
}

/// What comes after a start tag.
#[derive(Debug, Clone, Copy)]
pub enum Following {
    /// Text and tags.
    Data,
    /// What an element without child elements holds.
    Text(Text),
    /// A script.
    Script {
        /// Whether tags are expanded.
        expands: bool,
    },
}

/// An element whose content is text up to its own end tag.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// Its name.
    pub name: Name,
    /// What tags in it are, if they are expanded.
    pub place: Option<crate::tags::write::Place>,
    /// Some browser reads elements here. Then nothing that looks like one may stand in it.
    pub is_doubtful: bool,
}

impl From<Following> for Context {
    fn from(following: Following) -> Self {
        match following {
            Following::Data => Self::Data,
            Following::Text(text) => Self::Text(text),
            Following::Script { expands } => Self::Script { level: Level::Plain, dashes: 0, expands },
        }
    }
}
