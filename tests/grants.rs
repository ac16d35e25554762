//! What follows from a person's consent: codes, tokens, refreshes, revocation; over time, from several isolates at once,
//! with storage that lags, fails and loses answers.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod support;

#[path = "grants/codes.rs"]
mod codes;
#[path = "grants/flow.rs"]
mod flow;
#[path = "grants/races.rs"]
mod races;
#[path = "grants/refresh.rs"]
mod refresh;
#[path = "grants/registered.rs"]
mod registered;
