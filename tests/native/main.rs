//! The native tests: one program, so that what they share is compiled and linked once. A folder for each capability.
//!
//! `cargo test --test native` runs all of them, `cargo test --test native links::` those of one module.
//!
//! They share one process and run side by side: none may change the environment, the current folder or the panic hook.
//! The simulator is a package of its own (`tests/simulator/`), since all of it is compiled with optimization.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod answers;
mod cli;
mod documents;
mod forwarding;
mod issuers;
mod ledger;
mod links;
mod luminate;
mod maintenance;
mod oauth;
mod objects;
mod origin_credentials;
mod pages;
mod people;
mod policy;
mod providers;
mod rates;
mod redirects;
mod refusals;
mod rehearsal;
mod requests;
mod schemes;
mod seal;
mod security;
mod sessions;
mod sign_in;
#[path = "../support/mod.rs"]
mod support;
mod tags;
mod webhooks;
