//! Edgegate: an authentication gate at the edge.
//!
//! One question is answered on every request: may this go through, and as whom? The rooms, from the ground up; none
//! imports one above it:
//!
//! - [`refusal`] is the closed list of reasons; [`secret`] and [`digest`] are the tools of cryptography;
//! - [`http`] reads the request as it arrived and refuses what can be read in two ways;
//! - [`ports`] are the traits through which the core reaches the world, [`secrets`] the values that the policy names; the
//!   feature `testing` has the ports in memory;
//! - [`sealed`] is the form of everything that the gateway issues, [`signed`] the forms of signed addresses;
//! - [`object`] is what a bucket is asked, and what becomes of its answer;
//! - [`credential`] holds the kinds of credential: read, verified, minted;
//! - [`texts`] is what pages say, in the visitor's language;
//! - [`attempts`] counts guesses; [`redirect`] and [`tags`] make addresses and pages for a visitor; [`page`] is HTML;
//! - [`state`] is what an isolate holds, [`exchange`] one request on its way;
//! - [`routing`] finds the route, [`forward`] makes the request for the origin;
//! - [`authenticate`] tries the credentials that a route accepts;
//! - [`dialect`] has the words of a refusal, `luminate` the whole of one vendor's dialect;
//! - [`endpoint`] holds what the gateway answers itself, under `/.edgegate/`;
//! - [`gate`] is the pipeline; [`log`] and [`explain`] tell about it.
//!
//! [`policy`] is the file that says all this, checked before it is used; [`horizon`] says how far back the Ledger may
//! delete. There is no clock, no randomness and no I/O here.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)
)]

pub mod attempts;
pub mod authenticate;
pub mod credential;
pub mod dialect;
pub mod digest;
pub mod endpoint;
pub mod exchange;
pub mod explain;
pub mod forward;
pub mod gate;
pub mod horizon;
pub mod http;
pub mod identity;
pub mod log;
pub mod luminate;
pub mod object;
pub mod own_paths;
pub mod page;
pub mod ports;
pub mod redirect;
pub mod refusal;
pub mod refused;
pub mod routing;
pub mod sealed;
pub mod secret;
pub mod secrets;
pub mod signed;
pub mod state;
pub mod tags;
#[cfg(feature = "testing")]
pub mod testing;
pub mod texts;

pub use edgegate_policy as policy;
