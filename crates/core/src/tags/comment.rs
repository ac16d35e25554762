//! Comments, in all the ways they end (WHATWG HTML 13.2.5.43 to 13.2.5.52), and what is read like one.

use crate::tags::context::Context;
use crate::tags::cursor::{Cursor, Step};
use crate::tags::scan::find;
use crate::tags::write::Place;
use crate::tags::{Expander, Vocabulary};

/// Where in a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// After `<!--`.
    Start,
    /// After `<!---`.
    StartDash,
    /// Anywhere else.
    Text,
    /// After `-`.
    Dash,
    /// After `--`.
    DashDash,
    /// After `--!`.
    Bang,
}

impl<V: Vocabulary> Expander<V> {
    /// One step in a comment.
    pub(crate) fn comment(&mut self, within: Within, cursor: &mut Cursor<'_>) -> Step {
        let expands = self.places.comment && self.page.expands_in_text_only();
        let Some(byte) = cursor.rest().first() else { return Step::Unfinished };
        let next = match (within, byte) {
            (Within::Start | Within::StartDash | Within::DashDash | Within::Bang, b'>') => None,
            (Within::Start, b'-') => Some(Within::StartDash),
            (Within::StartDash | Within::Dash | Within::DashDash, b'-') => Some(Within::DashDash),
            (Within::Text | Within::Bang, b'-') => Some(Within::Dash),
            (Within::DashDash, b'!') => Some(Within::Bang),
            (_, b'[') if expands => {
                self.context = Context::Comment(Within::Text);
                return self.bracket(cursor, Place::Comment);
            }
            _ => {
                let length = if expands { find(*b"-[", cursor.rest()) } else { find(*b"-", cursor.rest()) };
                self.context = Context::Comment(Within::Text);
                self.pass(cursor, length.unwrap_or(cursor.rest().len()));
                return Step::Done;
            }
        };
        self.context = next.map_or(Context::Data, Context::Comment);
        self.pass(cursor, 1);
        Step::Done
    }

    /// One step up to the next `>`.
    pub(crate) fn bogus(&mut self, cursor: &mut Cursor<'_>) -> Step {
        match find(*b">", cursor.rest()) {
            Some(length) => {
                self.context = Context::Data;
                self.pass(cursor, length + 1);
            }
            None => self.pass(cursor, cursor.rest().len()),
        }
        Step::Done
    }
}
