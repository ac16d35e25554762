//! How the gateway speaks: the words, shapes and status codes of a refusal.
//!
//! [`generic`] is RFC-shaped and what every route speaks unless it says otherwise. A vendor's dialect is
//! data and rendering only; nothing in `gate/` or `credential/` knows of it.

pub mod generic;
pub mod page;
