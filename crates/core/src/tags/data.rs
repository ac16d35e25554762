//! Text and tags: the state that all others return to.

use crate::tags::bracket::{self, Bracket};
use crate::tags::comment::Within;
use crate::tags::context::{Context, Following};
use crate::tags::cursor::{Cursor, Step};
use crate::tags::page::Start;
use crate::tags::scan::{begins, find, from};
use crate::tags::tag::{Name, TagEnd, attributes};
use crate::tags::write::{Place, write};
use crate::tags::{Expander, Vocabulary};

impl<V: Vocabulary> Expander<V> {
    /// One step in text and tags.
    pub(crate) fn data(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let expands = self.page.expands();
        let rest = cursor.rest();
        match rest.first() {
            Some(b'<') => self.less(cursor),
            Some(b'[') if expands => self.bracket(cursor, Place::Text),
            _ => {
                let length = if expands { find(*b"<[", rest) } else { find(*b"<", rest) };
                cursor.pass(length.unwrap_or(rest.len()));
                Step::Done
            }
        }
    }

    /// At a `[`.
    pub(crate) fn bracket(&mut self, cursor: &mut Cursor<'_>, place: Place) -> Step {
        let mut seen = core::mem::take(&mut self.bracket_seen);
        match bracket::read_on(cursor.rest(), &mut seen) {
            Bracket::Unfinished => {
                self.bracket_seen = seen;
                return Step::Unfinished;
            }
            Bracket::Tag(tag) => {
                let expansion = self.vocabulary.bracket(tag);
                let length = bracket::length(tag);
                if expansion.is_some_and(|known| cursor.replace(length, |out| write(&known, place, out))) {
                    return Step::Done;
                }
            }
            Bracket::No => {}
        }
        self.pass(cursor, 1);
        Step::Done
    }

    fn less(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let rest = cursor.rest();
        let (context, length) = match (rest.get(1), rest.get(2)) {
            (None, _) | (Some(b'/'), None) => return Step::Unfinished,
            (Some(b'a'..=b'z' | b'A'..=b'Z'), _) => return self.tag(false, cursor),
            (Some(b'/'), Some(b'a'..=b'z' | b'A'..=b'Z')) => return self.tag(true, cursor),
            (Some(b'/'), Some(b'>')) => (Context::Data, 3),
            (Some(b'/'), _) => (Context::Bogus, 2),
            (Some(b'?'), _) => (Context::Bogus, 2),
            (Some(b'!'), _) => match (begins(rest, b"<!--"), begins(rest, b"<![cdata[")) {
                (Some(true), _) => (Context::Comment(Within::Start), 4),
                (None, _) | (_, None) => return Step::Unfinished,
                (_, Some(true)) if self.page.is_foreign() => return self.cdata(cursor),
                _ => (Context::Bogus, 2),
            },
            // What a tag stands for must not become the name of one: this bracket opens none.
            (Some(b'['), _) => (Context::Data, 2),
            (Some(_), _) => (Context::Data, 1),
        };
        self.is_after_less = rest.get(1) == Some(&b'<');
        self.context = context;
        self.pass(cursor, length);
        Step::Done
    }

    /// In svg and math, up to `]]>`; elsewhere, up to `>`. Both must be the same.
    fn cdata(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let rest = cursor.rest();
        match find(*b">", rest.get(..LONGEST_TAG).unwrap_or(rest)) {
            Some(end) if end >= 11 && rest.get(..end).is_some_and(|section| section.ends_with(b"]]")) => {
                self.pass(cursor, end + 1);
            }
            None if rest.len() < LONGEST_TAG => return Step::Unfinished,
            _ => self.page.stop(),
        }
        Step::Done
    }

    fn tag(&mut self, is_end: bool, cursor: &mut Cursor<'_>) -> Step {
        let rest = cursor.rest();
        let at_name = 1 + usize::from(is_end);
        let kept = rest.get(..LONGEST_TAG.min(rest.len())).unwrap_or_default();
        let Some((length, closes_itself)) = self.tag_end.find(from(kept, at_name)) else {
            if rest.len() < LONGEST_TAG {
                return Step::Unfinished;
            }
            let following = self.read_tag(
                Start { name: Name::of(from(kept, at_name)), tag: None, closes_itself: false },
                is_end,
                cursor,
            );
            self.context = Context::LongTag(self.tag_end.cut(), following);
            self.tag_end = TagEnd::START;
            cursor.pass(kept.len());
            return Step::Done;
        };
        self.tag_end = TagEnd::START;
        let tag = kept.get(..at_name + length).unwrap_or_default();
        let name = Name::of(from(tag, at_name));
        self.context = self.read_tag(Start { name, tag: Some(tag), closes_itself }, is_end, cursor).into();
        Step::Done
    }

    /// Lets a complete tag through, expanded where it may be. `is_end`: it ends an element.
    fn read_tag(&mut self, start: Start<'_>, is_end: bool, cursor: &mut Cursor<'_>) -> Following {
        let Start { name, tag, closes_itself } = start;
        let is_after_less = core::mem::take(&mut self.is_after_less);
        if is_end {
            self.page.end(&name, tag);
            cursor.pass(tag.unwrap_or_default().len());
            return Following::Data;
        }
        if closes_itself && !is_after_less && self.element(&start, cursor) {
            return Following::Data;
        }
        let following = self.page.start(&start, self.places, &mut self.vocabulary);
        if let Some(tag) = tag {
            match find(*b"[", tag).is_some() && self.page.expands_in(&start) {
                true => self.attributes(&name, tag, cursor),
                false => cursor.pass(tag.len()),
            }
        }
        following
    }

    /// Whether it was an element of the gateway's, and is replaced.
    fn element(&mut self, start: &Start<'_>, cursor: &mut Cursor<'_>) -> bool {
        let prefix = self.vocabulary.element_prefix();
        let Ok(name) = core::str::from_utf8(start.name.bytes()) else { return false };
        let Some(tag) = start.tag.filter(|_| !prefix.is_empty() && name.starts_with(prefix)) else { return false };
        if !self.page.expands_in(start) {
            return false;
        }
        let lower = |name: &[u8]| core::str::from_utf8(name).map(str::to_ascii_lowercase);
        let names: Result<Vec<String>, _> = attributes(tag).map(|attribute| lower(attribute.name)).collect();
        let values: Result<Vec<&str>, _> = attributes(tag).map(|read| core::str::from_utf8(read.value)).collect();
        let (Ok(names), Ok(values)) = (names, values) else { return false };
        let pairs: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(values).collect();
        let expansion = self.vocabulary.element(name, &pairs);
        expansion.is_some_and(|known| cursor.replace(tag.len(), |out| write(&known, Place::Text, out)))
    }

    /// One step in a tag of which only the end matters.
    pub(crate) fn long_tag(&mut self, mut end: TagEnd, following: Following, cursor: &mut Cursor<'_>) -> Step {
        match end.find(cursor.rest()) {
            Some((length, _)) => {
                self.context = following.into();
                cursor.pass(length);
            }
            None => {
                self.context = Context::LongTag(end.cut(), following);
                cursor.pass(cursor.rest().len());
            }
        }
        Step::Done
    }
}

/// The most bytes of a tag that is looked into.
const LONGEST_TAG: usize = 16 * 1024;
