//! Whether a text is, or holds, something that this gateway made or knows: such a text is never sent to anybody else.
//!
//! It is looked for in the spellings that a receiver could turn back into the credential: in upper or lower case,
//! with other characters around it, letters too, escaped, broken by spaces, padded or not, in base64 once more. What is
//! made of bytes is known by its first ones wherever it stands, or by its MAC, whichever kind it is; what names its key, by
//! its MAC if it stands alone, else by its form, even if it has lost its case. Tokens of sessions and clients' secrets are known with letters on one
//! side, and the gateway's own secrets if they stand alone.

pub mod luminate;
pub mod prefixes;
pub mod traces;

use crate::credential::issuer::jws;
use crate::credential::own::prefixes::{Heads, from_base64};
use crate::policy::{Key, KeyUse, Policy};
use crate::sealed::encoding::NODE;
use crate::sealed::seal::{self, Kind};
use crate::sealed::session_token;
use crate::sealed::store::Context;
use crate::secret::Secret;

/// Looks for it. Text with more places to look at than a token has counts as such a text.
pub fn is_in<P>(ctx: Context<'_, P>, text: &str) -> bool {
    let of_this_issuer = |token: jws::Jws<'_>| {
        token
            .claims()
            .is_some_and(|claims| claims.get("iss").is_some_and(|iss| iss == ctx.policy.gateway.issuer.as_str()))
    };
    if is_anothers(ctx, text.trim()) {
        return false;
    }
    // What stands alone, case lost, before a spelling's own padding: no other token ends so.
    let is_dotted = text.trim().strip_suffix('.').is_some_and(|rest| rest.trim_end_matches('.').bytes().all(is_letter));
    if is_dotted || jws::read(text.trim()).is_some_and(of_this_issuer) {
        return true;
    }
    let heads = Heads::default();
    let mut left = MOST;
    let mut before = String::new();
    let mut spelled = text.to_owned();
    // As it came, and unescaped for as long as that makes a difference.
    for _ in 0..UNESCAPED {
        let joined: String = spelled.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        let is_joined = joined != spelled && holds(ctx, &heads, &joined, &mut left);
        if is_joined || holds(ctx, &heads, &spelled, &mut left) {
            return true;
        }
        before.clone_from(&spelled);
        spelled = unescaped(&before);
        if spelled == before {
            return false;
        }
    }
    true
}

/// Whether a text has the form of this gateway's and is of none of its keys: another gateway of this kind wrote it, one of
/// whose keys has the same id, or it was made up or cut. Its issuer may well be the one that is asked. What has lost its
/// case is left out: whose it was cannot be told any more.
fn is_anothers<P>(ctx: Context<'_, P>, text: &str) -> bool {
    let of_kind = |kind: &Kind| Some((*kind, text.strip_prefix(kind.prefix())?.strip_prefix('_')?));
    let Some((kind, rest)) = Kind::ALL.iter().find_map(of_kind) else { return false };
    let letters = |key: &Key| rest.strip_prefix(&*key.id)?.strip_prefix('_');
    let Some((key, letters)) = ctx.policy.keys.iter().find_map(|key| Some((key, letters(key)?))) else { return false };
    let Ok(secret) = ctx.secrets.secret(&key.secret) else { return false };
    let has = |is_one: fn(&u8) -> bool| letters.as_bytes().iter().any(is_one);
    let kept_case = letters.len() < SHORTEST || (has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase));
    let is_alone = letters.bytes().all(is_letter) && !has_form(ctx.policy, letters);
    kept_case && is_alone && !seal::begins_with(kind, &key.id, secret, &from_base64(letters.as_bytes()))
}

fn holds<P>(ctx: Context<'_, P>, heads: &Heads, text: &str, left: &mut usize) -> bool {
    if has_form(ctx.policy, text) || heads.are_in(text) || ctx.secrets.holds(text.trim().as_bytes()) {
        return true;
    }
    let runs = text.split(|c: char| !u8::try_from(c).is_ok_and(is_letter)).filter(|run| run.len() >= SHORTEST);
    for run in runs {
        if is_claims(ctx.policy, run) || is_token_of_session(ctx, run) || is_wrapped(ctx.policy, heads, run) {
            return true;
        }
        // A prefix may stand before it that ends in a letter of the alphabet itself.
        let after = run.bytes().zip(1_usize..).take(PREFIX).filter(|(b, _)| matches!(b, b'-' | b'_' | b'+' | b'/'));
        let after = after.take(PIECES).filter_map(|(_, at)| run.get(at..));
        let stripped = ctx.policy.routes.iter().map(|route| &*route.bearer.prefix).filter(|prefix| !prefix.is_empty());
        let stripped = stripped.filter_map(|prefix| run.strip_prefix(prefix));
        let without_node = run.len().checked_sub(NODE.len()).and_then(|at| run.split_at_checked(at));
        let without_node = without_node.filter(|(_, node)| node.eq_ignore_ascii_case(NODE)).map(|(run, _)| run);
        for text in
            core::iter::once(run).chain(after).chain(stripped).chain(without_node).filter(|text| text.len() >= SHORTEST)
        {
            if text.len() <= LONGEST {
                let Some(fewer) = left.checked_sub(1) else { return true };
                *left = fewer;
            }
            if is_of_bytes(ctx, text) {
                return true;
            }
        }
    }
    false
}

