//! An object of a bucket: what a request asks for, and what becomes of what the bucket says.
//!
//! A bucket speaks no HTTP, so what an origin would have decided is decided here, from plain values: the name, whether a
//! condition holds (RFC 9110 section 13), which part is sent (section 14), and as which type a browser may take it.

mod answer;
mod asked;
mod condition;
mod date;
mod kind;
mod range;
mod told;

pub use answer::{Answered, Shows};
pub use asked::Asked;
pub use range::Range;
pub use told::Told;
