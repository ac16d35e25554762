//! Memory that requests hold while they wait. The isolate has 128 MB, and one that runs out of it fails every request in it:
//! so what would be too much is refused before it is read.

use core::cell::Cell;

use edgegate_core::refusal::Reason;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// What one request holds, given back with it.
pub struct Held(Cell<usize>);

impl Held {
    /// For a request that is about to be read.
    ///
    /// # Errors
    /// `Overloaded`.
    pub fn new() -> Result<Self, Reason> {
        let held = Self(Cell::new(0));
        held.add(REQUEST, BUDGET).map(|()| held)
    }

    /// So many bytes more of what the request brought. A quarter of the budget is left to requests that bring little: forms
    /// that never end must not keep out everybody else.
    ///
    /// # Errors
    /// `Overloaded`, and nothing is added.
    pub fn more(&self, bytes: usize) -> Result<(), Reason> {
        self.add(bytes, if bytes > SMALL { BUDGET / 4 * 3 } else { BUDGET })
    }

    fn add(&self, bytes: usize, most: usize) -> Result<(), Reason> {
        let all = HELD.get() + bytes;
        if all > most {
            return Err(Reason::Overloaded);
        }
        HELD.set(all);
        self.0.set(self.0.get() + bytes);
        Ok(())
    }

    /// It was decided, and holds no more than what is needed for its answer.
    pub fn decided(&self) {
        HELD.set(HELD.get() - self.0.replace(JUDGED) + JUDGED);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.set(HELD.get().saturating_sub(self.0.get()));
    }
}

/// Of the isolate's 128 MB. The rest is for the runtime's own objects of each request, which nobody counts.
const BUDGET: usize = 48 << 20;
/// Bytes of an ordinary request's description, counted as often as they are copied.
const SMALL: usize = 16 << 10;
/// What a request holds beside what it brought, about.
const REQUEST: usize = 8 << 10;
/// The same while it waits for its origin.
const JUDGED: usize = 4 << 10;
