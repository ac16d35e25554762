//! What was seen on the page so far, and whether a tag may be expanded after that.
//!
//! It reads tags one after the other and builds no tree. Where browsers differ, or where only a tree
//! would tell, it takes the reading that expands less; where the two would part for good, it stops.

use crate::policy::TagPlaces;
use crate::tags::address::is_trusted;
use crate::tags::context::{Following, Text};
use crate::tags::nesting::Nesting;
use crate::tags::scan::{begins, from};
use crate::tags::tag::{Attribute, Name, attributes};
use crate::tags::write::Place;
use crate::tags::{Expansion, Vocabulary, bracket};

/// The page up to here.
#[derive(Debug, Default)]
pub struct Page {
    has_stopped: bool,
    /// A `<base>` leads elsewhere, and every relative address with it.
    is_moved: bool,
    /// A button outside of its form sends a form, no matter which, elsewhere.
    forms_are_hijacked: bool,
    form: Option<Form>,
    nesting: Nesting,
    svg: usize,
    math: usize,
    is_in_select: bool,
    is_in_noscript: bool,
    /// How much of `</noscript` was seen where it is none.
    noscript_end: usize,
}

/// An open form, or a select that belongs to one we do not know.
#[derive(Debug)]
struct Form {
    is_trusted: bool,
    /// How deep it lies, if its end will be seen.
    depth: Option<usize>,
}

/// A start tag.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// Its name.
    pub name: Name,
    /// All of it; none if it is too long.
    pub tag: Option<&'a [u8]>,
    /// It ends with `/>`.
    pub closes_itself: bool,
}

impl Start<'_> {
    fn first(&self, name: &str) -> Option<Attribute<'_>> {
        self.tag.and_then(|tag| attributes(tag).find(|attribute| attribute.is(name)))
    }

    /// Whether it has the attribute; if that cannot be seen, it has.
    fn may_have(&self, name: &str) -> bool {
        self.tag.is_none() || self.first(name).is_some()
    }
}

impl Page {
    /// Whether tags are expanded here.
    pub fn expands(&self) -> bool {
        !self.has_stopped && !self.is_foreign() && self.form.as_ref().is_none_or(|form| form.is_trusted)
    }

    /// The same in a comment, a script and the like. In noscript, those are only there for some browsers.
    pub fn expands_in_text_only(&self) -> bool {
        self.expands() && !self.is_in_noscript
    }

    /// Whether tags are expanded in the attributes of this start tag.
    pub fn expands_in(&self, start: &Start<'_>) -> bool {
        let is_split = self.is_in_noscript && start.tag.is_none_or(|tag| tag.windows(2).any(|pair| pair == b"</"));
        self.expands() && !is_split && !start.may_have("form")
    }

    /// Whether nothing is expanded up to the end.
    pub fn has_stopped(&self) -> bool {
        self.has_stopped
    }

    /// From here on nothing is expanded.
    pub fn stop(&mut self) {
        self.has_stopped = true;
    }

    /// Whether this is in svg or math.
    pub fn is_foreign(&self) -> bool {
        self.svg + self.math > 0
    }

    /// Whether an address leads where it may. `is_whole`: nothing follows it.
    pub fn trusts(&self, address: &[u8], is_whole: bool, vocabulary: &impl Vocabulary) -> bool {
        is_trusted(address, is_whole, !self.is_moved, |scheme, authority| vocabulary.trusts(scheme, authority))
    }

    /// A start tag, and how what follows it is read.
    pub fn start(&mut self, start: &Start<'_>, places: TagPlaces, vocabulary: &mut impl Vocabulary) -> Following {
        if self.is_in_noscript && start.tag.is_none_or(has_noscript_end) {
            self.stop();
        }
        self.follow_addresses(start, vocabulary);
        match self.is_foreign() {
            true => self.start_foreign(start),
            false => self.start_html(start, places),
        }
    }