fn is_of_bytes<P>(ctx: Context<'_, P>, text: &str) -> bool {
    let by_hex = crate::digest::from_hex(text.as_bytes());
    let by_base64 = from_base64(text.as_bytes());
    let is_one = |bytes: &[u8]| {
        text.len() <= LONGEST && secrets(ctx).any(|(id, secret)| seal::is_written_with(id, secret, bytes))
    };
    let is_bound = by_hex.as_ref().is_some_and(|bytes| is_bound(ctx, bytes));
    is_bound || by_hex.is_some_and(|bytes| is_one(&bytes)) || is_one(&by_base64)
}

/// Whether letters are what a JWT of this gateway's says, whatever stands around the rest of it.
fn is_claims(policy: &Policy, run: &str) -> bool {
    let claims = || serde_json::from_slice::<serde_json::Value>(&from_base64(run.as_bytes())).ok();
    run.starts_with("ey")
        && claims().is_some_and(|claims| claims.get("iss").is_some_and(|iss| iss == policy.gateway.issuer.as_str()))
}

/// Whether letters begin or end with a token of a session.
fn is_token_of_session<P>(ctx: Context<'_, P>, run: &str) -> bool {
    let last = run.len().checked_sub(SHORTEST).and_then(|at| run.get(at..));
    [run.get(..SHORTEST), last].into_iter().flatten().any(|text| is_bound(ctx, &from_base64(text.as_bytes())))
}

fn is_bound<P>(ctx: Context<'_, P>, bytes: &[u8]) -> bool {
    secrets(ctx).any(|(_, secret)| session_token::is_written_with(secret, bytes))
}

/// Whether letters hold one in base64 once more. It begins at any of them, so in one of four ways to read them.
fn is_wrapped(policy: &Policy, heads: &Heads, run: &str) -> bool {
    (0..4).filter_map(|at| run.get(at..)).any(|rest| {
        let inner = from_base64(rest.as_bytes());
        let inner = String::from_utf8_lossy(&inner);
        has_form(policy, &inner) || heads.are_in(&inner)
    })
}

fn secrets<'a, P>(ctx: Context<'a, P>) -> impl Iterator<Item = (&'a str, &'a Secret)> {
    let keys = ctx.policy.keys.iter().filter(|key| matches!(key.usage, KeyUse::Seal | KeyUse::Client));
    keys.filter_map(move |key| Some((&*key.id, ctx.secrets.secret(&key.secret).ok()?)))
}

/// Whether a text has `<prefix>_<key id>_` of this gateway's in it, or begins as a client's secret does.
fn has_form(policy: &Policy, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let names_key = |rest: &str| {
        policy.keys.iter().any(|key| {
            let rest =
                rest.get(..key.id.len()).filter(|id| id.eq_ignore_ascii_case(&key.id)).and(rest.get(key.id.len()..));
            rest.is_some_and(|rest| rest.starts_with('_'))
        })
    };
    let begins = |at: usize| {
        let text = text.get(at..)?;
        // Not `split_once`, which would go to the next `_` from each `eg`.
        let rest = Kind::ALL.iter().find_map(|kind| text.strip_prefix(kind.prefix())?.strip_prefix('_'))?;
        Some(names_key(rest))
    };
    let is_secret = |run: &str| {
        let last = run.len().checked_sub(SECRET.len() + SHORTEST).and_then(|at| run.get(at..));
        run.starts_with(SECRET) || last.is_some_and(|last| last.starts_with(SECRET))
    };
    let has_secret = text.split(|c: char| !u8::try_from(c).is_ok_and(is_letter)).any(is_secret);
    has_secret || text.match_indices("eg").any(|(at, _)| begins(at) == Some(true))
}

/// With `%XX` read, once. A `+` stays one.
fn unescaped(text: &str) -> String {
    let kept = text.replace('+', "%2B");
    String::from_utf8_lossy(&crate::http::query::decode(&kept)).into_owned()
}

/// Of hex and of base64 in either alphabet.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/')
}

/// How secrets of registered clients begin.
const SECRET: &str = "egk_";
/// Characters of the shortest: 32 bytes in base64.
const SHORTEST: usize = 43;
/// Characters of the longest, in hex.
const LONGEST: usize = (seal::BARE + seal::PAYLOAD) * 2;
/// Characters in which a prefix ends.
const PREFIX: usize = 32;
/// Pieces of a prefix.
const PIECES: usize = 4;
/// Places that are looked at; each costs a MAC for every kind and key.
const MOST: usize = 32;
/// How often escapes are undone.
const UNESCAPED: usize = 3;
