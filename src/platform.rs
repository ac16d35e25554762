//! The core's ports over Cloudflare's bindings, for one request.

mod ledger;

use core::cell::{Cell, OnceCell};
use std::cell::RefCell;

use super::budget::Held;
use super::ledger::{address, guesses, rates};
use super::{binding, glue};
use edgegate_core::log::Spent;
use edgegate_core::policy::{JwsAlgorithm, Origin, Rate, Via};
use edgegate_core::ports::{
    Body, Call, ClaimKey, Counted, Entropy, Guess, Guesses, KvStore, LoginAttempts, RateLimiter, Rates, Signer, Timer,
    Upstream, Verifier, limiter_key,
};
use edgegate_core::refusal::Reason;
use edgegate_core::secret::Secret;
use edgegate_core::state::State;
use js_sys::{Array, Date, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Request;
use worker::{Env, console_error};

/// The bindings, the request and what was spent on it.
pub struct Platform<'a> {
    state: &'a State,
    env: &'a Env,
    context: &'a JsValue,
    request: &'a Request,
    held: &'a Held,
    left: Cell<u64>,
    reading: Cell<u64>,
    spent: Cell<Spent>,
    by: OnceCell<String>,
    claimed: RefCell<Vec<ClaimKey>>,
    returned: RefCell<Vec<u8>>,
}

impl<'a> Platform<'a> {
    /// For one request, which that gate decides on.
    pub fn new(state: &'a State, env: &'a Env, context: &'a JsValue, request: &'a Request, held: &'a Held) -> Self {
        let (spent, returned) = (Cell::default(), RefCell::default());
        let (left, reading) = (Cell::new(state.policy.limits.wait * 1000), Cell::new(FORM_MS));
        let claimed = RefCell::default();
        Self { state, env, context, request, held, left, reading, spent, by: OnceCell::new(), claimed, returned }
    }

    /// How long the next call may take. One that could not be waited for is not made.
    fn patience(&self, or: Reason) -> Result<u32, Reason> {
        match self.left.get() {
            0 => Err(or),
            left => Ok(PATIENCE_MS.min(u32::try_from(left).unwrap_or(PATIENCE_MS))),
        }
    }

    /// Milliseconds that were waited since then, which are not left.
    fn waited(&self, started: f64) -> u64 {
        let waited = since(started);
        self.left.set(self.left.get().saturating_sub(waited));
        waited
    }

    /// What was spent so far.
    pub fn spent(&self) -> Spent {
        self.spent.get()
    }

    /// A binding that is there, by its name.
    fn bound<'n>(&self, name: &'n str) -> Result<&'n str, Reason> {
        super::start::is_bound(self.env, name).then_some(name).ok_or(Reason::BindingMissing)
    }

    async fn on_kv(&self, work: impl Future<Output = Result<JsValue, JsValue>>) -> Result<JsValue, Reason> {
        let started = Date::now();
        let done = work.await;
        let spent = self.spent.get();
        self.spent.set(Spent { kv: spent.kv + 1, kv_ms: spent.kv_ms + self.waited(started), ..spent });
        done.map_err(|error| failed("KV", &error, Reason::VaultUnavailable))
    }

    /// One call about guesses.
    async fn on_guesses(&self, guess: &Guess, question: &str) -> Result<String, Reason> {
        self.on_ledger(&address::of_guesses(self.state, &guess.account), question).await
    }

    async fn on_ledger(&self, address: &str, question: &str) -> Result<String, Reason> {
        let binding = self.bound(binding::LEDGER)?;
        let patience = self.patience(Reason::LedgerUnavailable)?;
        let started = Date::now();
        let done = glue::ledger_ask(self.env, binding, address, question, patience).await;
        let spent = self.spent.get();
        self.spent.set(Spent { ledger: spent.ledger + 1, ledger_ms: spent.ledger_ms + self.waited(started), ..spent });
        let answer = done.map_err(|error| failed("Ledger", &error, Reason::LedgerUnavailable))?;
        answer.as_string().ok_or(Reason::LedgerUnavailable)
    }

    async fn on_limiter(&self, binding: &str, key: &str) -> Result<bool, Reason> {
        let binding = self.bound(binding)?;
        let patience = self.patience(Reason::LimiterUnavailable)?;
        let started = Date::now();
        let within = glue::within_limit(self.env, binding, key, patience).await;
        self.waited(started);
        let within = within.map_err(|error| failed("limiter", &error, Reason::LimiterUnavailable))?;
        within.as_bool().ok_or(Reason::LimiterUnavailable)
    }
}

