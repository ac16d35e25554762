//! All ports in memory, with the rules of the real stores.
//!
//! Every operation is counted and can be made to fail, to hang, or to lose its answer after it took effect. The
//! Ledger is exact; `world.rs` has the rules of KV.

use core::fmt::Debug;
use core::future::{Future, pending, poll_fn};
use core::task::Poll;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::house::policy::{JwsAlgorithm, Origin};
use super::house::ports::{
    Body, Call, ClaimKey, Claimed, Entropy, Guess, Guesses, Ledger, Limiter, Signer, Throttle, Timer, Tombstone,
    Upstream, Vault, Verifier,
};
use super::house::refusal::Reason;
use super::house::secret::Secret;
#[allow(unused_imports)] // the native tests use all of it
pub use super::world::watch::{Effect, Operation, Stage};
pub use super::world::{Cache, World};

/// How an operation behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    Ok,
    /// It fails before it takes effect.
    Fail(Reason),
    /// It takes effect and its answer is lost.
    Lost(Reason),
    /// It fails, and takes effect later, when the world delivers it: an answer that was waited for no longer.
    Late(Reason),
    /// One in ten fails, or loses its answer.
    Sometimes(Reason),
    /// It never answers.
    Hang,
}

/// One switch for each kind of operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    pub get: Fault,
    pub put: Fault,
    pub ledger: Fault,
    pub entropy: Fault,
    pub limiter: Fault,
    pub upstream: Fault,
    pub signer: Fault,
    pub body: Fault,
    /// That of the origins.
    pub binding: Fault,
}

/// Operations so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    pub gets: u32,
    pub puts: u32,
    pub claims: u32,
    pub recalls: u32,
    pub guesses: u32,
    pub bodies: u32,
    pub signatures: u32,
    pub upstream: u32,
    pub lists: u32,
    pub verified: u32,
}

impl Spent {
    /// KV and Durable Object operations.
    pub fn storage(&self) -> u32 {
        self.gets + self.puts + self.lists + self.claims + self.recalls + self.guesses
    }
}

/// The ports of one location; a clone is the same location with a body of its own.
#[derive(Debug, Clone)]
pub struct Memory {
    pub world: Rc<World>,
    location: usize,
    cache: Rc<Cache>,
    /// Switches of this location.
    pub faults: Rc<Cell<Faults>>,
    /// Operations of this location.
    pub spent: Rc<Cell<Spent>>,
    /// Whether each operation waits once before and once after it takes effect.
    pub steps: Rc<Cell<bool>>,
    /// Attempts that are within the limit.
    pub attempts: Rc<Cell<u32>>,
    /// Whether the limiter counts each key, as the real one does.
    pub limits: Rc<Cell<bool>>,
    /// Bodies of the gateway's own calls, in the order in which they got to the origin.
    pub asked: Rc<RefCell<Vec<String>>>,
    /// Bodies of those that are right whatever `check` says.
    pub rights: Rc<RefCell<Vec<String>>>,
    /// What the origin's password check answers.
    pub check: Rc<RefCell<(u16, String)>>,
    /// What an issuer answers, by path.
    pub documents: Rc<RefCell<BTreeMap<String, (u16, String)>>>,
    /// The request's body.
    pub body: Vec<u8>,
    taken: Cell<usize>,
    /// The request, as the Ledger knows it.
    request: u64,
    claimed: RefCell<Vec<ClaimKey>>,
}

/// Where an operation takes effect, whatever became of the request that made it.
struct Place {
    world: Rc<World>,
    location: usize,
    cache: Rc<Cache>,
}

impl Memory {
    /// One more location of a world.
    pub fn new(world: &Rc<World>) -> Self {
        let location = world.another_location();
        Self {
            world: Rc::clone(world),
            location,
            cache: Rc::default(),
            faults: Rc::default(),
            spent: Rc::default(),
            steps: Rc::default(),
            attempts: Rc::new(Cell::new(u32::MAX)),
            limits: Rc::default(),
            asked: Rc::default(),
            rights: Rc::default(),
            check: Rc::new(RefCell::new((401, String::new()))),
            documents: Rc::default(),
            body: Vec::new(),
            taken: Cell::new(0),
            request: world.shards.another_request(),
            claimed: RefCell::default(),
        }
    }

