//! What the tags of a page stand for, in the words of its route.

use crate::luminate;
use crate::ports::Entropy;
use crate::tags::words::{SessionWords, Tags};
use crate::tags::{Expansion, Vocabulary};

/// The words of one page.
#[derive(Debug)]
pub enum Words<E> {
    /// Luminate's.
    Luminate(Box<luminate::tags::Words<E>>),
    /// Those of a session's token.
    Session(SessionWords),
}

impl<E: Entropy> Words<E> {
    /// For one page.
    pub fn new(tags: Tags, entropy: E) -> Self {
        match tags.nonces.clone() {
            Some(nonces) => Words::Luminate(Box::new(luminate::tags::Words::new(tags, nonces, entropy))),
            None => Words::Session(SessionWords(Box::new(tags))),
        }
    }
}

impl<E: Entropy> Vocabulary for Words<E> {
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        match self {
            Words::Luminate(words) => words.bracket(tag),
            Words::Session(words) => words.bracket(tag),
        }
    }

    fn is_address(&self, tag: &str) -> bool {
        match self {
            Words::Luminate(words) => words.is_address(tag),
            Words::Session(words) => words.is_address(tag),
        }
    }

    fn element_prefix(&self) -> &str {
        match self {
            Words::Luminate(words) => words.element_prefix(),
            Words::Session(words) => words.element_prefix(),
        }
    }

    fn element(&mut self, name: &str, attributes: &[(&str, &str)]) -> Option<Expansion> {
        match self {
            Words::Luminate(words) => words.element(name, attributes),
            Words::Session(words) => words.element(name, attributes),
        }
    }

    fn trusts(&self, scheme: &str, authority: &str) -> bool {
        match self {
            Words::Luminate(words) => words.trusts(scheme, authority),
            Words::Session(words) => words.trusts(scheme, authority),
        }
    }
}
