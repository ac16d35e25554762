//! Edgegate: an authentication gate at the edge.
//!
//! One question is answered on every request: may this go through, and as whom? The house, in the order in
//! which a request walks through it:
//!
//! - [`http`] reads the request as it arrived and refuses what can be read in two ways;
//! - [`gate`] is the pipeline: shape, route, credentials, storage, decision;
//! - [`credential`] holds a file for each kind of credential;
//! - [`endpoint`] holds what the gateway answers itself, under `/.edgegate/`;
//! - [`document`] reads what an origin answers a call with, where that decides what comes next;
//! - [`rewrite`] turns a decision into edits of the request and of the answer;
//! - [`refusal`] is the closed list of reasons, [`dialect`] their words;
//! - [`policy`] is the file that says all this, checked before it is used;
//! - [`horizon`] says how far back the Ledger may delete;
//! - [`ports`] are the traits through which the core reaches the world; `worker` implements them over
//!   Cloudflare's bindings and is the only room that knows the platform.
//!
//! Everything but `worker` compiles natively, has no clock, no randomness and no I/O, and is what the
//! command-line tool ([`cli`]) and the tests run.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)
)]

pub mod credential;
pub mod dialect;
pub mod digest;
pub mod document;
pub mod endpoint;
pub mod explain;
pub mod gate;
pub mod horizon;
pub mod http;
pub mod keyring;
pub mod log;
pub mod ports;
pub mod refusal;
pub mod rewrite;
pub mod secret;

pub use edgegate_policy as policy;
