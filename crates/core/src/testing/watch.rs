//! Where each request stands between its waits. A scheduler asks after every poll, and decides which request goes on.

use core::cell::{Cell, RefCell};
use core::fmt::Debug;
use core::future::Future;
use core::hash::{Hash, Hasher};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::collections::hash_map::DefaultHasher;

/// What is asked of a store or of an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// A read of KV.
    Get,
    /// A write of KV.
    Put,
    /// A page of keys of KV.
    List,
    /// A claim at the Ledger.
    Claim,
    /// A question to the Ledger that claims nothing.
    Recall,
    /// A claim that is taken back.
    Withdraw,
    /// A revocation at the Ledger.
    Revoke,
    /// A guess that is counted or taken back.
    Guess,
    /// A request that is counted along a route, at the Ledger.
    Rate,
    /// An attempt at the limiter.
    RateLimiter,
    /// A call to an origin.
    Origin,
    /// A signature.
    Signer,
    /// A piece of the body.
    Body,
}

impl Operation {
    /// Whether the Ledger is asked.
    pub fn is_of_ledger(self) -> bool {
        matches!(self, Self::Claim | Self::Recall | Self::Withdraw | Self::Revoke | Self::Guess | Self::Rate)
    }

    /// Whether KV is asked.
    pub fn is_of_kv(self) -> bool {
        matches!(self, Self::Get | Self::Put | Self::List)
    }
}

/// Where a request waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// It never waited.
    #[default]
    New,
    /// Its operation has not taken effect.
    Before(Operation),
    /// Its operation took effect or failed, and the answer is under way.
    After(Operation),
    /// It lets time pass.
    Timer,
}

/// A change that an operation made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// A claim was the first.
    Claimed,
    /// A claim was not.
    Replayed,
    /// Something was revoked.
    Revoked,
}

type Work = Pin<Box<dyn Future<Output = ()>>>;

/// What the last poll did.
#[derive(Default)]
pub struct Watch {
    /// Where the request that was polled last waits.
    pub stage: Cell<Stage>,
    /// What it changed.
    pub effect: Cell<Option<Effect>>,
    /// Whether answers are told apart, for a search that knows states again.
    pub is_exact: Cell<bool>,
    /// A digest of the answer that the request got, where they are told apart.
    pub answer: Cell<u64>,
    late: RefCell<Vec<(Operation, Work)>>,
}

impl Watch {
    /// Keeps an operation that takes effect later.
    pub fn later(&self, operation: Operation, work: impl Future<Output = ()> + 'static) {
        self.late.borrow_mut().push((operation, Box::pin(work)));
    }

    /// What is still to take effect.
    pub fn late(&self) -> Vec<Operation> {
        self.late.borrow().iter().map(|(operation, _)| *operation).collect()
    }

    /// Lets a late operation take effect.
    pub fn deliver(&self, which: usize) -> Option<Operation> {
        let (operation, mut work) = {
            let mut late = self.late.borrow_mut();
            let last = late.len().checked_sub(1)?;
            late.remove(which.min(last))
        };
        let done = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(done, Poll::Ready(()), "a store does not wait");
        Some(operation)
    }

    /// Notes an answer.
    pub fn answered(&self, answer: &impl Debug) {
        if self.is_exact.get() {
            self.answer.set(digest(&format!("{answer:?}")));
        }
    }
}

impl Debug for Watch {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "{:?}", self.late())
    }
}

/// The same in every run.
pub fn digest(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
