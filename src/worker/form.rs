//! The rest of a form, looked at while it streams to the origin.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::rewrite::Rest;

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

    /// There is no more.
    pub fn finish(&mut self) -> bool {
        self.0.borrow_mut().finish().is_ok()
    }
}
