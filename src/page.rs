//! A page on its way to the visitor, with its tags expanded.
//!
//! `glue.js` hands every chunk of the body to [`PageFilter`] and passes on what it gives back: one crossing a chunk, and
//! never more of the page in memory than a chunk and a tag.

use super::platform::Random;
use edgegate_core::gate::words::Words;
use edgegate_core::tags::Expander;
use edgegate_core::tags::words::Tags;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

/// Expands the tags of one page.
#[wasm_bindgen]
pub struct PageFilter {
    expander: Expander<Words<Random>>,
    ready: Vec<u8>,
}

impl PageFilter {
    /// For one page.
    pub fn new(tags: &Tags) -> Self {
        Self { expander: Expander::new(Words::new(tags.clone(), Random), tags.places), ready: Vec::new() }
    }
}

#[wasm_bindgen]
impl PageFilter {
    /// Takes a chunk and gives back what is ready: in `room` if it fits, so that nothing is left for the collector.
    pub fn push(&mut self, chunk: &[u8], room: &Uint8Array) -> Uint8Array {
        self.ready.clear();
        self.expander.push(chunk, &mut self.ready);
        match u32::try_from(self.ready.len()) {
            Ok(length) if length <= room.length() => {
                let filled = room.subarray(0, length);
                filled.copy_from(&self.ready);
                filled
            }
            _ => Uint8Array::from(self.ready.as_slice()),
        }
    }

    /// Gives back what was held.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut ready = Vec::new();
        self.expander.finish(&mut ready);
        ready
    }
}
