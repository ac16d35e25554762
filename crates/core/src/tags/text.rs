//! Elements that hold text only: title and textarea, style, and those whose content no browser shows.

use crate::tags::context::{Context, Text};
use crate::tags::cursor::{Cursor, Step};
use crate::tags::scan::{begins, common, find, from};
use crate::tags::tag::ends_name;
use crate::tags::{Expander, Vocabulary};

impl<V: Vocabulary> Expander<V> {
    /// One step in such an element.
    pub(crate) fn text(&mut self, text: Text, cursor: &mut Cursor<'_>) -> Step {
        let rest = cursor.rest();
        let place = text.place.filter(|_| self.page.expands_in_text_only());
        match (rest.first(), place) {
            (Some(b'['), Some(place)) => self.bracket(cursor, place),
            (Some(b'<'), _) => self.less_in_text(text, cursor),
            _ => {
                let length = if place.is_some() { find(*b"<[", rest) } else { find(*b"<", rest) };
                self.pass(cursor, length.unwrap_or(rest.len()));
                Step::Done
            }
        }
    }

    fn less_in_text(&mut self, text: Text, cursor: &mut Cursor<'_>) -> Step {
        let rest = cursor.rest();
        let Some(next) = rest.get(1) else { return Step::Unfinished };
        let mut read = 1;
        if *next == b'/' {
            let name = text.name.bytes();
            let after = from(rest, 2);
            match (begins(after, name), after.get(name.len())) {
                (Some(false), _) => {}
                (None, _) | (_, None) => return Step::Unfinished,
                (_, Some(byte)) if !ends_name(*byte) => {}
                _ => {
                    self.context = Context::Data;
                    return Step::Done;
                }
            }
            read = 2 + common(after, name);
        }
        if text.is_doubtful && (next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?')) {
            self.page.stop();
            return Step::Done;
        }
        // What a tag stands for must not complete what was begun: this bracket opens none.
        let is_bracket = rest.get(read) == Some(&b'[');
        self.pass(cursor, read + usize::from(is_bracket));
        Step::Done
    }
}
