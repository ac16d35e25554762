//! Why a request was not let through.
//!
//! [`Reason`] is closed and its codes are stable: the log, `edgegate explain` and alarms speak of them. The caller gets less:
//! [`Reason::public`] maps many reasons to few [`Public`] answers, so that no answer tells how close a forgery came.

// The lists of reasons are macros, which have to stand before their use.
#[macro_use]
mod clients;
#[macro_use]
mod credentials;
#[macro_use]
mod declare;
#[macro_use]
mod gateway;
#[macro_use]
mod luminate;
#[macro_use]
mod people;
#[macro_use]
mod requests;

mod public;
#[cfg(test)]
mod tests;

pub use crate::refusal::public::Public;

// Each list hands its reasons to the next, and `declare.rs` makes one type of them all: an enum is written in one place.
reasons_of_requests! { {}
    reasons_of_credentials reasons_of_clients reasons_of_people reasons_of_luminate reasons_of_gateway declare_reasons
}
