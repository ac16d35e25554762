//! The only room that knows Cloudflare: entry point, KV, Durable Object, limiter, fetch, WebCrypto.
//!
//! It translates and decides nothing: what is decided is decided in the core. `glue.js` and the files beside it hold the few lines
//! that are cheaper, or only possible, on the JavaScript side of the boundary; each is one crossing.

#![cfg(target_arch = "wasm32")]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)
)]

mod bucket;
mod budget;
mod entry;
mod form;
mod glue;
mod ledger;
mod lines;
mod page;
mod platform;
mod start;
#[cfg(test)]
mod tests;

/// Names of the bindings in wrangler.toml.
mod binding {
    /// KV namespace.
    pub const KV: &str = "EDGEGATE_KV";
    /// Durable Object namespace of the class `Ledger`.
    pub const LEDGER: &str = "EDGEGATE_LEDGER";
    /// Rate limit.
    pub const LIMITER: &str = "EDGEGATE_LIMITER";
}
