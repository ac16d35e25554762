//! Futures driven by hand, so that a test decides who goes on and who is dropped half way.

use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

/// Drives a future to its end; None if it still waits after a thousand polls, as one that hangs does.
pub fn finish<T>(future: impl Future<Output = T>) -> Option<T> {
    poll_at_most(future, 1000)
}

/// Polls a future a few times and then drops it, as an isolate that dies does.
pub fn poll_at_most<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..polls {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(done);
        }
    }
    None
}

/// Futures that take turns.
///
/// # Example
/// ```
/// use edgegate_core::ports::{ClaimKey, Claimed, Ledger};
/// use edgegate_core::testing::{Memory, Turns, World};
///
/// let ports = Memory::new(&World::at(1_800_000_000));
/// ports.steps.set(true); // each operation waits before and after it takes effect
/// let claim = || Box::pin(async { ports.with_body(b"").claim(&ClaimKey::new([7; 32]), 1_800_000_300, "").await }) as _;
/// let mut turns = Turns::new([claim(), claim()]);
/// turns.settle();
/// let first = turns.done.iter().filter(|claimed| **claimed == Some(Ok(Claimed::First))).count();
/// assert_eq!(first, 1);
/// ```
pub struct Turns<'a, T> {
    running: Vec<Option<Pin<Box<dyn Future<Output = T> + 'a>>>>,
    /// Results, in the order in which the futures were added; None while it runs or if it was dropped.
    pub done: Vec<Option<T>>,
}

impl<'a, T> Turns<'a, T> {
    /// Futures that have not begun.
    pub fn new(futures: impl IntoIterator<Item = Pin<Box<dyn Future<Output = T> + 'a>>>) -> Self {
        let running: Vec<_> = futures.into_iter().map(Some).collect();
        let done = running.iter().map(|_| None).collect();
        Self { running, done }
    }

    /// Adds a future, which has not begun. Its place.
    pub fn add(&mut self, future: Pin<Box<dyn Future<Output = T> + 'a>>) -> usize {
        self.running.push(Some(future));
        self.done.push(None);
        self.running.len() - 1
    }

    /// Places of those that still run.
    pub fn running(&self) -> impl Iterator<Item = usize> {
        self.running.iter().enumerate().filter(|(_, future)| future.is_some()).map(|(which, _)| which)
    }

    /// Polls one future once.
    pub fn step(&mut self, which: usize) {
        let which = which % self.running.len();
        let (Some(running), Some(done)) = (self.running.get_mut(which), self.done.get_mut(which)) else { return };
        let Some(future) = running else { return };
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            *done = Some(result);
            *running = None;
        }
    }

    /// Drops one future where it stands.
    pub fn kill(&mut self, which: usize) {
        let which = which % self.running.len();
        if let Some(running) = self.running.get_mut(which) {
            *running = None;
        }
    }

    /// Lets all that are left run to their end, in turn.
    pub fn settle(&mut self) {
        for _ in 0..1000 {
            if self.running.iter().all(Option::is_none) {
                return;
            }
            (0..self.running.len()).for_each(|which| self.step(which));
        }
    }
}
