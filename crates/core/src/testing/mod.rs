//! The ports in memory, for tests: with the rules of the real stores, a clock that stands, and faults on demand.
//!
//! [`Memory`] is one location of a [`World`]; [`Turns`] lets several requests take turns and drops them half way.
//! [`Offline`] is no platform at all, [`Either`] is one or the other. Behind the feature `testing`, so that the Worker does not carry it.

mod either;
mod example;
mod faults;
mod ledger;
mod memory;
mod offline;
mod platform;
mod rates;
mod schedule;
#[cfg(not(target_arch = "wasm32"))]
mod signatures;
mod stores;
mod watch;
mod windows;
mod world;

pub use either::Either;
pub use example::{EXAMPLE, secret};
pub use faults::{Fault, Faults, Spent};
pub use ledger::{Claim, Letter, Row, Shards};
pub use memory::Memory;
pub use offline::Offline;
pub use schedule::{Turns, finish, poll_at_most};
pub use watch::{Effect, Operation, Stage, Watch, digest};
pub use world::{Cache, World};
