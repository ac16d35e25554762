//! Guesses: how often somebody guessed at a password.
//!
//! All guesses at one account meet in one object, picked by a keyed digest of the account, so that counting is exact
//! whatever number of isolates is asked. These objects have no claims: a flood of sign-ins at one account delays nobody else. Those of a network meet in the object of the network's digest, which the account's
//! object asks, so that the gate asks once. Storage: `guesses(key, since, wrong, right, until)`, a row for each account,
//! each pair of account and network, and each network; all keys are keyed digests. RPC, lines of a body:
//!
//! - `guess`, account, pair, network or nothing; answered 200 with five lines of numbers: pair, account, right, network, since
//! - `known`, pair; answered 200 with 1 if it was right before, or 0
//! - `right`, account, pair, network or nothing, since
//! - `network`, network; answered 200 with two numbers: network, since
//! - `network-right`, network, since

use crate::{binding, glue};

use super::address;
use super::{first, now, number, text};
use edgegate_core::digest::{base64url, from_base64url};
use edgegate_core::ports::{Guess, Guesses};
use worker::{Env, Error, Response, Result, SqlStorage, SqlStorageValue};

/// The body of a call that counts a guess.
pub fn question(guess: &Guess) -> String {
    let network = guess.network.map(|network| base64url(&network.0)).unwrap_or_default();
    format!("guess\n{}\n{}\n{network}", base64url(&guess.account.0), base64url(&guess.pair.0))
}

/// The body of a call that asks whether a pair was right before.
pub fn asking_whether_known(guess: &Guess) -> String {
    format!("known\n{}", base64url(&guess.pair.0))
}

/// The body of a call that takes a guess back.
pub fn taking_back(guess: &Guess, counted: &Guesses) -> String {
    // Of a pair that was right before, the network was not counted.
    let network = guess.network.filter(|_| counted.right == 0).map(|network| base64url(&network.0)).unwrap_or_default();
    format!("right\n{}\n{}\n{network}\n{}", base64url(&guess.account.0), base64url(&guess.pair.0), counted.since)
}

/// What the answer to [`question`] says.
pub fn counted(answer: &str) -> Option<Guesses> {
    let mut numbers = answer.split('\n').map(|number| number.parse::<u64>().ok());
    let mut next = || numbers.next().flatten();
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Some(Guesses {
        pair: small(next()?),
        account: small(next()?),
        right: small(next()?),
        network: small(next()?),
        since: next()?,
    })
}

/// Whether a body is a call of this file.
pub fn is_about_guesses(body: &str) -> bool {
    matches!(body.split('\n').next(), Some("guess" | "known" | "right" | "network" | "network-right"))
}

/// See the top of this file.
pub const TABLE: &str = "CREATE TABLE IF NOT EXISTS guesses (key TEXT PRIMARY KEY, since INTEGER NOT NULL, \
     wrong INTEGER NOT NULL, right INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID";

/// Answers a call. `place`: where the other objects lie.
pub async fn answer(env: &Env, sql: &SqlStorage, body: &str, place: &str) -> Result<Response> {
    let lines: Vec<&str> = body.split('\n').collect();
    match lines.as_slice() {
        ["guess", account, pair, network] => {
            let (of_account, _, _) = count(sql, account, 600)?;
            let (of_pair, right, _) = count(sql, pair, 60)?;
            let of_network = match network.is_empty() || right > 0 {
                true => "0\n0".to_owned(),
                false => count_network(env, sql, account, network, place).await?,
            };
            Response::ok(format!("{of_pair}\n{of_account}\n{right}\n{of_network}"))
        }
        ["known", pair] => {
            let values = vec![text(pair), number(now())];
            let sql = sql.exec("SELECT 1 FROM guesses WHERE key = ? AND right > 0 AND until >= ?", values)?;
            Response::ok(if first(&sql)?.is_some() { "1" } else { "0" })
        }
        ["right", account, pair, network, since] => {
            take_back(sql, account, None)?;
            let values = vec![number(now() + REMEMBERED), text(pair)];
            sql.exec("UPDATE guesses SET wrong = 0, right = right + 1, until = MAX(until, ?) WHERE key = ?", values)?;
            if is_elsewhere(account, network) {
                // One that is not taken back is one too many for a minute, and locks nobody out.
                let question = format!("network-right\n{network}\n{since}");
                let _ = ask(env, network, &question, place).await;
            } else {
                take_back(sql, network, since.parse().ok())?;
            }
            Response::ok("")
        }
        ["network", network] => Response::ok(count_here(sql, network)?),
        ["network-right", network, since] => {
            take_back(sql, network, since.parse().ok())?;
            Response::ok("")
        }
        _ => Response::error("not a call about guesses", 400),
    }
}

