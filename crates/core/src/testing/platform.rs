//! Everything else that a request reaches: randomness, time, origins, signatures and its own body.

use core::future::poll_fn;
use core::task::Poll;
use std::rc::Rc;

use super::faults::Fault;
use super::memory::Memory;
#[cfg(not(target_arch = "wasm32"))]
use super::signatures::verifies;
use super::watch::{Operation, Stage};
use crate::policy::{JwsAlgorithm, Origin, Via};
use crate::ports::{Body, Call, Entropy, RateLimiter, Signer, Timer, Upstream, Verifier};
use crate::refusal::Reason;
use crate::secret::Secret;

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

impl RateLimiter for Memory {
    async fn within(&self, key: &str) -> Result<bool, Reason> {
        let left = self.attempts.get().checked_sub(1);
        self.attempts.set(left.unwrap_or(0));
        let (place, key, counts) = (self.place(), key.to_owned(), self.limits.get());
        let work = async move { Ok(left.is_some() && (!counts || place.world.within(&key))) };
        self.under(Operation::RateLimiter, |faults| faults.limiter, work).await
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
    /// Answered by what stands under the whole address, or else under the path.
    async fn call(&self, origin: &Origin, call: &Call<'_>) -> Result<(u16, String), Reason> {
        self.count(|spent| spent.upstream += 1);
        let address = match &origin.via {
            Via::Url(base) => format!("{base}{}", call.path),
            Via::Service(_) | Via::Bucket(_) | Via::Handler => call.path.to_owned(),
        };
        let known = {
            let documents = self.documents.borrow();
            documents.get(&address).or_else(|| documents.get(call.path)).cloned()
        };
        let (asked, rights, check) = (Rc::clone(&self.asked), Rc::clone(&self.rights), Rc::clone(&self.check));
        let body = call.body.map(str::to_owned);
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.shown.borrow_mut().push(call.headers.iter().map(owned).collect());
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
        Ok(verifies(algorithm, jwk, input, signature))
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

/// The Worker's own tests verify by the runtime.
#[cfg(target_arch = "wasm32")]
fn verifies(_: JwsAlgorithm, _: &str, _: &[u8], _: &[u8]) -> bool {
    false
}
