//! Guesses at secrets, counted in this isolate.

pub(crate) mod guesses;
pub(crate) mod questions;
pub(crate) mod tries;
