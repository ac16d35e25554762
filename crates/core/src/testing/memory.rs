//! All ports in memory. Every operation is counted and can be made to fail, to hang, or to lose its answer after it took
//! effect. The Ledger is exact; [`World`] has the rules of KV.

use core::fmt::Debug;
use core::future::{Future, pending, poll_fn};
use core::task::Poll;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::ports::ClaimKey;
use crate::refusal::Reason;

use super::faults::{Fault, Faults, Spent};
use super::watch::{Operation, Stage};
use super::world::{Cache, World};

/// The header fields of a call.
pub type Shown = Vec<(String, String)>;

/// The ports of one location; a clone is the same location with a body of its own.
///
/// # Example
/// ```
/// use edgegate_core::ports::KvStore;
/// use edgegate_core::refusal::Reason;
/// use edgegate_core::testing::{Fault, Faults, Memory, World, finish};
///
/// let world = World::at(1_800_000_000);
/// let (here, there) = (Memory::new(&world), Memory::new(&world));
/// world.lag.set(60);
/// finish(here.put("key", "value", 1_800_000_300)).unwrap().unwrap();
/// assert_eq!(finish(here.get("key")).unwrap(), Ok(Some("value".to_owned())));
/// assert_eq!(finish(there.get("key")).unwrap(), Ok(None), "KV lags in other locations");
///
/// here.faults.set(Faults { get: Fault::Fail(Reason::VaultUnavailable), ..Faults::default() });
/// assert_eq!(finish(here.get("key")).unwrap(), Err(Reason::VaultUnavailable));
/// ```
#[derive(Debug, Clone)]
pub struct Memory {
    /// What all locations share.
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
    /// Header fields of those calls.
    pub shown: Rc<RefCell<Vec<Shown>>>,
    /// Bodies of those that are right whatever `check` says.
    pub rights: Rc<RefCell<Vec<String>>>,
    /// What the origin's password check answers.
    pub check: Rc<RefCell<(u16, String)>>,
    /// What an issuer answers, by path.
    pub documents: Rc<RefCell<BTreeMap<String, (u16, String)>>>,
    /// The request's body.
    pub body: Vec<u8>,
    pub(super) taken: Cell<usize>,
    /// The request, as the Ledger knows it.
    pub(super) request: u64,
    pub(super) claimed: RefCell<Vec<ClaimKey>>,
}

/// Where an operation takes effect, whatever became of the request that made it.
pub(super) struct Place {
    pub(super) world: Rc<World>,
    pub(super) location: usize,
    pub(super) cache: Rc<Cache>,
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
            shown: Rc::default(),
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

    pub(super) fn place(&self) -> Place {
        Place { world: Rc::clone(&self.world), location: self.location, cache: Rc::clone(&self.cache) }
    }

    /// What this location has read, for a search that knows states again.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    pub(super) fn count(&self, add: impl FnOnce(&mut Spent)) {
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

    pub(super) async fn under<T: Debug + 'static>(
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
    pub(super) async fn insist<T: Debug + 'static, W: Future<Output = Result<T, Reason>> + 'static>(
        &self,
        operation: Operation,
        work: impl Fn() -> W,
    ) -> (Result<T, Reason>, bool) {
        match self.under(operation, |faults| faults.ledger, work()).await {
            Err(Reason::LedgerUnavailable) => (self.under(operation, |faults| faults.ledger, work()).await, true),
            answered => (answered, false),
        }
    }

    pub(super) async fn take_back(&self, keys: Vec<ClaimKey>) {
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
