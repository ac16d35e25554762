//! Claims: which keys somebody had already, and what was noted for whoever comes second.
//!
//! Storage: `claims(key, until, note)`. A row is kept for five minutes after its `until`. `note` is the request that
//! claimed, when it was answered, LF, and the note itself; nothing before LF where no request can take the claim back. A
//! withdrawal is a row too: its key has the request behind a space, and a claim by that request is void.
//! RPC, lines of a body:
//!
//! - `claim`, key, until, request, note; answered `first LF`, `replayed LF age LF note`, or `void LF`
//! - `recall`, key, 0, nothing; answered `none LF` or `some LF note`
//! - `redeem`, kept, key, until, request, ways, note: a claim of `key` if one of the ways is on the first line of the note of
//!   `kept`; answered `none LF`, `others LF kept`, or `kept LF kept's length LF kept` and then as a claim is
//! - `withdraw`, key, request; answered `withdrawn LF`
//! - `claim`, key, until, note: as versions ask that know no withdrawal; answered `first LF` or `replayed LF note`

use super::{first, now, number, text};
use edgegate_core::digest::base64url;
use edgegate_core::ports::{ClaimKey, Claimed, Kept, Redeemed, Redemption};
use worker::{Result, SqlStorage, SqlStorageValue};

/// What a claim is answered that was the first.
pub const FIRST: &str = "first\n";
/// What a claim is answered that was withdrawn, or came too late to be granted or refused.
const VOID: &str = "void\n";
/// See the top of this file.
pub const TABLE: &str = "CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, until INTEGER NOT NULL, note TEXT NOT NULL) WITHOUT ROWID";
/// What a withdrawal is answered.
pub const WITHDRAWN: &str = "withdrawn\n";

/// The body of a call that claims.
pub fn claiming(key: &ClaimKey, until: u64, by: &str, note: &str) -> String {
    format!("claim\n{}\n{until}\n{by}\n{note}", base64url(&key.0))
}

/// The body of a call that asks for a note.
pub fn asking(key: &ClaimKey) -> String {
    ["recall\n", &base64url(&key.0), "\n0\n"].concat()
}

/// The body of a call that redeems.
pub fn redeeming(redemption: &Redemption<'_>, by: &str) -> String {
    let Redemption { kept, key, until, ways, note } = redemption;
    let (kept, key, ways) = (base64url(&kept.0), base64url(&key.0), ways.join(" "));
    format!("redeem\n{kept}\n{key}\n{until}\n{by}\n{ways}\n{note}")
}

/// What a call that redeems was answered; None if it is no answer.
pub fn redeemed(answer: &str) -> Option<Redeemed> {
    let (word, rest) = answer.split_once('\n')?;
    match word {
        "none" => Some(Redeemed::Unknown),
        "others" => Some(Redeemed::ForOthers(rest.to_owned())),
        "kept" => {
            let (length, rest) = rest.split_once('\n')?;
            let (kept, claim) = rest.split_at_checked(length.parse().ok()?)?;
            Some(Redeemed::Claimed(kept.to_owned(), claimed(claim)?))
        }
        _ => None,
    }
}

/// What a call that claims was answered; None if it is no answer, or void.
pub fn claimed(answer: &str) -> Option<Claimed> {
    match answer.split_once('\n')? {
        ("first", _) => Some(Claimed::First),
        ("replayed", told) => {
            let (age, note) = told.split_once('\n')?;
            Some(Claimed::Replayed { note: note.to_owned(), age: age.parse().ok()? })
        }
        _ => None,
    }
}

/// The body of a call that takes a claim back.
pub fn withdrawing(key: &ClaimKey, by: &str) -> String {
    ["withdraw\n", &base64url(&key.0), "\n", by].concat()
}

/// Answers a call; None if it is none of this file.
pub fn answer(sql: &SqlStorage, body: &str) -> Result<Option<String>> {
    if let Some(redemption) = body.strip_prefix("redeem\n") {
        return redeem(sql, redemption);
    }
    let lines: Vec<&str> = body.splitn(5, '\n').collect();
    match lines.as_slice() {
        ["claim", key, until, by, note] => match until.parse() {
            Ok(until) => claim(sql, &Claim { key, until, by, note }).map(Some),
            Err(_) => Ok(None),
        },
        ["claim", key, until, note] => match until.parse() {
            Ok(until) => Ok(match claimed(&claim(sql, &Claim { key, until, by: "", note })?) {
                Some(Claimed::Replayed { note, .. }) => Some(["replayed\n", &note].concat()),
                Some(Claimed::First) => Some(FIRST.to_owned()),
                None => None, // a failure for that version, and the gate refuses
            }),
            Err(_) => Ok(None),
        },
        ["recall", key, ..] => Ok(Some(match row_of(sql, key)? {
            Some(row) => format!("some\n{}", parts(&row).2),
            None => "none\n".to_owned(),
        })),
        ["withdraw", key, by] => withdraw(sql, key, by).map(Some),
        _ => Ok(None),
    }
}

