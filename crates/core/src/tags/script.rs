//! Scripts: in one that has `<!--` open, `<script>` and `</script>` are counted (WHATWG HTML 13.2.5.15 to
//! 13.2.5.31).

use crate::tags::context::Context;
use crate::tags::cursor::{Cursor, Step};
use crate::tags::scan::{begins, common, find, from};
use crate::tags::tag::ends_name;
use crate::tags::write::Place;
use crate::tags::{Expander, Vocabulary};

/// What is open in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    Plain,
    /// `<!--`.
    Escaped,
    /// `<!--`, then `<script>`.
    DoubleEscaped,
}

impl<V: Vocabulary> Expander<V> {
    /// One step in a script.
    pub(crate) fn script(&mut self, level: Level, dashes: u8, expands: bool, cursor: &mut Cursor<'_>) -> Step {
        let rest = cursor.rest();
        let expands = expands && self.page.expands_in_text_only();
        let go = |level, dashes| Context::Script { level, dashes, expands };
        let (context, length) = match (rest.first(), level) {
            (None, _) => return Step::Unfinished,
            (Some(b'<'), _) => match markup(rest, level) {
                Markup::Unfinished => return Step::Unfinished,
                Markup::End => {
                    self.context = Context::Data;
                    return Step::Done;
                }
                Markup::To(level, dashes, length) => (go(level, dashes), length),
            },
            (Some(b'['), _) if expands => {
                self.context = go(level, 0);
                let place = if level == Level::Plain { Place::Code } else { Place::Comment };
                return self.bracket(cursor, place);
            }
            (Some(b'-'), Level::Escaped | Level::DoubleEscaped) => (go(level, 2.min(dashes + 1)), 1),
            (Some(b'>'), _) if dashes == 2 => (go(Level::Plain, 0), 1),
            _ => {
                let length = match level {
                    Level::Plain => find(*b"<[", from(rest, 1)),
                    Level::Escaped | Level::DoubleEscaped => find(*b"<[-", from(rest, 1)),
                };
                (go(level, 0), length.map_or(rest.len(), |length| length + 1))
            }
        };
        self.context = context;
        self.pass(cursor, length);
        Step::Done
    }
}

enum Markup {
    Unfinished,
    End,
    To(Level, u8, usize),
}

/// What a `<` begins.
fn markup(rest: &[u8], level: Level) -> Markup {
    let patterns: &[(&[u8], Option<Level>)] = match level {
        Level::Plain => &[(b"</script", None), (b"<!--", Some(Level::Escaped))],
        Level::Escaped => &[(b"</script", None), (b"<script", Some(Level::DoubleEscaped))],
        Level::DoubleEscaped => &[(b"</script", Some(Level::Escaped))],
    };
    for (pattern, to) in patterns {
        match (begins(rest, pattern), rest.get(pattern.len())) {
            (Some(false), _) => {}
            // The dashes of `<!--` can be those of `-->`.
            (Some(true), _) if *pattern == b"<!--" => return Markup::To(Level::Escaped, 2, 4),
            (None, _) | (_, None) => return Markup::Unfinished,
            (_, Some(byte)) if !ends_name(*byte) => {}
            _ => return to.map_or(Markup::End, |level| Markup::To(level, 0, pattern.len())),
        }
    }
    let read = patterns.iter().map(|(pattern, _)| common(rest, pattern)).max().unwrap_or(1);
    match rest.get(read) {
        None => Markup::Unfinished,
        // What a tag stands for must not complete what was begun: this bracket opens none.
        Some(b'[') => Markup::To(level, 0, read + 1),
        Some(_) => Markup::To(level, 0, read),
    }
}
