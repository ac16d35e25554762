//! Bearer tokens that somebody else issued, and what this isolate remembers of their issuers.
//!
//! A stranger can send any token and must not be able to make the gate ask for each. A JWT is judged by its claims before
//! its issuer's keys are looked for; keys are asked for anew at most once in [`PAUSE`] seconds because of a key id that is
//! not known, and while there are none at all at most [`AT_ONCE`] times in [`PATIENCE`]. Where a token can only be asked
//! about, a network whose tokens were not active has to wait after twenty a minute.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::Value;

use super::jwt::{self, Told};
use super::store::Context;
use super::{introspection, jwk, jws, own};
use crate::digest::sha256;
use crate::policy::{Issuer, JwsAlgorithm, Policy, Verification};
use crate::ports::{Call, Ports, Upstream};
use crate::refusal::Reason;

/// Keys by issuer, and tokens that were verified lately, by their digest.
#[derive(Debug, Default)]
pub struct Foreign {
    keys: RefCell<Vec<(String, Keys)>>,
    /// Sorted by digest.
    told: RefCell<Vec<Known>>,
}

/// What an issuer said about a token, or what its keys did.
#[derive(Debug, Clone)]
struct Known {
    digest: [u8; 32],
    issuer: String,
    result: Result<Told, Reason>,
    until: u64,
}

#[derive(Debug, Clone, Default)]
struct Keys {
    list: Arc<Vec<Value>>,
    /// Unix seconds; 0: never.
    fetched: u64,
    /// When asking began last, and how often since.
    asked: u64,
    asks: u32,
}

/// What this isolate can say of a token by itself.
#[derive(Debug)]
pub enum Verdict {
    /// It counts, and this is who it is about.
    Told(Told),
    /// Only this issuer knows, and it is nothing that this gateway made.
    Ask(Arc<Issuer>),
}

/// Judges a token by the issuers that a route accepts, as far as nobody has to be asked about it.
///
/// # Errors
/// The reasons of [`jwt`], `JwtIssuer`, `JwtKeyUnknown`, `JwtSignature`, `TokenInactive`, `KeysUnavailable`.
pub async fn verify<P: Ports>(
    ctx: Context<'_>,
    ports: &P,
    policy: &Policy,
    memory: &Foreign,
    issuers: &[&Arc<Issuer>],
    token: &str,
) -> Result<Verdict, Reason> {
    let digest = sha256(&[token.as_bytes()]);
    if let Some(Ok(told)) = memory.told(&digest, issuers, ctx.now) {
        return Ok(Verdict::Told(told));
    }
    let by_keys = |issuer: &&&Arc<Issuer>| matches!(issuer.verification, Verification::Jwks { .. });
    let asked = issuers.iter().find(|issuer| !by_keys(issuer));
    let jws = jws::read(token);
    let claims = jws.as_ref().and_then(jws::Jws::claims);
    let named = claims.as_ref().and_then(|claims| claims.get("iss")?.as_str());
    let issuer = issuers.iter().filter(by_keys).find(|issuer| Some(issuer.issuer.as_str()) == named);
    match (issuer, jws, &claims, asked) {
        (Some(issuer), Some(jws), Some(claims), _) => {
            let Verification::Jwks { algorithms, .. } = &issuer.verification else { return Err(Reason::Internal) };
            let algorithm = jwt::judge_header(&jws, algorithms)?;
            let told = jwt::judge_claims(issuer, claims, ctx.now)?;
            let (key, fetched) = memory.key(ctx, ports, issuer, jws.text("kid"), algorithm).await?;
            if !jws.is_signed_by(ports, algorithm, &key).await? {
                return Err(Reason::JwtSignature);
            }
            // No longer than its key may be kept.
            let until = told.until.min(fetched + issuer.cache);
            memory.remember(digest, issuer, Ok(told.clone()), until);
            Ok(Verdict::Told(told))
        }
        // What this gateway made is nobody else's to see.
        (None, _, _, Some(_)) if own::is_in(ctx, policy, token) => Err(Reason::JwtIssuer),
        (None, _, _, Some(issuer)) => match memory.told(&digest, &[issuer], ctx.now) {
            Some(Err(reason)) => Err(reason),
            _ => Ok(Verdict::Ask(Arc::clone(issuer))),
        },
        (_, None, _, None) | (_, _, None, None) => Err(Reason::JwtMalformed),
        _ => Err(Reason::JwtIssuer),
    }
}

/// Asks an issuer about a token, and remembers what it said.
///
/// # Errors
/// The reasons of [`introspection::ask`].
pub async fn ask<P: Ports>(
    ctx: Context<'_>,
    ports: &P,
    memory: &Foreign,
    issuer: &Arc<Issuer>,
    token: &str,
) -> Result<Told, Reason> {
    let result = introspection::ask(ctx, ports, issuer, token).await;
    let until = match &result {
        Ok(told) => told.until,
        Err(Reason::TokenInactive | Reason::JwtAudience | Reason::JwtSubject | Reason::TokenBinding) => {
            ctx.now + issuer.cache.min(PAUSE)
        }
        Err(_) => return result,
    };
    memory.remember(sha256(&[token.as_bytes()]), issuer, result.clone(), until);
    result
}

