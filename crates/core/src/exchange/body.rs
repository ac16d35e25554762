//! A body that the gateway had to read, as it goes on.

use std::cell::RefCell;
use std::rc::Rc;

use crate::http::multipart;
use crate::refusal::Reason;

/// A body without the credentials that were in it.
#[derive(Debug, Clone)]
pub enum NewBody {
    /// All of it.
    Whole(Vec<u8>),
    /// Its beginning. The rest streams on, each piece after it was looked at.
    Head(Vec<u8>, Rest),
}

/// What looks at the rest of a body while it streams.
pub type Rest = Rc<RefCell<dyn Guard>>;

/// Says of a body whether it may go on.
pub trait Guard {
    /// The next piece.
    ///
    /// # Errors
    /// Why it may not, then and ever after.
    fn push(&mut self, piece: &[u8]) -> Result<(), Reason>;

    /// There is no more.
    ///
    /// # Errors
    /// As of a piece.
    fn finish(&mut self) -> Result<(), Reason>;

    /// Whether beginning and rest together are the body as it was sent.
    fn keeps_every_byte(&self) -> bool {
        false
    }

    /// How many of the last bytes, the beginning's included, may not go on until more was looked at.
    fn held(&self) -> usize {
        0
    }
}

// By hand: a guard that has to print itself takes all that it holds into the wasm.
impl core::fmt::Debug for dyn Guard {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Guard")
    }
}

impl Guard for multipart::Tail<fn(&str) -> bool> {
    fn push(&mut self, piece: &[u8]) -> Result<(), Reason> {
        self.push(piece).map_err(|_| Reason::FormMalformed)
    }

    fn finish(&mut self) -> Result<(), Reason> {
        self.finish().map_err(|_| Reason::FormMalformed)
    }
}