    /// The same location, for a request with this body.
    pub fn with_body(&self, body: &[u8]) -> Self {
        let request = self.world.shards.another_request();
        Self { body: body.to_vec(), taken: Cell::new(0), request, claimed: RefCell::default(), ..self.clone() }
    }

    fn place(&self) -> Place {
        Place { world: Rc::clone(&self.world), location: self.location, cache: Rc::clone(&self.cache) }
    }

    /// What this location has read, for a search that knows states again.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    fn count(&self, add: impl FnOnce(&mut Spent)) {
        let mut spent = self.spent.get();
        add(&mut spent);
        self.spent.set(spent);
    }

    async fn pause(&self, stage: Stage) {
        let mut waited = !self.steps.get();
        let once = poll_fn(|context| {
            if core::mem::replace(&mut waited, true) {
                return Poll::Ready(());
            }
            self.world.watch.stage.set(stage);
            context.waker().wake_by_ref();
            Poll::Pending
        });
        once.await;
    }

    async fn under<T: Debug + 'static>(
        &self,
        operation: Operation,
        fault: impl Fn(&Faults) -> Fault,
        work: impl Future<Output = Result<T, Reason>> + 'static,
    ) -> Result<T, Reason> {
        self.pause(Stage::Before(operation)).await;
        let done = match fault(&self.faults.get()) {
            Fault::Ok => work.await,
            Fault::Fail(reason) => Err(reason),
            Fault::Lost(reason) => work.await.and(Err(reason)),
            Fault::Sometimes(reason) => match self.world.draw() % 20 {
                0 => Err(reason),
                1 => work.await.and(Err(reason)),
                _ => work.await,
            },
            Fault::Late(reason) => {
                self.world.watch.later(operation, async { drop(work.await) });
                Err(reason)
            }
            Fault::Hang => pending().await,
        };
        self.world.watch.answered(&done);
        self.pause(Stage::After(operation)).await;
        done
    }
}

impl Memory {
    /// What gets no answer of the Ledger is asked once more.
    async fn insist<T: Debug + 'static, W: Future<Output = Result<T, Reason>> + 'static>(
        &self,
        operation: Operation,
        work: impl Fn() -> W,
    ) -> (Result<T, Reason>, bool) {
        match self.under(operation, |faults| faults.ledger, work()).await {
            Err(Reason::LedgerUnavailable) => (self.under(operation, |faults| faults.ledger, work()).await, true),
            answered => (answered, false),
        }
    }

    async fn take_back(&self, keys: Vec<ClaimKey>) {
        let claims: Vec<_> = keys.into_iter().map(|key| (key, self.request)).collect();
        // From here on they arrive one day, whatever becomes of the request.
        self.world.shards.under_way.borrow_mut().extend(&claims);
        let fault = |faults: &Faults| match faults.ledger {
            Fault::Hang => Fault::Fail(Reason::LedgerUnavailable), // it is not waited for
            other => other,
        };
        for (key, by) in claims {
            // As often as the platform tries before the request is answered.
            for _ in 0..5 {
                let place = self.place();
                let work = async move {
                    place.world.shards.withdraw(key, by);
                    Ok(())
                };
                if self.under(Operation::Withdraw, fault, work).await.is_ok() {
                    break;
                }
            }
        }
    }
}

impl Vault for Memory {
    async fn get(&self, key: &str) -> Result<Option<String>, Reason> {
        self.count(|spent| spent.gets += 1);
        let (place, key) = (self.place(), key.to_owned());
        let work = async move { Ok(place.world.read(place.location, &place.cache, &key)) };
        self.under(Operation::Get, |faults| faults.get, work).await
    }

    async fn put(&self, key: &str, value: &str, expires: u64) -> Result<(), Reason> {
        self.count(|spent| spent.puts += 1);
        let (place, key, value) = (self.place(), key.to_owned(), value.to_owned());
        let work = async move { place.world.write(place.location, &place.cache, &key, &value, expires) };
        self.under(Operation::Put, |faults| faults.put, work).await
    }

