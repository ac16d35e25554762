//! The Ledger: the Durable Object that decides on everything that happens once.
//!
//! The race it prevents: KV has no compare-and-set, so of two requests with one nonce that read, then write,
//! both pass. Here a claim is one synchronous `INSERT ... ON CONFLICT DO NOTHING` in an object that runs one
//! thing at a time; whoever wrote the row was first. The answer leaves the object only after the row is
//! durable, so a crash can lose a claim's answer and never grants twice.
//!
//! Objects: 32 shards named `ledger-0` to `ledger-31`, by the first byte of the claim key. The key is a digest
//! of authenticated bytes, so no client can choose its shard. The number must never change while claims live.
//! Storage: one table, `claims(key, until, note)`. An alarm purges rows five minutes after their `until`.
//! RPC: POST with the body `claim|recall LF key LF until LF note`; answered 200 `first LF`, `replayed LF note`, `none LF` or
//! `some LF note`; anything else is a failure, and the gate refuses. `guesses.rs` has the other calls.

use core::cell::Cell;
use core::time::Duration;

use worker::{
    DurableObject, Env, Request, Response, Result, SqlCursor, SqlStorage, SqlStorageValue, State, durable_object,
};

use super::guesses;
use crate::digest::base64url;
use crate::ports::ClaimKey;

/// The name of a key's shard.
pub fn shard(key: &ClaimKey) -> String {
    let [first, ..] = key.0;
    format!("ledger-{}", first % SHARDS)
}

/// The body of a call.
pub fn question(operation: &str, key: &ClaimKey, until: u64, note: &str) -> String {
    format!("{operation}\n{}\n{until}\n{note}", base64url(&key.0))
}

/// See the top of this file.
#[durable_object]
pub struct Ledger {
    state: State,
    env: Env,
    /// Whether this instance knows that an alarm is set.
    armed: Cell<bool>,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, armed: Cell::new(false) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let body = request.text().await?;
        if guesses::is_about_guesses(&body) {
            self.arm().await?;
            return guesses::answer(&self.env, &self.state.storage().sql(), &body).await;
        }
        let mut lines = body.splitn(4, '\n');
        match (lines.next(), lines.next(), lines.next().and_then(|until| until.parse::<i64>().ok()), lines.next()) {
            (Some("claim"), Some(key), Some(until), Some(note)) => self.claim(key, until, note).await,
            (Some("recall"), Some(key), Some(_), Some(_)) => Response::ok(match self.note(key)? {
                Some(note) => format!("some\n{note}"),
                None => "none\n".to_owned(),
            }),
            _ => Response::error("not a ledger call", 400),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        let sql = self.table()?;
        sql.exec("DELETE FROM claims WHERE until < ?", vec![SqlStorageValue::Integer(now() - MARGIN)])?;
        let has_claims = first(&sql.exec("SELECT 1 FROM claims LIMIT 1", None)?)?.is_some();
        let is_needed = guesses::purge(&sql)? || has_claims;
        if is_needed {
            self.state.storage().set_alarm(PURGE).await?;
        }
        self.armed.set(is_needed);
        Response::ok("")
    }
}

impl Ledger {
    async fn claim(&self, key: &str, until: i64, note: &str) -> Result<Response> {
        // A row of that age may have been purged already: what could have been claimed counts as claimed.
        if until < now() - MARGIN {
            return Response::ok("replayed\n");
        }
        let values = vec![
            SqlStorageValue::String(key.to_owned()),
            SqlStorageValue::Integer(until),
            SqlStorageValue::String(note.to_owned()),
        ];
        let inserted = self
            .table()?
            .exec("INSERT INTO claims (key, until, note) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", values)?;
        if inserted.rows_written() == 0 {
            return Response::ok(format!("replayed\n{}", self.note(key)?.unwrap_or_default()));
        }
        self.arm().await?;
        Response::ok("first\n")
    }

    /// Sees to it that what is written is purged one day.
    async fn arm(&self) -> Result<()> {
        if !self.armed.get() {
            if self.state.storage().get_alarm().await?.is_none() {
                self.state.storage().set_alarm(PURGE).await?;
            }
            self.armed.set(true);
        }
        Ok(())
    }

    fn note(&self, key: &str) -> Result<Option<String>> {
        let values = vec![SqlStorageValue::String(key.to_owned())];
        let row = first(&self.table()?.exec("SELECT note FROM claims WHERE key = ?", values)?)?;
        Ok(row.map(|row| match row.into_iter().next() {
            Some(SqlStorageValue::String(note)) => note,
            _ => String::new(),
        }))
    }

    fn table(&self) -> Result<SqlStorage> {
        let sql = self.state.storage().sql();
        sql.exec(
            "CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, until INTEGER NOT NULL, note TEXT NOT NULL) WITHOUT ROWID",
            None,
        )?;
        Ok(sql)
    }
}

/// The values of the first row. Read one by one: typed rows would bring serde's readers and their messages along.
pub(super) fn first(cursor: &SqlCursor) -> Result<Option<Vec<SqlStorageValue>>> {
    cursor.raw().next().transpose()
}

/// Unix seconds.
pub(super) fn now() -> i64 {
    (js_sys::Date::now() / 1000.0) as i64
}

const SHARDS: u8 = 32;
/// Seconds for which a claim outlives its `until`: more than any two clocks of the platform differ.
const MARGIN: i64 = 300;
const PURGE: Duration = Duration::from_secs(600);
