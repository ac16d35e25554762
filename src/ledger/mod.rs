//! The Ledger: the Durable Object that decides on everything that happens once.
//!
//! The race it prevents: KV has no compare-and-set, so of two requests with one nonce that read, then write,
//! both pass. Here a claim is one synchronous `INSERT ... ON CONFLICT DO NOTHING` in an object that runs one
//! thing at a time; whoever wrote the row was first. The answer leaves the object only after the row is
//! durable, so a crash can lose a claim's answer and never grants twice.
//!
//! Objects: `ledger-<n>` for claims, `guesses-<n>` for guesses and `rates-<n>` for requests along a route with a rate, so that a flood of
//! either delays no claim. The first
//! bytes of the key pick one of them. The key is a digest of authenticated bytes, so a client
//! can choose an object for its own proofs (DPoP) at most. Over
//! how many the claims of a key are spread must never change while claims live ([`address`]).
//! RPC: POST with lines for a body, the first of which is the call's name; answered 200, or anything else for a
//! failure, and then the gate refuses. [`claims`], [`guesses`], [`rates`] and [`outbox`] have a table and calls each; [`purge`]
//! empties the first three.

pub mod address;
pub mod claims;
pub mod guesses;
pub mod outbox;
mod purge;
pub mod rates;

use core::cell::Cell;
use core::time::Duration;

use purge::Purge;
use worker::{
    DurableObject, Env, Request, Response, Result, SqlCursor, SqlStorage, SqlStorageValue, State, durable_object,
};

/// See the top of this file.
#[durable_object]
pub struct Ledger {
    state: State,
    env: Env,
    /// Whether this instance made sure that its tables are there.
    is_set_up: Cell<bool>,
    /// Whether this instance knows that an alarm is set.
    armed: Cell<bool>,
    purge: Purge,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, is_set_up: Cell::default(), armed: Cell::default(), purge: Purge::default() }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let (clock, place) = address::of_caller(&request.inner().url());
        let body = request.text().await?;
        let sql = self.tables(clock)?;
        self.purge.hear(clock);
        if guesses::is_about_guesses(&body) {
            self.arm(&sql).await?;
            return guesses::answer(&self.env, &sql, &body, &place).await;
        }
        if let Some(answer) = rates::answer(&sql, &body)? {
            self.arm(&sql).await?;
            return Response::ok(answer);
        }
        if let Some(answer) = outbox::answer(&self.state, &self.env, &body).await? {
            return Response::ok(answer);
        }
        match claims::answer(&sql, &body)? {
            Some(answer) => {
                if answer == claims::FIRST || answer == claims::WITHDRAWN {
                    self.arm(&sql).await?;
                }
                Response::ok(answer)
            }
            None => Response::error("not a ledger call", 400),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        let sql = self.tables(None)?;
        // Should this fail, whoever comes next sees to it that it is tried again.
        self.armed.set(false);
        // First what somebody may wait for: a purge takes its time.
        let due = outbox::deliver(&self.state, &self.env).await?;
        let purge = self.purge.go_on(&sql).await?.map(|wait| wait as f64 * 1000.0);
        let next = purge.into_iter().chain(due).min_by(f64::total_cmp);
        self.armed.set(next.is_some());
        if let Some(next) = next {
            self.state.storage().set_alarm(Duration::from_millis(next as u64)).await?;
        }
        Response::ok("")
    }
}

impl Ledger {
    /// The tables, made if they are not there.
    fn tables(&self, clock: Option<i64>) -> Result<SqlStorage> {
        let sql = self.state.storage().sql();
        if !self.is_set_up.get() {
            for table in [claims::TABLE, guesses::TABLE, rates::TABLE, purge::TABLE] {
                sql.exec(table, None)?;
            }
            self.purge.begin(&sql, clock)?;
            self.is_set_up.set(true);
        }
        Ok(sql)
    }

    /// Sees to it that what is written is purged one day.
    async fn arm(&self, sql: &SqlStorage) -> Result<()> {
        if !self.armed.get() {
            if self.state.storage().get_alarm().await?.is_none() {
                self.state.storage().set_alarm(Duration::from_secs(self.purge.wait(sql)? as u64)).await?;
            }
            self.armed.set(true);
        }
        Ok(())
    }
}

/// The values of the first row. Read one by one: typed rows would bring serde's readers and their messages along.
fn first(cursor: &SqlCursor) -> Result<Option<Vec<SqlStorageValue>>> {
    cursor.raw().next().transpose()
}

/// Unix seconds.
fn now() -> i64 {
    (js_sys::Date::now() / 1000.0) as i64
}

fn text(value: &str) -> SqlStorageValue {
    SqlStorageValue::String(value.to_owned())
}

fn number(value: i64) -> SqlStorageValue {
    SqlStorageValue::Integer(value)
}