    async fn list(&self, prefix: &str, cursor: &str) -> Result<(Vec<String>, Option<String>), Reason> {
        self.count(|spent| spent.lists += 1);
        let (place, prefix, cursor) = (self.place(), prefix.to_owned(), cursor.to_owned());
        let work = async move { Ok(place.world.page(&prefix, &cursor, 3)) };
        self.under(Operation::List, |faults| faults.get, work).await
    }
}

impl Ledger for Memory {
    async fn claim(&self, key: &ClaimKey, until: u64, note: &str) -> Result<Claimed, Reason> {
        self.count(|spent| spent.claims += 1);
        let (key, by) = (*key, self.request);
        self.claimed.borrow_mut().push(key);
        let work = || {
            let (place, note) = (self.place(), note.to_owned());
            async move { place.world.claim(key, until, &note, by).ok_or(Reason::LedgerUnavailable) }
        };
        let (told, is_repeated) = self.insist(Operation::Claim, work).await;
        if matches!(told, Ok(Claimed::Replayed { .. })) {
            self.claimed.borrow_mut().retain(|claimed| *claimed != key);
            if is_repeated {
                // The first question may still be on its way.
                self.take_back(vec![key]).await;
            }
        }
        told
    }

    async fn recall(&self, key: &ClaimKey) -> Result<Option<String>, Reason> {
        self.count(|spent| spent.recalls += 1);
        let key = *key;
        let work = || {
            let place = self.place();
            async move { Ok(place.world.ledger().borrow().get(&key).map(|row| row.note.clone())) }
        };
        self.insist(Operation::Recall, work).await.0
    }

    async fn withdraw(&self) {
        self.take_back(self.claimed.take()).await;
    }

    async fn revoke(&self, key: &ClaimKey, until: u64, tombstone: &Tombstone<'_>) -> Result<(), Reason> {
        self.count(|spent| spent.claims += 1);
        // A vault that refuses this location refuses the Ledger too.
        let is_taken = self.faults.get().put == Fault::Ok;
        if is_taken {
            self.count(|spent| spent.puts += 1);
        }
        let (key, again) = (*key, tombstone.again);
        let work = || {
            let (place, record, value) = (self.place(), tombstone.key.to_owned(), tombstone.value.to_owned());
            async move {
                let tombstone = Tombstone { key: &record, value: &value, again };
                place.world.revoke(&key, until, &tombstone);
                if is_taken {
                    place.world.deliver();
                }
                Ok(())
            }
        };
        self.insist(Operation::Revoke, work).await.0
    }
}

impl Throttle for Memory {
    async fn guess(&self, guess: &Guess) -> Result<Guesses, Reason> {
        self.count(|spent| spent.guesses += 1);
        let (place, guess) = (self.place(), *guess);
        self.under(Operation::Guess, |faults| faults.ledger, async move { Ok(place.world.guess(&guess)) }).await
    }

    async fn is_known(&self, guess: &Guess) -> Result<bool, Reason> {
        self.count(|spent| spent.recalls += 1);
        let (place, guess) = (self.place(), *guess);
        self.under(Operation::Recall, |faults| faults.ledger, async move { Ok(place.world.is_known(&guess)) }).await
    }

    async fn guessed_right(&self, guess: &Guess, counted: &Guesses) -> Result<(), Reason> {
        self.count(|spent| spent.guesses += 1);
        let (place, guess, counted) = (self.place(), *guess, *counted);
        let work = async move {
            place.world.guessed_right(&guess, &counted);
            Ok(())
        };
        self.under(Operation::Guess, |faults| faults.ledger, work).await
    }
}

impl Entropy for Memory {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Reason> {
        if let Fault::Fail(reason) = self.faults.get().entropy {
            return Err(reason);
        }
        for byte in bytes {
            let [_, first, ..] = self.world.draw().to_be_bytes();
            *byte = first;
        }
        Ok(())
    }
}

