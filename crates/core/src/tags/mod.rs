//! Expands template tags in HTML while it streams through: `[[S86:true]]`, or an element of the gateway's.
//!
//! What a tag stands for can be a secret of the visitor, and pages hold text of other users. So a tag is
//! expanded only where its value stays with the visitor and the servers that are trusted: in text, and in
//! attributes that send it nowhere else. Everything that is uncertain is left as it is. Memory is
//! bounded, and how the input is cut into chunks makes no difference. Pages are read as UTF-8, or another
//! encoding in which the bytes of ASCII mean nothing else; of others, keep this away. A page can name another
//! one itself, by its first bytes or a `meta`: from the first byte on that would let browsers read ASCII as
//! something else, nothing is expanded.

pub(crate) mod address;
pub(crate) mod attribute;
pub(crate) mod bracket;
pub(crate) mod comment;
pub(crate) mod context;
pub(crate) mod cursor;
pub(crate) mod data;
pub(crate) mod nesting;
pub(crate) mod page;
pub(crate) mod scan;
pub(crate) mod script;
pub(crate) mod tag;
pub(crate) mod text;
pub mod words;
pub(crate) mod write;

use crate::policy::TagPlaces;
use crate::tags::context::Context;
use crate::tags::cursor::{Cursor, Step};
use crate::tags::page::Page;
use crate::tags::tag::TagEnd;

/// What a tag stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expansion {
    /// Text. It is escaped for its place; where it has no safe form, the tag stays.
    Plain(String),
    /// Whole elements of the gateway's own making. Only for text; elsewhere the tag stays.
    Markup(String),
}

/// The tags there are.
pub trait Vocabulary {
    /// What `[[tag]]` stands for, given the bytes between the brackets as they are on the page. None: it is
    /// left as it is.
    fn bracket(&mut self, tag: &str) -> Option<Expansion>;

    /// Whether `[[tag]]` stands for a whole address that the vocabulary has checked itself. Then it may be all
    /// of an attribute that holds an address.
    fn is_address(&self, tag: &str) -> bool {
        let _ = tag;
        false
    }

    /// How the names of elements begin that `element` is asked about, in lower case. Empty: none.
    fn element_prefix(&self) -> &str {
        ""
    }

    /// What a self-closing element stands for. Names are in lower case, values as they are on the page; of
    /// two attributes of one name the first counts. None: it is left as it is.
    fn element(&mut self, name: &str, attributes: &[(&str, &str)]) -> Option<Expansion> {
        let _ = (name, attributes);
        None
    }

    /// Whether an address of this scheme (`http` or `https`) and authority (`host` or `host:port`, in lower
    /// case) may receive what tags stand for.
    fn trusts(&self, scheme: &str, authority: &str) -> bool;
}

/// Expands tags in one page.
///
/// # Example
/// ```
/// use edgegate_core::policy::TagPlaces;
/// use edgegate_core::tags::{Expander, Expansion, Vocabulary};
///
/// struct Token;
///
/// impl Vocabulary for Token {
///     fn bracket(&mut self, tag: &str) -> Option<Expansion> {
///         (tag == "token").then(|| Expansion::Plain("t0ken".to_owned()))
///     }
///
///     fn trusts(&self, _: &str, authority: &str) -> bool {
///         authority == "gate.example.org"
///     }
/// }
///
/// let (mut expander, mut page) = (Expander::new(Token, TagPlaces::default()), Vec::new());
/// for chunk in ["<a href='https://gate.example.org/?t=[[tok", "en]]'>", "<a href='https://evil.example/?t=[[token]]'>"] {
///     expander.push(chunk.as_bytes(), &mut page);
/// }
/// expander.finish(&mut page);
/// let page = String::from_utf8(page).unwrap();
/// assert!(page.starts_with("<a href='https://gate.example.org/?t=t0ken'>"));
/// assert!(page.ends_with("evil.example/?t=[[token]]'>"), "the token goes nowhere else");
/// ```
#[derive(Debug)]
pub struct Expander<V> {
    vocabulary: V,
    places: TagPlaces,
    page: Page,
    context: Context,
    /// The last thing was a `<` that is text, and another one follows.
    is_after_less: bool,
    /// How far the tag was read that the held bytes begin with.
    tag_end: TagEnd,
    /// The same of a `[[`.
    bracket_seen: usize,
    /// No byte of the page was seen.
    is_at_start: bool,
    /// Bytes that cannot be told yet.
    held: Vec<u8>,
}

