//! A page on its way to the visitor, with its tags expanded.
//!
//! `glue.js` hands every chunk of the body to [`PageFilter`] and passes on what it gives back: one crossing a chunk, and
//! never more of the page in memory than a chunk and a tag.

use wasm_bindgen::prelude::*;

use super::platform::Random;
use crate::dialect::luminate::tags::{Tags, Words};
use crate::rewrite::tags::{Expander, Places};

/// Expands the tags of one page.
#[wasm_bindgen]
pub struct PageFilter(Expander<Words<Random>>);

impl PageFilter {
    /// For one page.
    pub fn new(tags: &Tags) -> Self {
        let places = Places { script: tags.places.script, style: tags.places.style, comment: tags.places.comment };
        Self(Expander::new(Words::new(tags.clone(), Random), places))
    }
}

#[wasm_bindgen]
impl PageFilter {
    /// Takes a chunk and gives back what is ready.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut ready = Vec::with_capacity(chunk.len() + 512);
        self.0.push(chunk, &mut ready);
        ready
    }

    /// Gives back what was held.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut ready = Vec::new();
        self.0.finish(&mut ready);
        ready
    }
}
