//! The Ledger: the Durable Object that decides on everything that happens once.
//!
//! The race it prevents: KV has no compare-and-set, so of two requests with one nonce that read, then write,
//! both pass. Here a claim is one synchronous `INSERT ... ON CONFLICT DO NOTHING` in an object that runs one
//! thing at a time; whoever wrote the row was first. The answer leaves the object only after the row is
//! durable, so a crash can lose a claim's answer and never grants twice.
//!
//! Objects: 32 shards named `ledger-0` to `ledger-31`, by the first byte of the claim key. The key is a digest
//! of authenticated bytes, so no client can choose its shard. The number must never change while claims live.
//! RPC: POST with lines for a body, the first of which is the call's name; answered 200, or anything else for a
//! failure, and then the gate refuses. [`claims`], [`guesses`] and [`outbox`] have a table and calls each; [`purge`]
//! empties the first two.

pub mod claims;
pub mod guesses;
pub mod outbox;
mod purge;

use core::cell::Cell;
use core::time::Duration;

use worker::{DurableObject, Env, Request, Response, Result, SqlCursor, SqlStorageValue, State, durable_object};

use crate::ports::ClaimKey;

/// The name of a key's shard.
pub fn shard(key: &ClaimKey) -> String {
    let [first, ..] = key.0;
    format!("ledger-{}", first % SHARDS)
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
        let sql = self.state.storage().sql();
        if guesses::is_about_guesses(&body) {
            self.arm().await?;
            return guesses::answer(&self.env, &sql, &body).await;
        }
        if let Some(answer) = outbox::answer(&self.state, &self.env, &body).await? {
            return Response::ok(answer);
        }
        match claims::answer(&sql, &body)? {
            Some(answer) => {
                if answer == claims::FIRST || answer == claims::WITHDRAWN {
                    self.arm().await?;
                }
                Response::ok(answer)
            }
            None => Response::error("not a ledger call", 400),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        let due = outbox::deliver(&self.state, &self.env).await?.map(|due| Duration::from_millis(due as u64));
        let purge = purge::purge(&self.state.storage().sql())?.then_some(purge::INTERVAL);
        let next = due.into_iter().chain(purge).min();
        if let Some(next) = next {
            self.state.storage().set_alarm(next).await?;
        }
        self.armed.set(next.is_some());
        Response::ok("")
    }
}

impl Ledger {
    /// Sees to it that what is written is purged one day.
    async fn arm(&self) -> Result<()> {
        if !self.armed.get() {
            if self.state.storage().get_alarm().await?.is_none() {
                self.state.storage().set_alarm(purge::INTERVAL).await?;
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

const SHARDS: u8 = 32;
