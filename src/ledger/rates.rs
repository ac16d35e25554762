//! Rates: how many requests somebody made along a route.
//!
//! Objects of their own, picked by the key, so that a flood along one route delays no claim and no sign-in. Storage:
//! `rates(key, since, count, until)`, a row for each route and each of those who are counted along it; keys are keyed digests. What is
//! too much is not counted on, so a flood writes nothing. RPC, lines of a body:
//!
//! - `rate`, key, limit, period; answered with two numbers: count, seconds until the window ends

use super::{first, now, number, text};
use edgegate_core::digest::base64url;
use edgegate_core::policy::Rate;
use edgegate_core::ports::{ClaimKey, Counted};
use worker::{Result, SqlStorage, SqlStorageValue};

/// The body of a call that counts a request.
pub fn question(rate: &Rate, key: &ClaimKey) -> String {
    format!("rate\n{}\n{}\n{}", base64url(&key.0), rate.limit, rate.period)
}

/// What the answer to [`question`] says.
pub fn counted(answer: &str) -> Option<Counted> {
    let (count, left) = answer.split_once('\n')?;
    Some(Counted { count: count.parse().ok()?, left: left.parse().ok()? })
}

/// See the top of this file.
pub const TABLE: &str = "CREATE TABLE IF NOT EXISTS rates (key TEXT PRIMARY KEY, since INTEGER NOT NULL, \
     count INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID";

/// Answers a call; None if it is none of this file.
pub fn answer(sql: &SqlStorage, body: &str) -> Result<Option<String>> {
    let lines: Vec<&str> = body.split('\n').collect();
    let ["rate", key, limit, period] = lines.as_slice() else { return Ok(None) };
    let (Ok(limit), Ok(period)) = (limit.parse(), period.parse()) else { return Ok(None) };
    count(sql, key, limit, period).map(Some)
}

/// One statement counts, in an object that runs one thing at a time: of any number of requests so many are within the
/// limit as it says. A window that began later than now, by more than clocks differ, began when a clock was wrong.
fn count(sql: &SqlStorage, key: &str, limit: i64, period: i64) -> Result<String> {
    let now = now();
    let (oldest, newest) = (number(now - period + 1), number(now + AHEAD));
    let values = vec![text(key), number(now), number(now + period), oldest, newest, number(limit)];
    sql.exec(
        "INSERT INTO rates (key, since, count, until) VALUES (?1, ?2, 1, ?3) ON CONFLICT (key) DO UPDATE SET \
         count = CASE WHEN since BETWEEN ?4 AND ?5 THEN count + 1 ELSE 1 END, \
         since = CASE WHEN since BETWEEN ?4 AND ?5 THEN since ELSE ?2 END, \
         until = CASE WHEN since BETWEEN ?4 AND ?5 THEN until ELSE ?3 END \
         WHERE count <= ?6 OR NOT since BETWEEN ?4 AND ?5",
        values,
    )?;
    let row = first(&sql.exec("SELECT count, since FROM rates WHERE key = ?", vec![text(key)])?)?;
    Ok(match row.as_deref() {
        Some([SqlStorageValue::Integer(count), SqlStorageValue::Integer(since)]) => {
            format!("{count}\n{}", (since + period - now).clamp(1, period))
        }
        // A row that is not there after it was written is a fault; counted as full, it refuses.
        _ => format!("{}\n{period}", limit.saturating_add(1)),
    })
}

/// Seconds.
const AHEAD: i64 = 5;
