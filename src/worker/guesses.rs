//! The second table of the Ledger's objects: how often somebody guessed at a password.
//!
//! All guesses at one account meet in one object, picked by a keyed digest of the account, so that counting is exact
//! whatever number of isolates is asked. Storage: `guesses(key, since, wrong, right, until)`, a row for each account
//! and for each pair of account and network; both keys are keyed digests. RPC: the body `guess|right LF account LF
//! pair`; answered 200 `pair LF account LF right`, three numbers.

use worker::{Response, Result, SqlStorage, SqlStorageValue};

use super::ledger::{first, now};

/// Counts one guess at both keys.
pub fn guess(sql: &SqlStorage, account: &str, pair: &str) -> Result<Response> {
    let (of_account, _) = count(sql, account, 600)?;
    let (of_pair, right) = count(sql, pair, 60)?;
    Response::ok(format!("{of_pair}\n{of_account}\n{right}"))
}

/// Takes a guess back that was right.
pub fn right(sql: &SqlStorage, account: &str, pair: &str) -> Result<Response> {
    table(sql)?;
    let values = vec![text(account)];
    sql.exec("UPDATE guesses SET wrong = MAX(wrong - 1, 0) WHERE key = ?", values)?;
    let values = vec![number(now() + REMEMBERED), text(pair)];
    sql.exec("UPDATE guesses SET wrong = 0, right = right + 1, until = MAX(until, ?) WHERE key = ?", values)?;
    Response::ok("0\n0\n0")
}

/// Deletes what has no meaning any more, and says whether something is left.
pub fn purge(sql: &SqlStorage) -> Result<bool> {
    table(sql)?;
    sql.exec("DELETE FROM guesses WHERE until < ?", vec![number(now())])?;
    Ok(first(&sql.exec("SELECT 1 FROM guesses LIMIT 1", None)?)?.is_some())
}

/// Wrong guesses within the window, this one included, and right ones.
fn count(sql: &SqlStorage, key: &str, window: i64) -> Result<(u32, u32)> {
    table(sql)?;
    let now = now();
    let values = vec![text(key), number(now), number(now + window), number(now - window)];
    sql.exec(
        "INSERT INTO guesses (key, since, wrong, right, until) VALUES (?1, ?2, 1, 0, ?3) ON CONFLICT (key) DO UPDATE SET \
         wrong = CASE WHEN since <= ?4 THEN 1 ELSE wrong + 1 END, \
         since = CASE WHEN since <= ?4 THEN ?2 ELSE since END, until = MAX(until, ?3)",
        values,
    )?;
    let counted = first(&sql.exec("SELECT wrong, right FROM guesses WHERE key = ?", vec![text(key)])?)?;
    Ok(match counted.as_deref() {
        Some([SqlStorageValue::Integer(wrong), SqlStorageValue::Integer(right)]) => {
            (u32::try_from(*wrong).unwrap_or(u32::MAX), u32::try_from(*right).unwrap_or(0))
        }
        // A row that is not there after it was written is a fault; counted as full, it refuses.
        _ => (u32::MAX, 0),
    })
}

fn table(sql: &SqlStorage) -> Result<()> {
    sql.exec(
        "CREATE TABLE IF NOT EXISTS guesses (key TEXT PRIMARY KEY, since INTEGER NOT NULL, wrong INTEGER NOT NULL, \
         right INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
        None,
    )?;
    Ok(())
}

fn text(value: &str) -> SqlStorageValue {
    SqlStorageValue::String(value.to_owned())
}

fn number(value: i64) -> SqlStorageValue {
    SqlStorageValue::Integer(value)
}

/// Seconds for which it is remembered that an account signed in from a network.
const REMEMBERED: i64 = 30 * 86_400;