    /// An end tag. `tag`: all of it, if it is not too long.
    pub fn end(&mut self, name: &Name, tag: Option<&[u8]>) {
        match name.bytes() {
            b"noscript" => self.is_in_noscript = false,
            _ if self.is_in_noscript && tag.is_none_or(has_noscript_end) => self.stop(),
            b"svg" => self.svg = self.svg.saturating_sub(1),
            b"math" => self.math = self.math.saturating_sub(1),
            // These end svg and math, WHATWG HTML 13.2.6.5. The counting would go wrong.
            b"p" | b"br" if self.is_foreign() => self.stop(),
            b"select" => self.is_in_select = false,
            _ => {}
        }
        self.nesting.close(name);
        let is_over = |form: &Form| form.depth.is_some() && self.nesting.depth() <= form.depth;
        // None, after tearing, is less than any depth.
        if self.nesting.depth().is_some() && self.form.as_ref().is_some_and(is_over) {
            self.form = None;
        }
    }

    /// Bytes that are no tags to us. Where scripts run, a noscript ends at the first `</noscript`; where they
    /// do not, not in a comment. The readings part there.
    pub fn watch(&mut self, bytes: &[u8]) {
        if !self.is_in_noscript {
            return;
        }
        for byte in bytes {
            self.noscript_end = match NOSCRIPT_END.get(self.noscript_end) {
                Some(next) if byte.to_ascii_lowercase() == *next => self.noscript_end + 1,
                _ => usize::from(*byte == b'<'),
            };
            if self.noscript_end == NOSCRIPT_END.len() {
                self.stop();
            }
        }
    }

    /// Bases, forms and buttons.
    fn follow_addresses(&mut self, start: &Start<'_>, vocabulary: &mut impl Vocabulary) {
        match start.name.bytes() {
            b"base" => self.is_moved |= !self.leads_home(start, "href", vocabulary),
            b"form" => {
                let is_trusted = !self.forms_are_hijacked && self.leads_home(start, "action", vocabulary);
                self.open_form(start, is_trusted);
            }
            b"button" | b"input"
                if start.may_have("formaction") && !self.leads_home(start, "formaction", vocabulary) =>
            {
                self.forms_are_hijacked |= start.may_have("form");
                self.distrust_form();
            }
            // Its options are sent with a form that can be anywhere.
            b"select" if start.may_have("form") => self.open_form(start, false),
            _ => {}
        }
    }

    /// Whether the address that decides where data goes is trusted. Without it, it is the page's own.
    fn leads_home(&self, start: &Start<'_>, attribute: &str, vocabulary: &mut impl Vocabulary) -> bool {
        if start.tag.is_none() {
            return false;
        }
        let Some(value) = start.first(attribute).map(|attribute| attribute.value) else { return !self.is_moved };
        match whole_address(value, vocabulary) {
            Some(Expansion::Plain(address)) => self.trusts(address.as_bytes(), true, vocabulary),
            _ => self.trusts(value, true, vocabulary),
        }
    }

    fn open_form(&mut self, start: &Start<'_>, is_trusted: bool) {
        if self.form.is_some() {
            // Browsers ignore a form in a form. Not always, and not if the outer one was over.
            if !is_trusted {
                self.distrust_form();
            }
            return;
        }
        let is_seen_to_end = self.nesting.is_certain() && !(self.is_foreign() && start.closes_itself);
        self.form = Some(Form { is_trusted, depth: self.nesting.depth().filter(|_| is_seen_to_end) });
    }

    fn distrust_form(&mut self) {
        if let Some(form) = &mut self.form {
            form.is_trusted = false;
        }
    }

