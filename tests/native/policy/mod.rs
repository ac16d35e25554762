//! The policy reader.

mod files;
mod properties;
mod written;