impl KvStore for Platform<'_> {
    async fn get(&self, key: &str) -> Result<Option<String>, Reason> {
        let binding = self.bound(binding::KV)?;
        let patience = self.patience(Reason::VaultUnavailable)?;
        let value = self.on_kv(glue::kv_get(self.env, binding, key, KV_CACHE, patience)).await?;
        Ok(value.as_string())
    }

    async fn put(&self, key: &str, value: &str, expires: u64) -> Result<(), Reason> {
        let binding = self.bound(binding::KV)?;
        let patience = self.patience(Reason::VaultUnavailable)?;
        self.on_kv(glue::kv_put(self.env, binding, key, value, expires as f64, patience)).await.map(|_| ())
    }

    async fn list(&self, prefix: &str, cursor: &str, most: u32) -> Result<(Vec<String>, Option<String>), Reason> {
        let binding = self.bound(binding::KV)?;
        let patience = self.patience(Reason::VaultUnavailable)?;
        let page = self.on_kv(glue::kv_list(self.env, binding, prefix, cursor, most, patience)).await?;
        let page: Array = page.dyn_into().map_err(|_| Reason::VaultUnavailable)?;
        let mut texts = page.iter().map(|text| text.as_string().unwrap_or_default());
        let next = texts.next().filter(|cursor| !cursor.is_empty());
        Ok((texts.collect(), next))
    }
}

impl LoginAttempts for Platform<'_> {
    async fn guess(&self, guess: &Guess) -> Result<Guesses, Reason> {
        let answer = self.on_guesses(guess, &guesses::question(guess)).await?;
        guesses::counted(&answer).ok_or(Reason::LedgerUnavailable)
    }

    async fn is_known(&self, guess: &Guess) -> Result<bool, Reason> {
        match &*self.on_guesses(guess, &guesses::asking_whether_known(guess)).await? {
            "1" => Ok(true),
            "0" => Ok(false),
            _ => Err(Reason::LedgerUnavailable),
        }
    }

    async fn guessed_right(&self, guess: &Guess, counted: &Guesses) -> Result<(), Reason> {
        self.on_guesses(guess, &guesses::taking_back(guess, counted)).await.map(|_| ())
    }
}

/// Randomness, for what outlives a request's decision.
#[derive(Debug)]
pub struct Random;

impl Entropy for Random {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Reason> {
        getrandom::fill(bytes).map_err(|_| Reason::EntropyUnavailable)
    }
}

impl Entropy for Platform<'_> {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Reason> {
        Random.fill(bytes)
    }
}

impl RateLimiter for Platform<'_> {
    async fn within(&self, key: &str) -> Result<bool, Reason> {
        self.on_limiter(binding::LIMITER, key).await
    }
}

impl Rates for Platform<'_> {
    async fn is_within(&self, rate: &Rate, key: &ClaimKey) -> Result<bool, Reason> {
        self.on_limiter(&rate.binding(), &limiter_key(key)).await
    }

    async fn count(&self, rate: &Rate, key: &ClaimKey) -> Result<Counted, Reason> {
        let answer = self.on_ledger(&address::of_rate(self.state, key), &rates::question(rate, key)).await?;
        rates::counted(&answer).ok_or(Reason::LedgerUnavailable)
    }
}

impl Timer for Platform<'_> {
    async fn pause(&self, milliseconds: u32) {
        if let Ok(patience) = self.patience(Reason::Throttled) {
            let started = Date::now();
            glue::pause(milliseconds.min(patience)).await;
            self.waited(started);
        }
    }
}

