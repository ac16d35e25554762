//! What happens once, happens once: claims under concurrency, faults, wrong clocks and clients that leave.

mod claims;
mod clocks;
mod leaving;
mod once;
mod unspent;
