//! The keys of issuers (RFC 7517), as this isolate remembers them, and whose turn it is to fetch them.
//!
//! One request fetches, the others wait. What another request resolves must not be awaited on this platform, so each waits
//! by a timer of its own and looks at the memory again. A fetch that was given up half way, because its client left, is
//! begun again by one of those who wait.
//!
//! A stranger can name any key id, so one that is not known causes at most one fetch in [`PAUSE`]. It may be a new key's:
//! until then the request waits, as long as there are not too many of its kind.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::credential::issuer::{fetch, jwk};
use crate::policy::{Issuer, JwsAlgorithm};
use crate::ports::{Timer, Upstream};
use crate::refusal::Reason;
use crate::sealed::store::Context;

/// Keys by the name of the issuer's table.
#[derive(Debug, Default)]
pub struct IssuerKeys(RefCell<Vec<(String, Rc<RefCell<Keys>>)>>);

/// A public key as [`jwk::public`] writes it, and when it was fetched (Unix seconds).
pub type Fetched = (String, u64);

/// Times are in milliseconds, except `fetched`.
#[derive(Debug, Default)]
struct Keys {
    list: Vec<Value>,
    /// The document that named their address.
    document: Rc<Map<String, Value>>,
    /// Unix seconds; 0, which is too long ago: never.
    fetched: u64,
    /// The newest fetch, when it began, and whether it is under way.
    turn: u64,
    began: u64,
    is_open: bool,
    /// The newest fetch that was answered, and the newest that failed.
    answered: u64,
    failed: u64,
    /// When a few seconds began, and how many fetches and waiting requests began in them. Requests are not counted down:
    /// one that is cut off never ends.
    since: u64,
    fetches: u32,
    waits: u32,
}

/// The key that a token names.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Whose it is.
    pub issuer: &'a Issuer,
    /// What the token calls its issuer.
    pub iss: &'a str,
    /// Its id, if the token says one.
    pub id: Option<&'a str>,
    /// What it is used for; None where no key is wanted, but what the issuer says of itself.
    pub algorithm: Option<JwsAlgorithm>,
}

/// What a request saw when it came, and how long it has waited.
#[derive(Debug, Default)]
struct Seen {
    /// The newest fetch that had begun, and the newest that had ended.
    turn: u64,
    ended: u64,
    /// The fetch that it waits for, and when that began: milliseconds after the request came.
    awaited: Option<(u64, u64)>,
    waited: u64,
}

/// What a request has to do.
#[derive(Debug)]
enum Step {
    /// Nothing more.
    Done(Result<Fetched, Reason>),
    /// Fetch the keys, as this turn. A key that is old, and good enough if they cannot be had.
    Fetch(u64, Option<Fetched>),
    /// Look again in a moment; this is the newest turn.
    Wait(u64),
}

impl IssuerKeys {
    /// Forgets all of them.
    pub fn forget(&self) {
        self.0.take();
    }

    /// The issuer's key for a token.
    ///
    /// # Errors
    /// `JwtKeyUnknown`, `KeysUnavailable`.
    pub async fn find<P: Upstream + Timer>(&self, ctx: Context<'_, P>, named: Named<'_>) -> Result<Fetched, Reason> {
        let issuer = named.issuer;
        let keys = self.of(issuer);
        let mut seen = keys.borrow().seen();
        let mut pause = SHORTEST_PAUSE_MS;
        loop {
            let now = ctx.now * 1000 + seen.waited;
            let step = keys.borrow_mut().step(named, &seen, now);
            match step {
                Step::Done(result) => return result,
                Step::Fetch(turn, old) => {
                    return match Fetching(&keys, turn).fetch(ctx, issuer, now / 1000).await {
                        Ok(()) => keys.borrow().pick(named).ok_or(Reason::JwtKeyUnknown),
                        Err(reason) => old.ok_or(reason),
                    };
                }
                Step::Wait(turn) if seen.awaited.is_some_and(|(awaited, _)| awaited == turn) => {}
                Step::Wait(turn) => seen.awaited = Some((turn, seen.waited)),
            }
            ctx.ports.pause(pause).await;
            seen.waited += u64::from(pause);
            pause = LONGEST_PAUSE_MS.min(pause * 2);
        }
    }

    /// The issuer's document (OpenID Connect Discovery section 4), which is fetched with its keys.
    ///
    /// # Errors
    /// `KeysUnavailable`.
    pub async fn document<P: Upstream + Timer>(
        &self,
        ctx: Context<'_, P>,
        issuer: &Issuer,
    ) -> Result<Rc<Map<String, Value>>, Reason> {
        self.find(ctx, Named { issuer, iss: &issuer.issuer, id: None, algorithm: None }).await?;
        Ok(Rc::clone(&self.of(issuer).borrow().document))
    }

    fn of(&self, issuer: &Issuer) -> Rc<RefCell<Keys>> {
        let mut all = self.0.borrow_mut();
        if let Some((_, keys)) = all.iter().find(|(name, _)| *name == issuer.name) {
            return Rc::clone(keys);
        }
        let keys = Rc::default();
        all.push((issuer.name.clone(), Rc::clone(&keys)));
        keys
    }
}

impl Keys {
    fn seen(&self) -> Seen {
        Seen { turn: self.turn, ended: self.answered.max(self.failed), ..Seen::default() }
    }

