//! The alarm's work: rows that have no meaning any more are deleted, a slice of the keys at a time.
//!
//! There is no index on `until`. Keys are digests, so a walk in their order meets the dead rows evenly, and each slice is a
//! few pages side by side that are read and written once: 1 µs a row, where deleting by an index took 41 µs for pages all
//! over the file, and held up other calls for 100 ms at a time. An index is also another row written, and billed, with each
//! claim and each deletion; a row that is looked at costs a thousandth of one that is written. And the table stays the one
//! that objects have had from the first version on.
//!
//! What holds other calls up is the disk of a developer's machine: a slice itself takes less than a millisecond, and SQLite
//! then waits until what was written is on the disk, the longer when it moves its log of 1,000 pages into the file. A claim
//! waits for the same. So a slice of other size would not hold up less, and the pause after each is longer than it.
//!
//! Between two slices the object answers what has come meanwhile, and after some of them the alarm ends and is set again,
//! so that the outbox waits no longer. How far back rows go, [`edgegate_core::horizon`] says.

use std::cell::{Cell, RefCell};

use crate::glue;

use super::{first, now, number, text};
use edgegate_core::horizon;
use worker::{Result, SqlStorage, SqlStorageValue};

/// One row: how far back rows may be deleted, and when the next purge is due. Unix seconds.
pub const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS horizon (id INTEGER PRIMARY KEY, deleted INTEGER NOT NULL, due INTEGER NOT NULL)";

/// What an instance knows of purges.
#[derive(Default)]
pub struct Purge {
    /// The least that callers' clocks showed since the last one.
    slowest: Cell<Option<i64>>,
    /// The present one: its bound, slices so far, the table, and the last key that was looked at.
    at: RefCell<Option<(i64, i64, usize, String)>>,
}

impl Purge {
    /// Before anything else is asked of an object. `clock`: a caller's; an object that only its alarm has woken cannot know
    /// whether its own is right.
    pub fn begin(&self, sql: &SqlStorage, clock: Option<i64>) -> Result<()> {
        let now = now();
        let deleted = clock.map_or(0, |clock| horizon::bound(now, clock));
        let values = vec![number(deleted), number(now + SHORT)];
        sql.exec("INSERT OR IGNORE INTO horizon (id, deleted, due) VALUES (0, ?, ?)", values).map(|_| ())
    }

    /// A caller's clock was seen.
    pub fn hear(&self, clock: Option<i64>) {
        self.slowest.set(self.slowest.get().into_iter().chain(clock).min());
    }

    /// Seconds until the next purge is due.
    pub fn wait(&self, sql: &SqlStorage) -> Result<i64> {
        let due = first(&sql.exec("SELECT due FROM horizon", None)?)?;
        // A date from further ahead was set by a clock that was wrong.
        Ok(number_of(due).map(|due| due - now()).filter(|wait| (1..=LONG).contains(wait)).unwrap_or(0))
    }

    /// Goes on with a purge, or begins one if it is due. Seconds until there is more to do; None if nothing is left, or if
    /// nobody has called who could say what the time is: whoever calls next sees to it.
    pub async fn go_on(&self, sql: &SqlStorage) -> Result<Option<i64>> {
        let (bound, mut slices, mut table, mut from) = match self.at.take() {
            Some(under_way) => under_way,
            None => {
                let wait = self.wait(sql)?;
                if wait > 0 {
                    return Ok(Some(wait));
                }
                let Some(slowest) = self.slowest.take() else { return Ok(None) };
                let bound = horizon::bound(now(), slowest);
                // Before a row goes it is written down that it may be gone.
                let deleted = number_of(first(&sql.exec("SELECT deleted FROM horizon", None)?)?).unwrap_or(0);
                sql.exec("UPDATE horizon SET deleted = ?", vec![number(horizon::after(deleted, bound))])?;
                (bound, 0, 0, String::new())
            }
        };
        for _ in 0..AT_ONCE {
            let Some(name) = TABLES.get(table) else { return end(sql, slices) };
            match delete_slice(sql, name, &from, bound)? {
                Some(last) => from = last,
                None => (table, from) = (table + 1, String::new()),
            }
            slices += 1;
            glue::pause(PAUSE_MS).await;
        }
        self.at.replace(Some((bound, slices, table, from)));
        Ok(Some(0))
    }
}

fn number_of(row: Option<Vec<SqlStorageValue>>) -> Option<i64> {
    match row.as_deref() {
        Some([SqlStorageValue::Integer(number)]) => Some(*number),
        _ => None,
    }
}

/// The last key of a slice that has another one behind it.
fn delete_slice(sql: &SqlStorage, table: &str, from: &str, bound: i64) -> Result<Option<String>> {
    let last = format!("SELECT key FROM {table} WHERE key > ? ORDER BY key LIMIT 1 OFFSET {SLICE}");
    let last = match first(&sql.exec(&last, vec![text(from)])?)?.as_deref() {
        Some([SqlStorageValue::String(key)]) => Some(key.clone()),
        _ => None,
    };
    let delete = format!("DELETE FROM {table} WHERE key > ? AND key <= ? AND until < ?");
    sql.exec(&delete, vec![text(from), text(last.as_deref().unwrap_or(END)), number(bound)])?;
    Ok(last)
}

/// The more rows there are, the later the next purge: it looks at all of them, and each look is billed.
fn end(sql: &SqlStorage, slices: i64) -> Result<Option<i64>> {
    let is_left = first(
        &sql.exec("SELECT 1 FROM claims UNION ALL SELECT 1 FROM guesses UNION ALL SELECT 1 FROM rates LIMIT 1", None)?,
    )?
    .is_some();
    let wait = (slices * 60).clamp(SHORT, LONG);
    sql.exec("UPDATE horizon SET due = ?", vec![number(now() + wait)])?;
    Ok(is_left.then_some(wait))
}

const TABLES: [&str; 3] = ["claims", "guesses", "rates"];
/// Rows that are looked at before other calls pass.
const SLICE: u32 = 1023;
const PAUSE_MS: u32 = 20;
/// Slices of one alarm.
const AT_ONCE: u32 = 64;
/// Behind every key: base64url has no such character.
const END: &str = "~";
/// Seconds after a write, and at least between two purges.
const SHORT: i64 = 600;
/// Seconds at most between two purges.
const LONG: i64 = 3 * 3600;
