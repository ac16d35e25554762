//! Claims: which keys somebody had already, and what was noted for whoever comes second.
//!
//! Storage: `claims(key, until, note)`. A row is kept for five minutes after its `until`.
//! RPC: `claim|recall LF key LF until LF note`; answered `first LF`, `replayed LF note`, `none LF` or `some LF note`.

use worker::{Result, SqlStorage, SqlStorageValue};

use super::{first, now, number, text};
use crate::digest::base64url;
use crate::ports::ClaimKey;

/// What a claim is answered that was the first.
pub const FIRST: &str = "first\n";

/// The body of a call.
pub fn question(operation: &str, key: &ClaimKey, until: u64, note: &str) -> String {
    format!("{operation}\n{}\n{until}\n{note}", base64url(&key.0))
}

/// Answers a call; None if it is none of this file.
pub fn answer(sql: &SqlStorage, body: &str) -> Result<Option<String>> {
    let mut lines = body.splitn(4, '\n');
    let until = |line: &str| line.parse::<i64>().ok();
    match (lines.next(), lines.next(), lines.next().and_then(until), lines.next()) {
        (Some("claim"), Some(key), Some(until), Some(note)) => claim(sql, key, until, note).map(Some),
        (Some("recall"), Some(key), Some(_), Some(_)) => Ok(Some(match note_of(sql, key)? {
            Some(note) => format!("some\n{note}"),
            None => "none\n".to_owned(),
        })),
        _ => Ok(None),
    }
}

/// Deletes what nobody can claim any more, and says whether something is left.
pub fn purge(sql: &SqlStorage) -> Result<bool> {
    table(sql)?;
    sql.exec("DELETE FROM claims WHERE until < ?", vec![number(now() - MARGIN)])?;
    Ok(first(&sql.exec("SELECT 1 FROM claims LIMIT 1", None)?)?.is_some())
}

fn claim(sql: &SqlStorage, key: &str, until: i64, note: &str) -> Result<String> {
    // A row of that age may have been purged already: what could have been claimed counts as claimed.
    if until < now() - MARGIN {
        return Ok("replayed\n".to_owned());
    }
    table(sql)?;
    let inserted = sql.exec(
        "INSERT INTO claims (key, until, note) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        vec![text(key), number(until), text(note)],
    )?;
    match inserted.rows_written() {
        0 => Ok(format!("replayed\n{}", note_of(sql, key)?.unwrap_or_default())),
        _ => Ok(FIRST.to_owned()),
    }
}

fn note_of(sql: &SqlStorage, key: &str) -> Result<Option<String>> {
    table(sql)?;
    let row = first(&sql.exec("SELECT note FROM claims WHERE key = ?", vec![text(key)])?)?;
    Ok(row.map(|row| match row.into_iter().next() {
        Some(SqlStorageValue::String(note)) => note,
        _ => String::new(),
    }))
}

fn table(sql: &SqlStorage) -> Result<()> {
    sql.exec(
        "CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, until INTEGER NOT NULL, note TEXT NOT NULL) WITHOUT ROWID",
        None,
    )?;
    Ok(())
}

/// Seconds for which a claim outlives its `until`: more than any two clocks of the platform differ.
const MARGIN: i64 = 300;