/// Claims a key for good.
pub fn revoke(sql: &SqlStorage, key: &str, until: i64) -> Result<()> {
    insert(sql, &Claim { key, until, by: "", note: "" }, "\n").map(|_| ())
}

/// A claim as it arrives.
struct Claim<'a> {
    key: &'a str,
    until: i64,
    /// The request that makes it; empty where it cannot be taken back.
    by: &'a str,
    /// What who comes second is told.
    note: &'a str,
}

fn claim(sql: &SqlStorage, claim: &Claim<'_>) -> Result<String> {
    let Claim { key, until, by, note } = *claim;
    let now = now();
    // A row that ended before the horizon may have been purged: what could have been claimed counts as claimed. What is done about it
    // where a note would say when, nobody knows.
    if first(&sql.exec("SELECT 1 FROM horizon WHERE deleted > ?", vec![number(until)])?)?.is_some() {
        return Ok(if note.is_empty() { "replayed\n0\n" } else { VOID }.to_owned());
    }
    let own = format!("{by} {now}\n{note}");
    if insert(sql, claim, &own)? {
        return Ok(FIRST.to_owned());
    }
    let Some(row) = row_of(sql, key)? else { return Ok(VOID.to_owned()) };
    let (whose, at, note) = parts(&row);
    if whose == by && !by.is_empty() {
        update(sql, key, &own)?;
        return Ok(FIRST.to_owned());
    }
    // A request that is told a note acts on it, so from now on the claim stands.
    if !whose.is_empty() && !note.is_empty() {
        update(sql, key, &format!(" {at}\n{note}"))?;
    }
    // A clock that was set back makes nothing old.
    Ok(format!("replayed\n{}\n{note}", (now - at).max(0)))
}

fn redeem(sql: &SqlStorage, body: &str) -> Result<Option<String>> {
    let lines: Vec<&str> = body.splitn(6, '\n').collect();
    let [kept, key, until, by, ways, note] = lines.as_slice() else { return Ok(None) };
    let Ok(until) = until.parse() else { return Ok(None) };
    let Some(row) = row_of(sql, kept)? else { return Ok(Some("none\n".to_owned())) };
    let kept = Kept::read(parts(&row).2);
    if !kept.is_for(ways.split(' ')) {
        return Ok(Some(format!("others\n{}", kept.text)));
    }
    let claim = claim(sql, &Claim { key, until, by, note })?;
    Ok(Some(format!("kept\n{}\n{}{claim}", kept.text.len(), kept.text)))
}

/// Takes a claim back. It is remembered for a while in any case: the claim may be asked for once more, and that question may
/// arrive later.
fn withdraw(sql: &SqlStorage, key: &str, by: &str) -> Result<String> {
    if row_of(sql, key)?.is_some_and(|row| parts(&row).0 == by) {
        sql.exec("DELETE FROM claims WHERE key = ?", vec![text(key)])?;
    }
    let withdrawal = Claim { key: &[key, " ", by].concat(), until: now() + REMEMBERED, by: "", note: "" };
    insert(sql, &withdrawal, "\n")?;
    Ok(WITHDRAWN.to_owned())
}

/// Whether the row was written: there is none yet, and no withdrawal by that request.
fn insert(sql: &SqlStorage, claim: &Claim<'_>, row: &str) -> Result<bool> {
    let Claim { key, until, by, .. } = *claim;
    let values = vec![text(key), number(until), text(row), text(&[key, " ", by].concat())];
    let inserted = sql.exec(
        "INSERT INTO claims (key, until, note) SELECT ?1, ?2, ?3 WHERE NOT EXISTS \
         (SELECT 1 FROM claims WHERE key = ?4) ON CONFLICT DO NOTHING",
        values,
    )?;
    Ok(inserted.rows_written() > 0)
}

fn update(sql: &SqlStorage, key: &str, note: &str) -> Result<()> {
    sql.exec("UPDATE claims SET note = ?2 WHERE key = ?1", vec![text(key), text(note)]).map(|_| ())
}

fn row_of(sql: &SqlStorage, key: &str) -> Result<Option<String>> {
    let row = first(&sql.exec("SELECT note FROM claims WHERE key = ?", vec![text(key)])?)?;
    Ok(row.map(|row| match row.into_iter().next() {
        Some(SqlStorageValue::String(note)) => note,
        _ => String::new(),
    }))
}

/// Whose claim a row is, when that one was answered, and its note. A row of an earlier version is a note alone, and one that
/// says when it was left is no more than that time.
fn parts(row: &str) -> (&str, i64, &str) {
    let (head, note) = row.split_once('\n').unwrap_or(("", row));
    let (by, at) = head.split_once(' ').unwrap_or(("", note));
    (by, at.parse().unwrap_or(0), note)
}

/// Seconds for which a withdrawal is remembered: longer than any question can be under way.
const REMEMBERED: i64 = 600;
