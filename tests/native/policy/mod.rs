//! The policy reader.

mod files;
mod properties;