    fn start_html(&mut self, start: &Start<'_>, places: TagPlaces) -> Following {
        let name = start.name;
        let text = |place, is_doubtful| Following::Text(Text { name, place, is_doubtful });
        let keeps = |is_wanted: bool, place| Some(place).filter(|_| is_wanted && self.expands());
        match name.bytes() {
            b"title" => return text(keeps(!self.is_in_select, Place::PlainText), self.is_in_select),
            b"textarea" => return text(keeps(!start.may_have("form"), Place::PlainText), false),
            b"style" => return text(keeps(places.style && !self.is_in_select, Place::Code), self.is_in_select),
            b"xmp" | b"iframe" | b"noembed" | b"noframes" => return text(None, self.is_in_select),
            b"script" => return Following::Script { expands: places.script && self.expands() },
            // The rest of the page is text, or is no page as we read it.
            b"plaintext" | b"frameset" => self.stop(),
            // A select in which the end tag of a select is ignored.
            b"template" if self.is_in_select => self.stop(),
            b"select" => self.is_in_select = true,
            b"noscript" => (self.is_in_noscript, self.noscript_end) = (true, 0),
            b"svg" if !start.closes_itself => self.svg = 1,
            b"math" if !start.closes_itself => self.math = 1,
            b"svg" | b"math" => return Following::Data,
            _ => {}
        }
        self.open(start);
        Following::Data
    }

    /// In svg and math, nothing but text may stand where a browser would read HTML again, and where it would
    /// not, nothing that is read otherwise in HTML.
    fn start_foreign(&mut self, start: &Start<'_>) -> Following {
        let name = start.name;
        match name.bytes() {
            name if ends_foreign(name) => self.stop(),
            name if is_text_in_html(name) && start.closes_itself => self.stop(),
            bytes if is_text_in_html(bytes) || (holds_html(bytes) && !start.closes_itself) => {
                self.open(start);
                return Following::Text(Text { name, place: None, is_doubtful: true });
            }
            _ if start.closes_itself => return Following::Data,
            b"svg" => self.svg += 1,
            b"math" => self.math += 1,
            b"noscript" => (self.is_in_noscript, self.noscript_end) = (true, 0),
            b"select" => self.is_in_select = true,
            _ => {}
        }
        self.open(start);
        Following::Data
    }

    fn open(&mut self, start: &Start<'_>) {
        match start.tag {
            // Whether it closed itself is not known of a tag that was not kept.
            None if self.is_foreign() => self.nesting.tear(),
            _ => self.nesting.open(&start.name),
        }
    }
}

/// What a value that is a single tag for an address stands for; none if it is anything else.
pub fn whole_address(value: &[u8], vocabulary: &mut impl Vocabulary) -> Option<Expansion> {
    let bracket::Bracket::Tag(tag) = bracket::read(value) else { return None };
    match bracket::length(tag) == value.len() && vocabulary.is_address(tag) {
        true => vocabulary.bracket(tag),
        false => None,
    }
}

fn has_noscript_end(tag: &[u8]) -> bool {
    (0..tag.len()).any(|at| begins(from(tag, at), NOSCRIPT_END) == Some(true))
}

/// Start tags at which a browser leaves svg and math (WHATWG HTML 13.2.6.5).
fn ends_foreign(name: &[u8]) -> bool {
    matches!(
        name,
        b"b" | b"big"
            | b"blockquote"
            | b"body"
            | b"br"
            | b"center"
            | b"code"
            | b"dd"
            | b"div"
            | b"dl"
            | b"dt"
            | b"em"
            | b"embed"
            | b"font"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"head"
            | b"hr"
            | b"i"
            | b"img"
            | b"li"
            | b"listing"
            | b"menu"
            | b"meta"
            | b"nobr"
            | b"ol"
            | b"p"
            | b"pre"
            | b"ruby"
            | b"s"
            | b"small"
            | b"span"
            | b"strike"
            | b"strong"
            | b"sub"
            | b"sup"
            | b"table"
            | b"tt"
            | b"u"
            | b"ul"
            | b"var"
            | b"frameset"
    )
}

fn is_text_in_html(name: &[u8]) -> bool {
    matches!(
        name,
        b"title" | b"textarea" | b"style" | b"script" | b"xmp" | b"iframe" | b"noembed" | b"noframes" | b"plaintext"
    )
}

/// Integration points (WHATWG HTML 13.2.6).
fn holds_html(name: &[u8]) -> bool {
    matches!(name, b"foreignobject" | b"desc" | b"annotation-xml" | b"mi" | b"mo" | b"mn" | b"ms" | b"mtext")
}

const NOSCRIPT_END: &[u8] = b"</noscript";
