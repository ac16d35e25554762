//! What the tool asks of the machine: files, environment, terminal, clock, randomness and calls over http.
//!
//! The commands know nothing else of where they run. [`native`] is a program of the operating system, [`node`] the same
//! tool compiled to wasm, inside Node. Both say the same in the same words.

use std::fmt::{self, Display};

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod node;

#[cfg(not(target_arch = "wasm32"))]
pub use native::*;
#[cfg(target_arch = "wasm32")]
pub use node::*;

/// Why the machine did not do what it was asked, in the words of POSIX: `No such file or directory (os error 2)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One of the streams that every program has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard input.
    In,
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A POST of JSON to the admin API.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Where to.
    pub url: &'a str,
    /// The field `Authorization`.
    pub authorization: &'a str,
    /// The JSON.
    pub body: &'a str,
    /// Whether a certificate may be any: on this machine's own addresses.
    pub any_certificate: bool,
    /// Whether a proxy of the environment may carry it: one would see what goes by http.
    pub by_proxy: bool,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Whether Cloudflare itself stopped the call (`cf-mitigated`).
    pub is_mitigated: bool,
    /// The body; empty if it is longer than [`MAX_ANSWER`] or no text.
    pub body: String,
}

/// Bytes of an answer: a page of clients is the longest.
pub const MAX_ANSWER: u32 = 1 << 20;
/// Seconds that a connection may take.
pub const CONNECTING: u32 = 5;
/// Seconds that a call may take in all.
pub const CALLING: u32 = 15;
/// The name under which the tool calls.
pub const USER_AGENT: &str = concat!("edgegate/", env!("CARGO_PKG_VERSION"));
