//! The policy reader.

mod compiled;
mod files;
mod keys;
mod properties;
mod testing;
mod written;
