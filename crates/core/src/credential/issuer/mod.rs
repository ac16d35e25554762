//! Bearer tokens that somebody else issued, and what this isolate remembers of their issuers.
//!
//! A stranger can send any token and must not be able to make the gateway ask for each. The claims of a JWT are validated
//! before its issuer's keys are looked for, and how often they are fetched is bounded (`keys.rs`). Where a token can
//! only be asked about, a network whose tokens were not active has to wait after twenty a minute.

pub(crate) mod fetch;
pub mod introspection;
pub mod jwk;
pub mod jws;
pub mod jwt;
pub(crate) mod keys;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::credential::own;
use crate::digest::sha256;
use crate::identity::claims::Claims;
use crate::policy::{Issuer, Verification};
use crate::ports::{Ports, Timer, Upstream};
use crate::refusal::Reason;
use crate::sealed::cache::is_ahead;
use crate::sealed::store::Context;

use jwt::Told;
use keys::{IssuerKeys, Named};

/// Keys by issuer, and tokens that were verified lately, by their digest.
#[derive(Debug, Default)]
pub struct Issuers {
    keys: IssuerKeys,
    /// Sorted by digest.
    told: RefCell<Vec<Known>>,
    /// When the newest of it all was remembered.
    newest: Cell<u64>,
}

/// What an issuer said about a token, or what its keys did.
#[derive(Debug, Clone)]
struct Known {
    digest: [u8; 32],
    issuer: String,
    result: Result<Told, Reason>,
    /// Unix seconds. What was remembered later than now was so under a clock that was wrong, and may be older than it says.
    since: u64,
    until: u64,
}

/// What this isolate can say of a token by itself.
#[derive(Debug)]
pub enum Verdict {
    /// It counts, and this is who it is about.
    Told(Box<Told>),
    /// Only this issuer knows, and it is nothing that this gateway made.
    Ask(Arc<Issuer>),
}

/// Verifies a token by the issuers that a route accepts, as far as none of them has to be asked about it.
///
/// # Errors
/// The reasons of [`jwt`], `JwtIssuer`, `JwtKeyUnknown`, `JwtSignature`, `TokenInactive`, `KeysUnavailable`.
pub async fn verify<P: Ports>(
    ctx: Context<'_, P>,
    memory: &Issuers,
    issuers: &[&Arc<Issuer>],
    token: &str,
) -> Result<Verdict, Reason> {
    let digest = sha256(&[token.as_bytes()]);
    if let Some(Ok(told)) = memory.told(&digest, issuers, ctx.now) {
        return Ok(Verdict::Told(Box::new(told)));
    }
    let by_keys = |issuer: &&&Arc<Issuer>| matches!(issuer.verification, Verification::Jwks { .. });
    let asked = issuers.iter().find(|issuer| !by_keys(issuer));
    let jws = jws::read(token);
    let claims = jws.as_ref().and_then(jws::Jws::claims);
    let named = claims.as_ref().and_then(|claims| claims.get("iss")?.as_str());
    let issuer = named.and_then(|iss| Some((iss, issuers.iter().filter(by_keys).find(|issuer| issuer.is_of(iss))?)));
    match (issuer, jws, &claims, asked) {
        (Some((iss, issuer)), Some(jws), Some(claims), _) => {
            let Verification::Jwks { algorithms, .. } = &issuer.verification else { return Err(Reason::Internal) };
            let algorithm = jwt::check_header(&jws, algorithms)?;
            let mut told = jwt::check_claims(issuer, claims, ctx.now)?;
            told.identity.claims = Claims::read(&ctx.policy.claims.paths, claims);
            memory.newest.set(memory.newest.get().max(ctx.now));
            let (key, fetched) =
                memory.keys.find(ctx, Named { issuer, iss, id: jws.text("kid"), algorithm: Some(algorithm) }).await?;
            if !jws.is_signed_by(ctx.ports, algorithm, &key).await? {
                return Err(Reason::JwtSignature);
            }
            // No longer than its key may be kept.
            let until = told.until.min(fetched + issuer.cache);
            let (issuer, result) = (issuer.name.clone(), Ok(told.clone()));
            memory.remember(Known { digest, issuer, result, since: ctx.now, until });
            Ok(Verdict::Told(Box::new(told)))
        }
        // No issuer gets to see what this gateway made.
        (None, _, _, Some(_)) if own::is_in(ctx, token) => Err(Reason::JwtIssuer),
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
    ctx: Context<'_, P>,
    memory: &Issuers,
    issuer: &Arc<Issuer>,
    token: &str,
) -> Result<Told, Reason> {
    let digest = sha256(&[token.as_bytes()]);
    // It may have been asked about while this request waited for its turn.
    if let Some(result) = memory.told(&digest, &[issuer], ctx.now) {
        return result;
    }
    let result = introspection::ask(ctx, issuer, token).await;
    let until = match &result {
        Ok(told) => told.until,
        Err(
            Reason::TokenInactive | Reason::JwtAudience | Reason::JwtClaim | Reason::JwtSubject | Reason::TokenBinding,
        ) => ctx.now + issuer.cache.min(LATELY),
        Err(_) => return result,
    };
    memory.remember(Known { digest, issuer: issuer.name.clone(), result: result.clone(), since: ctx.now, until });
    result
}

impl Issuers {
    /// To be called first of all by each request: what was remembered by a clock that was ahead is forgotten.
    pub fn begin(&self, now: u64) {
        if is_ahead(&self.newest, now) {
            self.told.take();
            self.keys.forget();
        }
    }

    /// What an issuer says of itself (OpenID Connect Discovery section 3).
    ///
    /// # Errors
    /// `KeysUnavailable`.
    pub(crate) async fn document<P: Upstream + Timer>(
        &self,
        ctx: Context<'_, P>,
        issuer: &Issuer,
    ) -> Result<Rc<Map<String, Value>>, Reason> {
        self.newest.set(self.newest.get().max(ctx.now));
        self.keys.document(ctx, issuer).await
    }

    /// The key of an issuer that a token names.
    ///
    /// # Errors
    /// `JwtKeyUnknown`, `KeysUnavailable`.
    pub(crate) async fn key<P: Upstream + Timer>(
        &self,
        ctx: Context<'_, P>,
        named: Named<'_>,
    ) -> Result<String, Reason> {
        self.newest.set(self.newest.get().max(ctx.now));
        self.keys.find(ctx, named).await.map(|(key, _)| key)
    }

    /// What one of these issuers said about a token.
    fn told(&self, digest: &[u8; 32], issuers: &[&Arc<Issuer>], now: u64) -> Option<Result<Told, Reason>> {
        let told = self.told.borrow();
        let known = told.get(told.binary_search_by_key(digest, |known| known.digest).ok()?)?;
        let is_accepted = issuers.iter().any(|issuer| issuer.name == known.issuer);
        (is_accepted && (known.since..known.until).contains(&now)).then(|| known.result.clone())
    }

    fn remember(&self, known: Known) {
        self.newest.set(self.newest.get().max(known.since));
        let digest = known.digest;
        let mut told = self.told.borrow_mut();
        if told.len() >= CAPACITY {
            told.clear(); // tokens that come again are verified again
        }
        match told.binary_search_by_key(&digest, |known| known.digest) {
            Ok(at) => {
                if let Some(entry) = told.get_mut(at) {
                    *entry = known;
                }
            }
            Err(at) => told.insert(at, known),
        }
    }
}

/// Seconds for which it is remembered at most that a token is not active.
const LATELY: u64 = 30;
const CAPACITY: usize = 1024;