impl Upstream for Platform<'_> {
    async fn call(&self, origin: &Origin, call: &Call<'_>) -> Result<(u16, String), Reason> {
        let path = call.path;
        let (binding, url) = match &origin.via {
            Via::Url(base) => (None, format!("{base}{path}")),
            Via::Bucket(_) => return Err(Reason::OriginUnavailable),
            via => (via.binding(), format!("https://origin{path}")),
        };
        let mut lines = String::new();
        for (name, value) in call.headers {
            lines.extend([name, "\n", value, "\n"]);
        }
        let patience = self.patience(Reason::OriginUnavailable)?;
        let started = Date::now();
        let answer = glue::call_origin(self.env, binding, &url, &lines, call.body, LONGEST_ANSWER, patience).await;
        self.waited(started);
        let answer: Array = answer.ok().and_then(|answer| answer.dyn_into().ok()).ok_or(Reason::OriginUnavailable)?;
        match (answer.get(0).as_f64(), answer.get(1).as_string()) {
            (Some(status), Some(text)) => Ok((status as u16, text)),
            _ => Err(Reason::OriginUnavailable),
        }
    }

    fn is_there(&self, origin: &Origin) -> bool {
        origin.via.binding().is_none_or(|name| super::start::is_bound(self.env, name))
    }
}

impl Verifier for Platform<'_> {
    async fn verify(&self, algorithm: JwsAlgorithm, jwk: &str, input: &[u8], signature: &[u8]) -> Result<bool, Reason> {
        let verdict = glue::verify_jws(algorithm.name(), jwk, input, signature).await;
        Ok(verdict.is_ok_and(|verdict| verdict == JsValue::TRUE))
    }
}

impl Signer for Platform<'_> {
    async fn sign_es256(&self, jwk: &Secret, input: &[u8]) -> Result<Vec<u8>, Reason> {
        let jwk = jwk.expose_text().map_err(|_| Reason::SignerUnavailable)?;
        let signature = glue::sign_es256(jwk, input).await.map_err(|_| {
            console_error!(
                "edgegate: the identity key is not a private P-256 JWK; make one with `edgegate key new --identity`"
            );
            Reason::SignerUnavailable
        })?;
        let signature: Uint8Array = signature.dyn_into().map_err(|_| Reason::SignerUnavailable)?;
        Ok(signature.to_vec())
    }
}

impl Body for Platform<'_> {
    async fn next(&self) -> Result<Option<Vec<u8>>, Reason> {
        let returned = self.returned.take();
        if !returned.is_empty() {
            return Ok(Some(returned));
        }
        let started = Date::now();
        let patience = u32::try_from(self.reading.get()).unwrap_or_default();
        let piece = glue::read_next(self.request, patience).await.map_err(|_| Reason::FormMalformed)?;
        self.reading.set(self.reading.get().saturating_sub(since(started)));
        if piece.is_undefined() {
            return Err(Reason::BodyTimeout);
        }
        let Ok(piece) = piece.dyn_into::<Uint8Array>() else { return Ok(None) };
        self.held.more(COPIES * piece.length() as usize)?;
        Ok(Some(piece.to_vec()))
    }

    async fn read(&self, limit: usize) -> Result<Vec<u8>, Reason> {
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await? {
            if whole.len() + piece.len() > limit {
                return Err(Reason::BodyTooLarge);
            }
            whole.extend(piece);
        }
        Ok(whole)
    }

    fn put_back(&self, beginning: Vec<u8>) {
        self.returned.replace(beginning);
    }
}

/// 128 random bits in hex: a request id. Drawn for many requests at once, since each draw is a crossing; what
/// must stay secret never comes from here.
pub fn request_id() -> Result<String, Reason> {
    thread_local! {
        static DRAWN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    DRAWN.with_borrow_mut(|drawn| {
        if drawn.len() < 16 {
            drawn.resize(1024, 0);
            getrandom::fill(drawn).map_err(|_| {
                drawn.clear();
                Reason::EntropyUnavailable
            })?;
        }
        Ok(edgegate_core::digest::hex(&drawn.split_off(drawn.len() - 16)))
    })
}

/// What failed goes to the operator's log, the reason to the caller.
fn failed(what: &str, error: &JsValue, reason: Reason) -> Reason {
    glue::complain(what, error);
    reason
}

fn since(started: f64) -> u64 {
    (Date::now() - started).max(0.0) as u64
}

/// Seconds; KV's own minimum.
const KV_CACHE: u32 = 30;
/// Bytes of an answer to the gateway's own call.
const LONGEST_ANSWER: u32 = 65_536;
/// How often a form lies in memory while it is read and its credentials are cut from it, about.
const COPIES: usize = 4;
/// Milliseconds in which a form has to be there.
const FORM_MS: u64 = 30_000;
/// How long anything beside the origin may take.
const PATIENCE_MS: u32 = 3000;