impl Limiter for Memory {
    async fn within(&self, key: &str) -> Result<bool, Reason> {
        let left = self.attempts.get().checked_sub(1);
        self.attempts.set(left.unwrap_or(0));
        let (place, key, counts) = (self.place(), key.to_owned(), self.limits.get());
        let work = async move { Ok(left.is_some() && (!counts || place.world.within(&key))) };
        self.under(Operation::Limiter, |faults| faults.limiter, work).await
    }
}

impl Timer for Memory {
    async fn pause(&self, milliseconds: u32) {
        let until = self.world.milliseconds() + u64::from(milliseconds);
        let mut waited = false;
        let once = poll_fn(|context| {
            let is_over = !self.world.is_timed.get() || self.world.milliseconds() >= until;
            if core::mem::replace(&mut waited, true) && is_over {
                return Poll::Ready(());
            }
            self.world.watch.stage.set(Stage::Timer);
            context.waker().wake_by_ref();
            Poll::Pending
        });
        once.await;
    }
}

impl Upstream for Memory {
    async fn call(&self, _: &Origin, call: &Call<'_>) -> Result<(u16, String), Reason> {
        self.count(|spent| spent.upstream += 1);
        let known = self.documents.borrow().get(call.path).cloned();
        let (asked, rights, check) = (Rc::clone(&self.asked), Rc::clone(&self.rights), Rc::clone(&self.check));
        let body = call.body.map(str::to_owned);
        // The origin was asked when the call took effect, not when it was made.
        let work = async move {
            asked.borrow_mut().push(body.clone().unwrap_or_default());
            let right = body.is_some_and(|body| rights.borrow().contains(&body));
            let answer = || known.unwrap_or_else(|| check.borrow().clone());
            Ok(if right { (200, r#"{"subject":"1001002"}"#.to_owned()) } else { answer() })
        };
        self.under(Operation::Origin, |faults| faults.upstream, work).await
    }

    fn is_there(&self, _: &Origin) -> bool {
        self.faults.get().binding == Fault::Ok
    }
}

impl Verifier for Memory {
    async fn verify(&self, algorithm: JwsAlgorithm, jwk: &str, input: &[u8], signature: &[u8]) -> Result<bool, Reason> {
        self.count(|spent| spent.verified += 1);
        #[cfg(not(target_arch = "wasm32"))]
        return Ok(super::jws::verifies(algorithm, jwk, input, signature));
        // The Worker's own tests ask the runtime.
        #[cfg(target_arch = "wasm32")]
        return super::glue::verify_jws(algorithm.name(), jwk, input, signature)
            .await
            .map_or(Ok(false), |it| Ok(it == true));
    }
}

impl Signer for Memory {
    async fn sign_es256(&self, _: &Secret, _: &[u8]) -> Result<Vec<u8>, Reason> {
        self.count(|spent| spent.signatures += 1);
        self.under(Operation::Signer, |faults| faults.signer, async { Ok(vec![7; 64]) }).await
    }
}

impl Body for Memory {
    async fn next(&self) -> Result<Option<Vec<u8>>, Reason> {
        self.count(|spent| spent.bodies += 1);
        let at = self.taken.get();
        // Pieces of an odd size, so that nothing depends on where a body is cut.
        let piece = self.body.get(at..self.body.len().min(at + 37)).unwrap_or_default().to_vec();
        self.taken.set(at + piece.len());
        let work = async { Ok(Some(piece).filter(|piece| !piece.is_empty())) };
        self.under(Operation::Body, |faults| faults.body, work).await
    }

    fn put_back(&self, beginning: Vec<u8>) {
        self.taken.set(self.taken.get() - beginning.len());
    }

    async fn read(&self, limit: usize) -> Result<Vec<u8>, Reason> {
        self.count(|spent| spent.bodies += 1);
        let body = self.body.clone();
        let work = async move { Some(body).filter(|body| body.len() <= limit).ok_or(Reason::BodyTooLarge) };
        self.under(Operation::Body, |faults| faults.body, work).await
    }
}
