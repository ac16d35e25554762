//! The alarm's work: rows that have no meaning any more are deleted.

use core::time::Duration;

use worker::{Result, SqlStorage};

use super::{claims, guesses};

/// How long after a write, and after each purge that left something.
pub const INTERVAL: Duration = Duration::from_secs(600);

/// Purges both tables, and says whether something is left.
pub fn purge(sql: &SqlStorage) -> Result<bool> {
    let has_claims = claims::purge(sql)?;
    Ok(guesses::purge(sql)? || has_claims)
}