impl Foreign {
    /// What one of these issuers said about a token.
    fn told(&self, digest: &[u8; 32], issuers: &[&Arc<Issuer>], now: u64) -> Option<Result<Told, Reason>> {
        let told = self.told.borrow();
        let known = told.get(told.binary_search_by_key(digest, |known| known.digest).ok()?)?;
        let is_accepted = issuers.iter().any(|issuer| issuer.name == known.issuer);
        (is_accepted && now < known.until).then(|| known.result.clone())
    }

    fn remember(&self, digest: [u8; 32], issuer: &Issuer, result: Result<Told, Reason>, until: u64) {
        let mut told = self.told.borrow_mut();
        if told.len() >= CAPACITY {
            told.clear(); // whoever comes again is judged again
        }
        let known = Known { digest, issuer: issuer.name.clone(), result, until };
        match told.binary_search_by_key(&digest, |known| known.digest) {
            Ok(at) => {
                if let Some(entry) = told.get_mut(at) {
                    *entry = known;
                }
            }
            Err(at) => told.insert(at, known),
        }
    }

    /// The issuer's key for a token, as [`jwk::public`] writes it, and when it was fetched.
    async fn key(
        &self,
        ctx: Context<'_>,
        ports: &impl Upstream,
        issuer: &Issuer,
        id: Option<&str>,
        algorithm: JwsAlgorithm,
    ) -> Result<(String, u64), Reason> {
        let known = self.keys.borrow().iter().find(|(name, _)| *name == issuer.name).map(|(_, keys)| keys.clone());
        let known = known.unwrap_or_default();
        let age = ctx.now.saturating_sub(known.fetched);
        let is_fresh = known.fetched > 0 && age < issuer.cache;
        let is_usable = known.fetched > 0 && age < issuer.cache + GRACE;
        let found = pick(&known.list, id, algorithm).filter(|_| is_usable).map(|key| (key, known.fetched));
        if let Some(key) = found.clone().filter(|_| is_fresh) {
            return Ok(key);
        }
        let (pause, most) = match (is_fresh, is_usable) {
            (true, _) => (PAUSE, 1),
            (_, true) => (PATIENCE, 1),
            _ => (PATIENCE, AT_ONCE),
        };
        if !self.may_ask(&issuer.name, ctx.now, pause, most) {
            return found.ok_or(if is_fresh { Reason::JwtKeyUnknown } else { Reason::KeysUnavailable });
        }
        match fetch(ports, issuer).await {
            Ok(list) => {
                let key = pick(&list, id, algorithm);
                if let Some((_, keys)) = self.keys.borrow_mut().iter_mut().find(|(name, _)| *name == issuer.name) {
                    (keys.list, keys.fetched) = (Arc::new(list), ctx.now);
                }
                key.map(|key| (key, ctx.now)).ok_or(Reason::JwtKeyUnknown)
            }
            Err(reason) => found.ok_or(reason),
        }
    }

    /// Counts an attempt, if it may be made. What was begun counts at once: others must not begin it too.
    fn may_ask(&self, issuer: &str, now: u64, pause: u64, most: u32) -> bool {
        let mut all = self.keys.borrow_mut();
        if !all.iter().any(|(name, _)| name == issuer) {
            all.push((issuer.to_owned(), Keys::default()));
        }
        let Some((_, keys)) = all.iter_mut().find(|(name, _)| name == issuer) else { return false };
        if now.saturating_sub(keys.asked) >= pause {
            (keys.asked, keys.asks) = (now, 0);
        }
        keys.asks += 1;
        keys.asks <= most
    }
}

/// The key that a token names; without a name the only one that fits.
fn pick(list: &[Value], id: Option<&str>, algorithm: JwsAlgorithm) -> Option<String> {
    let is_named = |key: &&Value| id.is_none() || key.get("kid").and_then(Value::as_str) == id;
    let mut fitting = list.iter().filter(is_named).filter_map(|key| jwk::public(key, algorithm));
    let first = fitting.next()?;
    fitting.all(|other| other == first).then_some(first)
}

async fn fetch(ports: &impl Upstream, issuer: &Issuer) -> Result<Vec<Value>, Reason> {
    let Verification::Jwks { path, .. } = &issuer.verification else { return Err(Reason::Internal) };
    let call = Call { path, headers: &[], body: None };
    let (status, text) = ports.call(&issuer.origin, &call).await.map_err(|_| Reason::KeysUnavailable)?;
    let document: Option<Value> = serde_json::from_slice(text.as_bytes()).ok().filter(|_| status == 200);
    match document.as_ref().and_then(|document| document.get("keys")).and_then(Value::as_array) {
        Some(keys) if keys.len() <= MOST_KEYS => Ok(keys.clone()),
        _ => Err(Reason::KeysUnavailable),
    }
}

/// Seconds between two fetches that only an unknown key id asks for.
const PAUSE: u64 = 30;
/// Seconds that a fetch may take.
const PATIENCE: u64 = 3;
/// Fetches that may be under way while there are no keys.
const AT_ONCE: u32 = 8;
/// Seconds for which keys are used beyond their time while newer ones cannot be had.
const GRACE: u64 = 3600;
const MOST_KEYS: usize = 64;
const CAPACITY: usize = 1024;