impl<V: Vocabulary> Expander<V> {
    /// Before the first byte of a page.
    pub fn new(vocabulary: V, places: TagPlaces) -> Self {
        Self {
            vocabulary,
            places,
            page: Page::default(),
            context: Context::Data,
            is_after_less: false,
            tag_end: TagEnd::START,
            bracket_seen: 0,
            is_at_start: true,
            held: Vec::new(),
        }
    }

    /// Takes the next bytes, and adds to `out` what is ready.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        let Some((before, after)) = self.before_other_encoding(chunk) else { return self.read(chunk, out) };
        self.read(before, out);
        // What is held is a tag, or may become one, whose end would be another for a browser.
        self.page.stop();
        out.append(&mut self.held);
        out.extend_from_slice(after);
    }

    /// The chunk up to the first byte from which on browsers may read another encoding, and the rest; none if there is no
    /// such byte. These are the mark of UTF-16 at the beginning, whatever a header or `meta` says (WHATWG Encoding 6); NUL,
    /// of which UTF-16 without a mark has one in the first bytes of a page that names it (WHATWG HTML 13.2.3.2); and
    /// ESC, by which ISO-2022-JP, which a `meta` may name, changes what ASCII means (WHATWG Encoding 12.2).
    fn before_other_encoding<'c>(&mut self, chunk: &'c [u8]) -> Option<(&'c [u8], &'c [u8])> {
        let first = chunk.first()?;
        let is_marked = core::mem::take(&mut self.is_at_start) && matches!(first, 0xfe | 0xff);
        if self.page.has_stopped() {
            return None;
        }
        let at = if is_marked { 0 } else { chunk.iter().position(|byte| matches!(byte, 0x00 | 0x1b))? };
        chunk.split_at_checked(at)
    }

    fn read(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        if self.held.is_empty() {
            let read = self.run(chunk, out);
            self.held.extend_from_slice(scan::from(chunk, read));
            return;
        }
        let mut held = core::mem::take(&mut self.held);
        held.extend_from_slice(chunk);
        let read = self.run(&held, out);
        held.drain(..read.min(held.len()));
        self.held = held;
    }

    /// The page is over: adds what was held. A tag that has no end is none.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.held);
    }

    /// How many of the bytes were told.
    fn run(&mut self, input: &[u8], out: &mut Vec<u8>) -> usize {
        let mut cursor = Cursor::new(input, out);
        while !cursor.rest().is_empty() {
            if self.page.has_stopped() {
                cursor.pass(cursor.rest().len());
                break;
            }
            let step = match self.context {
                Context::Data => self.data(&mut cursor),
                Context::Text(text) => self.text(text, &mut cursor),
                Context::Script { level, dashes, expands } => self.script(level, dashes, expands, &mut cursor),
                Context::Comment(within) => self.comment(within, &mut cursor),
                Context::Bogus => self.bogus(&mut cursor),
                Context::LongTag(end, following) => self.long_tag(end, following, &mut cursor),
            };
            if step == Step::Unfinished {
                break;
            }
        }
        cursor.flush();
        cursor.at()
    }

    /// Lets bytes through that are no tag.
    fn pass(&mut self, cursor: &mut Cursor<'_>, length: usize) {
        let passed = cursor.rest();
        self.page.watch(passed.get(..length).unwrap_or(passed));
        cursor.pass(length);
    }
}