    /// `now`: milliseconds. Times of other requests may lie ahead of it.
    fn step(&mut self, named: Named<'_>, seen: &Seen, now: u64) -> Step {
        let issuer = named.issuer;
        let age = (now / 1000).abs_diff(self.fetched);
        let (is_fresh, is_usable) = (age < issuer.cache, age < issuer.cache + GRACE);
        let found = self.pick(named).filter(|_| is_usable);
        if let Some(key) = found.clone().filter(|_| is_fresh) {
            return Step::Done(Ok(key));
        }
        // Only a fetch that began after the request came says that a key is not there.
        if self.answered > seen.turn {
            return Step::Done(found.ok_or(Reason::JwtKeyUnknown));
        }
        if self.failed > seen.ended {
            return Step::Done(found.ok_or(Reason::KeysUnavailable));
        }
        if now.abs_diff(self.since) >= PATIENCE_MS {
            (self.since, self.fetches, self.waits) = (now, 0, 0);
        }
        let is_stalled = |(turn, since): (u64, u64)| turn == self.turn && seen.waited - since >= STALLED_MS;
        let is_open = self.is_open && now.abs_diff(self.began) < LONGEST_FETCH_MS;
        let is_open = is_open && !seen.awaited.is_some_and(is_stalled);
        // The newest fetch never ended. That a client leaves is no reason for others to wait longer.
        let is_given_up = self.turn > self.answered.max(self.failed) && self.fetches < MOST_AGAIN;
        let is_too_soon = now.abs_diff(self.began) < PAUSE_MS && !is_given_up;
        match found {
            Some(old) if is_open || self.fetches > 0 => Step::Done(Ok(old)),
            None if is_open => self.wait(seen, is_usable),
            None if is_usable && is_too_soon => self.wait(seen, is_usable),
            None if self.fetches >= MOST_FETCHES && self.failed == self.turn => {
                Step::Done(Err(Reason::KeysUnavailable))
            }
            None if self.fetches >= MOST_FETCHES => self.wait(seen, is_usable),
            old => {
                self.fetches += 1;
                (self.turn, self.began, self.is_open) = (self.turn + 1, now, true);
                Step::Fetch(self.turn, old)
            }
        }
    }

    /// `is_known`: there are keys, and the token's is none of them.
    fn wait(&mut self, seen: &Seen, is_known: bool) -> Step {
        let most = if is_known { FEW_WAIT } else { MANY_WAIT };
        let is_crowded = seen.awaited.is_none() && self.waits >= most;
        if is_crowded || seen.waited >= PATIENCE_MS {
            let is_unknown = is_known && (is_crowded || !self.is_open);
            return Step::Done(Err(if is_unknown { Reason::JwtKeyUnknown } else { Reason::KeysUnavailable }));
        }
        self.waits += u32::from(seen.awaited.is_none());
        Step::Wait(self.turn)
    }

    /// The key that a token names; without a name the only one that fits.
    fn pick(&self, named: Named<'_>) -> Option<Fetched> {
        let Named { iss, id, algorithm, .. } = named;
        let Some(algorithm) = algorithm else {
            return (!self.document.is_empty()).then(|| (String::new(), self.fetched));
        };
        let is_named =
            |key: &&Value| (id.is_none() || key.get("kid").and_then(Value::as_str) == id) && jwk::is_of(key, iss);
        let mut fitting = self.list.iter().filter(is_named).filter_map(|key| jwk::public(key, algorithm));
        let first = fitting.next()?;
        fitting.all(|other| other == first).then_some((first, self.fetched))
    }
}

/// A fetch that is under way: if it is dropped half way, it is so no more.
struct Fetching<'a>(&'a RefCell<Keys>, u64);

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        let mut keys = self.0.borrow_mut();
        keys.is_open &= keys.turn != self.1;
    }
}

impl Fetching<'_> {
    /// Fetches the keys. `now`: Unix seconds.
    async fn fetch(self, ctx: Context<'_, impl Upstream>, issuer: &Issuer, now: u64) -> Result<(), Reason> {
        let Self(keys, turn) = self;
        let result = fetch::published(ctx, issuer).await;
        let mut keys = keys.borrow_mut();
        match result {
            Ok(published) if keys.answered < turn => {
                (keys.list, keys.document) = (published.keys, Rc::new(published.document));
                (keys.fetched, keys.answered) = (now, turn);
            }
            Ok(_) => {} // it was overtaken
            Err(reason) => {
                keys.failed = keys.failed.max(turn);
                return Err(reason);
            }
        }
        Ok(())
    }
}

/// Between two fetches that only an unknown key id asks for. With the time that an issuer needs for an answer it is less
/// than a request waits.
const PAUSE_MS: u64 = 2000;
/// For so long a request waits for the fetches of others.
const PATIENCE_MS: u64 = 3000;
/// After so long one that waits for a fetch begins another one.
const STALLED_MS: u64 = 1000;
/// No fetch takes longer: the platform ends it before.
const LONGEST_FETCH_MS: u64 = 4000;
/// Fetches that begin within the patience while there are no keys, and where an unknown key id asks for them and those
/// before were given up.
const MOST_FETCHES: u32 = 8;
const MOST_AGAIN: u32 = 4;
/// Requests that begin to wait within the patience: for an unknown key id, and where there are no keys.
const FEW_WAIT: u32 = 128;
const MANY_WAIT: u32 = 512;
/// How long who waits pauses before it looks, first and at most.
const SHORTEST_PAUSE_MS: u32 = 10;
const LONGEST_PAUSE_MS: u32 = 160;
/// Seconds for which keys are used beyond their time while newer ones cannot be had.
const GRACE: u64 = 3600;
