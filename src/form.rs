//! The rest of a form, looked at while it streams to the origin.

use std::rc::Rc;

use edgegate_core::exchange::body::Rest;
use wasm_bindgen::prelude::*;

/// Says of each piece whether it may go on.
#[wasm_bindgen]
pub struct FormGuard(Rest);

impl FormGuard {
    /// For the rest of one form.
    pub fn new(rest: &Rest) -> Self {
        Self(Rc::clone(rest))
    }
}

#[wasm_bindgen]
impl FormGuard {
    /// The next piece.
    pub fn push(&mut self, piece: &[u8]) -> bool {
        self.0.borrow_mut().push(piece).is_ok()
    }

    /// Whether the body goes on as it was sent, so that its length holds.
    pub fn keeps_every_byte(&self) -> bool {
        self.0.borrow().keeps_every_byte()
    }

    /// How many of the last bytes have to wait for the next piece.
    pub fn held(&self) -> usize {
        self.0.borrow().held()
    }

    /// There is no more.
    pub fn finish(&mut self) -> bool {
        self.0.borrow_mut().finish().is_ok()
    }
}
