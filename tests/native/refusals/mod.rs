//! Refusals: their reasons, what they cost, and that any request at all is decided.

mod checkfront;
mod corpus;
mod four_answers;
mod garbage;
mod never_internal;
mod never_panics;
mod reasons;
