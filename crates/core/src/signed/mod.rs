//! Addresses that carry their own permission: pure forms, nothing stored.

pub mod link;
pub mod redirect;
pub mod webhook;