/// Counts a guess of a network in the network's object, which may be this one.
async fn count_network(env: &Env, sql: &SqlStorage, account: &str, network: &str, place: &str) -> Result<String> {
    match is_elsewhere(account, network) {
        true => ask(env, network, &format!("network\n{network}"), place).await,
        false => count_here(sql, network),
    }
}

fn count_here(sql: &SqlStorage, network: &str) -> Result<String> {
    let (wrong, _, since) = count(sql, network, 60)?;
    Ok(format!("{wrong}\n{since}"))
}

async fn ask(env: &Env, network: &str, question: &str, place: &str) -> Result<String> {
    let address = [&object(network), "\n", place].concat();
    let answer = glue::ledger_ask(env, binding::LEDGER, &address, question, PATIENCE_MS).await?;
    answer.as_string().ok_or_else(|| Error::from("the Ledger answered nothing"))
}

fn is_elsewhere(account: &str, network: &str) -> bool {
    !network.is_empty() && object(account) != object(network)
}

/// The name of the object of a key in base64url.
fn object(key: &str) -> String {
    address::guesses(&from_base64url(key.as_bytes()).unwrap_or_default())
}

/// Wrong guesses within the window, this one included; right ones; and when the window began. One that began later than now,
/// by more than clocks differ, began when a clock was wrong, and would not end before that time comes.
fn count(sql: &SqlStorage, key: &str, window: i64) -> Result<(u32, u32, i64)> {
    let now = now();
    let values = vec![text(key), number(now), number(now + window), number(now - window + 1), number(now + AHEAD)];
    sql.exec(
        "INSERT INTO guesses (key, since, wrong, right, until) VALUES (?1, ?2, 1, 0, ?3) ON CONFLICT (key) DO UPDATE SET \
         wrong = CASE WHEN since BETWEEN ?4 AND ?5 THEN wrong + 1 ELSE 1 END, \
         since = CASE WHEN since BETWEEN ?4 AND ?5 THEN since ELSE ?2 END, until = MAX(until, ?3)",
        values,
    )?;
    let counted = first(&sql.exec("SELECT wrong, right, since FROM guesses WHERE key = ?", vec![text(key)])?)?;
    Ok(match counted.as_deref() {
        Some([SqlStorageValue::Integer(wrong), SqlStorageValue::Integer(right), SqlStorageValue::Integer(since)]) => {
            (u32::try_from(*wrong).unwrap_or(u32::MAX), u32::try_from(*right).unwrap_or(0), *since)
        }
        // A row that is not there after it was written is a fault; counted as full, it refuses.
        _ => (u32::MAX, 0, 0),
    })
}

/// Takes one back, if `since` is given only of the window that began then: it was not counted in a later one.
fn take_back(sql: &SqlStorage, key: &str, since: Option<i64>) -> Result<()> {
    let values = vec![text(key), number(since.unwrap_or(-1))];
    sql.exec("UPDATE guesses SET wrong = MAX(wrong - 1, 0) WHERE key = ?1 AND ?2 IN (-1, since)", values)?;
    Ok(())
}

/// Seconds.
const AHEAD: i64 = 5;
/// Seconds for which it is remembered that an account signed in from a network.
const REMEMBERED: i64 = 30 * 86_400;
/// How long the network's object may take; less than the gate gives the account's.
const PATIENCE_MS: u32 = 2000;
